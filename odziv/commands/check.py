"""`odziv check`: the health list, for the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from odziv.commands import no_options
from odziv.environment import ENV
from odziv.health import LOOKS, Health
from odziv.lib import clock

_SIGNS = {True: "ok   ", None: "note ", False: "FAULT"}


def run(argv: Sequence[str]) -> int:
    """Print a line for each part; 1 when one does not work."""
    no_options("check", "Look at every part of this installation, with reason and remedy for what does not work.", argv)
    findings = Health(ENV, clock.now()).findings(LOOKS)
    for finding in findings:
        sys.stdout.write(f"{_SIGNS[finding.works]} {finding.what}: {finding.text}\n")
    return int(any(finding.works is False for finding in findings))

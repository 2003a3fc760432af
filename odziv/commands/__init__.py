"""Commands of `odziv` that are a few lines each: they read the settings and call the part that does the work."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def no_options(name: str, about: str, argv: Sequence[str]) -> None:
    """For a command that takes none: answer --help, refuse anything else (SystemExit)."""
    argparse.ArgumentParser(prog=f"odziv {name}", description=about).parse_args(argv)

"""`odziv keys`: the keys that seal the identifiers in sent mail (E3)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from odziv.environment import ENV
from odziv.lib.plain import PlainError
from odziv.lib.seal import KeyRing, KeyRingError


def run(argv: Sequence[str]) -> int:
    """List the numbers of the keys, or add one that seals from now on; the others keep opening mail already sent."""
    parser = argparse.ArgumentParser(
        prog="odziv keys",
        description="The keys of the identifiers in sent mail. Without a word: list them. "
        "rotate: add a key that is used from now on; links sent before keep working.",
    )
    parser.add_argument("action", nargs="?", choices=["rotate"])
    action = parser.parse_args(argv).action
    try:
        ring = KeyRing.load_or_create(ENV.seal_keys)
        if action == "rotate":
            ring = ring.rotated()
            ring.save(ENV.seal_keys)
    except (KeyRingError, OSError) as error:
        raise PlainError(str(error)) from error
    newest = max(ring.keys)
    for number in sorted(ring.keys):
        sys.stdout.write(
            f"key {number}{': seals new mail, opens its own' if number == newest else ': opens older mail'}\n"
        )
    sys.stdout.write(f"They are in {ENV.seal_keys}. Keep a backup: without them the links in sent mail lead nowhere.\n")
    return 0

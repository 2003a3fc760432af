"""`odziv keys`: the keys that seal the identifiers in sent mail (E3), and the installation's own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from odziv.environment import ENV
from odziv.lib.own_keys import OwnKeys
from odziv.lib.plain import PlainError
from odziv.lib.seal import KeyRing, KeyRingError

_ACTIONS = """without a word    list the keys of the identifiers in sent mail
rotate            add one that is used from now on; links sent before keep working
rotate-secrets    add keys that sign sessions and encrypt passwords from the next start on; the older ones still open
renew-secrets     encrypt with the newest key what older ones have encrypted
forget-secrets    take the older ones out of the file, once nothing is encrypted with them
"""


def run(argv: Sequence[str]) -> int:
    """List, add, or put away keys. Raises PlainError."""
    parser = argparse.ArgumentParser(
        prog="odziv keys", description=_ACTIONS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = ["rotate", "rotate-secrets", "renew-secrets", "forget-secrets"]
    parser.add_argument("action", nargs="?", choices=words)
    action = parser.parse_args(argv).action
    try:
        if action == "rotate-secrets":
            _rotate_secrets()
        elif action == "renew-secrets":
            _renew_secrets()
        elif action == "forget-secrets":
            _forget_secrets()
        else:
            _seal(rotate=action == "rotate")
    except (KeyRingError, OSError) as error:
        raise PlainError(str(error)) from error
    return 0


def _seal(*, rotate: bool) -> None:
    ring = KeyRing.load_or_create(ENV.seal_keys)
    if rotate:
        ring = ring.rotated()
        ring.save(ENV.seal_keys)
    newest = max(ring.keys)
    for number in sorted(ring.keys):
        _say(f"key {number}{': seals new mail, opens its own' if number == newest else ': opens older mail'}")
    _say(f"They are in {ENV.seal_keys}. Keep a backup: without them the links in sent mail lead nowhere.")


def _rotate_secrets() -> None:
    keys = OwnKeys.load_or_create(ENV.secret_keys).rotated()
    keys.save(ENV.secret_keys)
    _say(f"{ENV.secret_keys} has {len(keys.passwords)} keys of each kind now. Copy it to all machines, start all")
    _say("processes again, and then call: odziv keys renew-secrets")


def _renew_secrets() -> None:
    from odziv.cli import set_up_django

    set_up_django()
    from odziv.models.renewing import renew

    done = renew()
    _say(f"{done.renewed} stored passwords and keys are encrypted with the newest key now, {done.fresh} were already.")
    if done.unreadable:
        raise PlainError(f"{done.unreadable} cannot be read with any key: they have to be entered again.")


def _forget_secrets() -> None:
    from odziv.cli import set_up_django

    set_up_django()
    from odziv.models.renewing import older

    keys = OwnKeys.load_or_create(ENV.secret_keys)
    if left := older():
        raise PlainError(f"{left} stored passwords are still encrypted with older keys: call odziv keys renew-secrets.")
    keys.newest().save(ENV.secret_keys)
    _say(f"{ENV.secret_keys} has only the newest keys now. Sessions of before the rotation end with the next start.")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")

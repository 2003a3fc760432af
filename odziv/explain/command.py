"""What the commands share: their options, the files they read, and the addresses they make."""

from __future__ import annotations

import argparse
import sys
from hashlib import sha512
from pathlib import Path

from odziv.environment import ENV
from odziv.explain.document import NOBODY
from odziv.instrument import Rules
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.plain import PlainError
from odziv.lib.seal import KeyRing, KeyRingError

STDIN = "-"
_NO_SECRET = sha512(b"Odziv: for show").digest()


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how the copy is made."""
    parser.add_argument(
        "--edge-url", metavar="URL", default=ENV.edge_url, help="public address of the edge; by default %(default)s"
    )
    parser.add_argument("--no-beacon", action="store_true", help="follow links only")
    parser.add_argument("--no-links", action="store_true", help="follow opens only")
    parser.add_argument(
        "--leave-alone", metavar="ADDRESS", action="append", default=[], help="never follow this address (repeatable)"
    )


def rules_from(options: argparse.Namespace) -> Rules:
    """The rules that the options ask for."""
    return Rules(
        edge_url=options.edge_url,
        leave_alone=frozenset(options.leave_alone),
        links=not options.no_links,
        beacon=not options.no_beacon,
    )


def addresses_from(options: argparse.Namespace) -> tuple[EdgeAddresses, str]:
    """Addresses for a copy that belongs to nobody, and a line that says what they are worth.

    The data folder's keys are used where there are some, so that the edge opens the links; they are never made here.
    Both commands give the same address for the same link, each time, so that their answers can be compared.
    """
    try:
        keys, worth = KeyRing.load(ENV.seal_keys), f"sealed with the keys of {ENV.seal_keys}"
    except KeyRingError:
        keys, worth = KeyRing({1: _NO_SECRET}), "sealed with a key for show: no edge opens them"
    return EdgeAddresses(options.edge_url, keys, NOBODY, NOBODY), f"Redirects lead to {options.edge_url}, {worth}."


def read_file(name: str, most: int = -1) -> bytes:
    """The bytes of a file, or of standard input for `-`; of a longer one the first `most`. Raises PlainError."""
    try:
        if name == STDIN:
            return sys.stdin.buffer.read(most)
        with Path(name).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PlainError(f"{name} cannot be read: {why}.") from error


def write(data: bytes) -> None:
    """To standard output, as bytes."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

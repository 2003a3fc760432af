"""`odziv instrument FILE`: the followed copy of a file, to compare it with the file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from odziv.explain import command
from odziv.explain.document import read


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv instrument`. The copy goes to standard output, the rest to standard error.

    Raises PlainError for a file that cannot be read.
    """
    parser = argparse.ArgumentParser(
        prog="odziv instrument",
        description="Write the followed copy of an HTML, text (.txt) or message (.eml) file to standard output.",
    )
    parser.add_argument("file", metavar="FILE", help="a file, or - for standard input")
    command.add_options(parser)
    options = parser.parse_args(argv)
    addresses, note = command.addresses_from(options)
    document = read(options.file, command.read_file(options.file), command.rules_from(options))
    command.write(document.render(addresses))
    sys.stderr.write(f"{note}\n")
    return 0

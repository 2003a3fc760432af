"""Address lines: RFC 5322, 3.4, as people type and paste them.

Commas, semicolons and line ends part addresses, except within quotes, comments and angle brackets (a list copied from
a spreadsheet has line ends, one from Outlook semicolons). The script of the recipients' field reads them the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from odziv.lib.mime import MimeError, wire_address
from odziv.models import address_key

LONGEST_NAME = 200
_SHOWN = 80  # of a wrong address, in a message
_BARE_LIST = re.compile(r"[^\s\"<>()]+@[^\s\"<>()]+(?:\s+[^\s\"<>()]+@[^\s\"<>()]+)+")
_ANGLED = re.compile(r"(.*?)<([^<>]*)>\s*", re.DOTALL)
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_PLAIN_NAME = re.compile(r"[\w !#$%&'*+\-/=?^`{|}~]+")


class Mailbox(NamedTuple):
    """A display name, perhaps empty, and an address. The address is valid and on one line."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """What it is compared by."""
        return address_key(self.address)

    def __str__(self) -> str:
        if not self.name:
            return self.address
        plain = _PLAIN_NAME.fullmatch(self.name)
        name = self.name if plain else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", self.name))
        return f"{name} <{self.address}>"


class ParsedLine(NamedTuple):
    """The addresses of a line in their order, each once; and a sentence for each piece that is no address."""

    mailboxes: list[Mailbox]
    problems: list[str]


class AddressError(ValueError):
    """The text is not one e-mail address; the message says so."""


def parse_line(text: str) -> ParsedLine:
    """Read a line of addresses. Never raises; the time grows with the length of the text.

    Groups (`Team: a@x, b@y;`) give their members. What has a line end inside of a quoted name or of an angle bracket
    is no address: nothing that was typed can become a header of its own.
    """
    found: dict[str, Mailbox] = {}
    problems: list[str] = []
    for piece in split(text):
        try:
            mailbox = parse_one(piece)
        except AddressError as error:
            problems.append(str(error))
        else:
            found.setdefault(mailbox.key, mailbox)
    return ParsedLine(list(found.values()), problems)


def parse_one(text: str) -> Mailbox:
    """Read one address, with or without a name. Raises AddressError, for a line break within the address too."""
    piece = text.strip()
    if any(character in piece for character in "\r\n\0"):
        raise AddressError(
            _("“%(address)s” contains a line break: an address is one line.") % {"address": _shown(piece)}
        )
    angled = _ANGLED.fullmatch(piece)
    name = angled[1].strip() if angled else ""
    address = (angled[2] if angled else _COMMENT.sub("", piece)).strip()
    normal = _validated(address)
    if normal is None:
        raise AddressError(_("“%(address)s” is not an e-mail address.") % {"address": _shown(piece)})
    return Mailbox(clean_name(_unquoted(name)), normal)


def line_of(mailboxes: Iterable[Mailbox]) -> str:
    """The line that `parse_line` reads as these mailboxes."""
    return ", ".join(map(str, mailboxes))


def clean_name(name: str) -> str:
    """A display name on one line, without control and direction marks, at most 200 characters."""
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or c in "\u200c\u200d" else " " for c in name
    )
    return " ".join(kept.split())[:LONGEST_NAME]


def split(text: str) -> list[str]:
    """The pieces of a line, each what should be one address; without the empty ones."""
    pieces = []
    for part in _separated(text):
        piece = part.strip()
        if _BARE_LIST.fullmatch(piece):
            pieces += piece.split()
        elif piece:
            pieces.append(piece)
    return pieces


def _separated(text: str) -> Iterator[str]:
    start = depth = 0
    quoted = angle = escaped = named = False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped = sign == "\\"
            quoted = sign != '"'
        elif sign == '"':
            quoted = depth == 0
        elif sign in "()":
            depth = max(depth + (1 if sign == "(" else -1), 0)
        elif sign in "<>":
            angle = sign == "<"
        elif depth == 0 and sign == ":" and not named:
            named = True
            start = at + 1 if _is_group(text, start, at) else start
        elif depth == 0 and (sign in "\r\n\t" or (sign in ",;" and not angle)):
            yield text[start:at]
            start, angle, named = at + 1, False, False
    yield text[start:]


_LONGEST_GROUP = 20_000


def _is_group(text: str, start: int, colon: int) -> bool:
    """Whether `text[start:colon]` names a group: plain words, and a semicolon ends the members on the same line."""
    end = text.find(";", colon, colon + _LONGEST_GROUP)
    words = text[start:colon]
    return (
        end >= 0
        and bool(words.strip())
        and not re.search(r"[@<>]", words)
        and not re.search(r"[\r\n]", text[colon:end])
    )


def _unquoted(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name


@lru_cache(maxsize=4096)
def _validated(address: str) -> str | None:
    """The address in its usual form, or None. A domain without a dot is a slip, not an intranet."""
    if len(address) > 320 or "." not in address.rpartition("@")[2]:
        return None
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            allow_quoted_local=True,
            test_environment=True,
            globally_deliverable=False,
        )
        wire_address(found.normalized)
    except (EmailNotValidError, MimeError):
        return None
    return found.normalized


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"

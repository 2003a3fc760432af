"""The cards of a vCard file (2.1; 3.0: RFC 2426; 4.0: RFC 6350) as rows of a table with fixed columns. Pure.

Streamed line by line: a picture is passed over without being kept. What a card has beyond these columns (birthdays,
fax numbers, links to chats) is left out.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.fields import ADDRESSES
from odziv.records.importing.table import LONGEST, MOST_ROWS, Row

COLUMNS: tuple[str, ...] = (
    "name", "job_title", "account", "email", "phone", "phone_work", "phone_mobile", "phone_home",
    *(
        f"{part}_{number}"
        for number in range(1, ADDRESSES + 1)
        for part in ("label", "street", "postal_code", "city", "region", "country")
    ),
    "language", "time_zone", "website", "description",
)  # fmt: skip

_PICTURES = frozenset(("PHOTO", "LOGO", "SOUND", "KEY"))
_READ = frozenset(
    ("FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "ADR", "LANG", "LANGUAGE", "TZ", "URL", "NOTE")
)
_LONGEST_VALUE = 100_000
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class _Property:
    """One line of a card, unfolded. `types` are its TYPE parameters in capitals."""

    name: str
    types: frozenset[str]
    quoted: bool  # quoted-printable
    charset: str
    value: str

    @property
    def text(self) -> str:
        return _unescaped(self.decoded).strip()

    @property
    def decoded(self) -> str:
        if not self.quoted:
            return self.value
        raw = quopri.decodestring(self.value.encode("utf-8", "surrogateescape"))
        try:
            return raw.decode(self.charset or "utf-8", "surrogateescape")
        except LookupError:
            return raw.decode("utf-8", "surrogateescape")

    @property
    def parts(self) -> list[str]:
        """The components of a structured value."""
        return [_unescaped(part).strip() for part in _split(self.decoded)]


@dataclass(slots=True)
class Cards:
    """Iterates over the rows of a file; `pictures` counts what was passed over. Raises Unreadable."""

    text: IO[str]
    pictures: int = 0
    _number: int = 0
    _held: str | None = field(default=None)

    def __iter__(self) -> Iterator[Row]:
        depth, begun, count = 0, 0, 0
        card: list[_Property] = []
        for line, prop in self._properties():
            if prop.name == "BEGIN" and prop.value.strip().upper() == "VCARD":
                if depth == 0:
                    begun, card = line, []
                depth += 1
            elif prop.name == "END" and prop.value.strip().upper() == "VCARD" and depth:
                depth -= 1
                if depth == 0:
                    count += 1
                    if count > MOST_ROWS:
                        raise Unreadable(FileTrouble.ROWS, f"{MOST_ROWS:,}")
                    yield Row(begun, cells_of(card))
            elif depth == 1:  # what is deeper is the card of an agent
                if prop.name in _PICTURES:
                    self.pictures += prop.name in ("PHOTO", "LOGO")
                elif prop.name in _READ and len(card) < 200:
                    card.append(prop)
        if depth:
            raise Unreadable(FileTrouble.CARD, str(begun))
        if not count:
            raise Unreadable(FileTrouble.NO_CARDS)

    def _properties(self) -> Iterator[tuple[int, _Property]]:
        while (line := self._line()) is not None:
            begun = self._number
            head, colon, value = _divided(line)
            if not colon:
                continue
            name, types, quoted, charset = _read_head(head)
            kept = name not in _PICTURES
            pieces, length = [value], len(value)
            while (more := self._more(quoted and pieces[-1].endswith("="))) is not None:
                length += len(more)
                if length > LONGEST * 20:
                    raise Unreadable(FileTrouble.LINE, str(begun))
                if not kept or length > _LONGEST_VALUE:
                    continue
                if quoted and pieces[-1].endswith("="):
                    pieces[-1] = pieces[-1][:-1]
                pieces.append(more)
            yield begun, _Property(name, types, quoted, charset, "".join(pieces) if kept else "")

    def _more(self, soft: bool) -> str | None:
        """The next line if it goes on with this one: folded, or after a soft line break of quoted-printable."""
        line = self._line()
        if line is None:
            return None
        if soft:
            return line.lstrip(" \t") if line[:1] in (" ", "\t") else line
        if line[:1] in (" ", "\t"):
            return line[1:]
        self._held, self._number = line, self._number - 1
        return None

    def _line(self) -> str | None:
        line, self._held = self._held, None
        if line is None:
            line = self.text.readline(LONGEST + 1)
            if len(line) > LONGEST:
                raise Unreadable(FileTrouble.LINE, str(self._number + 1))
            if not line:
                return None
        self._number += 1
        return line.rstrip("\r\n").removeprefix("\ufeff")


def cells_of(card: list[_Property]) -> list[str]:
    """The cells of a card, one for each of `COLUMNS`."""
    found: dict[str, list[str]] = {}

    def put(column: str, text: str) -> None:
        if text and text not in found.setdefault(column, []):
            found[column].append(text)

    addresses = 0
    for prop in card:
        if prop.name == "EMAIL":
            put("email", prop.text.removeprefix("mailto:"))
        elif prop.name == "TEL":
            put(*_phone(prop))
        elif prop.name == "ADR":
            addresses += 1
            for part, text in _postal(prop).items() if addresses <= ADDRESSES else ():
                put(f"{part}_{addresses}", text)
        elif prop.name == "NOTE":
            put("description", prop.text)
        elif (column := _SINGLE.get(prop.name)) and column not in found:
            put(column, prop.parts[0] if prop.name == "ORG" else prop.text)
    if "name" not in found:
        put("name", _name_of(card))
    return [("; " if column != "description" else "\n\n").join(found.get(column, [])) for column in COLUMNS]


_SINGLE = {
    "FN": "name", "TITLE": "job_title", "ROLE": "job_title", "ORG": "account", "LANG": "language",
    "LANGUAGE": "language", "TZ": "time_zone", "URL": "website",
}  # fmt: skip


def _name_of(card: list[_Property]) -> str:
    for prop in card:
        if prop.name == "N":
            family, given, middle, *_rest = [*prop.parts, "", "", ""]
            return " ".join(part for part in (given, middle, family) if part)
    return next((prop.text for prop in card if prop.name == "NICKNAME"), "")


def _phone(prop: _Property) -> tuple[str, str]:
    number = prop.text.removeprefix("tel:").partition(";")[0]
    if prop.types & {"FAX", "PAGER", "MODEM", "BBS"}:
        return "phone", ""
    if prop.types & {"CELL", "IPHONE"}:
        return "phone_mobile", number
    if "HOME" in prop.types:
        return "phone_home", number
    return ("phone_work" if "WORK" in prop.types else "phone"), number


def _postal(prop: _Property) -> dict[str, str]:
    box, extended, street, city, region, code, country, *_rest = [*prop.parts, *[""] * 7]
    return {
        "label": "home" if "HOME" in prop.types else "main" if "WORK" in prop.types else "",
        "street": ", ".join(part.replace("\n", ", ") for part in (street, extended, box) if part),
        "postal_code": code, "city": city, "region": region, "country": country,
    }  # fmt: skip


def _divided(line: str) -> tuple[str, str, str]:
    """What stands before and behind the first colon that is not within quotation marks (RFC 6350, section 3.3)."""
    if '"' not in line.partition(":")[0]:
        return line.partition(":")
    within = False
    for place, letter in enumerate(line):
        if letter == '"':
            within = not within
        elif letter == ":" and not within:
            return line[:place], ":", line[place + 1 :]
    return line.partition(":")


def _read_head(head: str) -> tuple[str, frozenset[str], bool, str]:
    """Name without its group, TYPE parameters (bare in 2.1), whether it is quoted-printable, CHARSET."""
    name, *parameters = head.split(";")
    types: set[str] = set()
    quoted, charset = False, ""
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        key, value = key.strip().upper(), value.strip().strip('"')
        if key == "ENCODING" or not equals:
            quoted |= (value if equals else key).upper() == "QUOTED-PRINTABLE"
        if key == "CHARSET":
            charset = value
        if key == "TYPE" or not equals:
            types.update(part.strip().upper() for part in (value if equals else key).split(","))
    return name.rpartition(".")[2].strip().upper(), frozenset(types), quoted, charset


def _split(text: str) -> list[str]:
    """At semicolons that no backslash escapes."""
    parts, last, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] == ";":
            parts.append(text[last:place])
            last = place + 1
        place += 1
    return [*parts, text[last:]]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).replace("\r\n", "\n")

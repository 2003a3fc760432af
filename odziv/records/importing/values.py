"""A row of a file becomes an `Entry`: what it says of a record, or what is wrong with it. Pure.

What a cell says is never bent: a country, a language or a consent that cannot be understood makes the row a rejected
one, and its writer decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from odziv.lib.spreadsheet import plain
from odziv.lib.text import digits, fold
from odziv.models import FollowEmail, RecordKind, RecordStatus, address_key
from odziv.records.importing import places
from odziv.records.importing.faults import Fault, FaultReason
from odziv.records.importing.fields import ADDRESSES, BY_KEY
from odziv.records.importing.table import Row
from odziv.records.saving import Postal

MOST = 20  # e-mail addresses, and phone numbers, of one record
_SHOWN = 80  # characters of what is wrong

_YES = frozenset("yes y true 1 x on allow allowed da ja dovoli dovoljeno erlaubt wahr opted-in subscribed".split())
_NO = frozenset(
    "no n false 0 off deny denied ne nein none never falsch verboten opted-out unsubscribed".split()
) | {"do not allow", "not allowed", "ne dovoli", "ni dovoljeno", "nicht erlaubt"}  # fmt: skip
_OPEN = frozenset("open new odprto odprta nova novo offen neu".split())
_GIVEN_UP = frozenset("disqualified unqualified zavrnjena zavrnjeno opuscena diskvalificirana disqualifiziert".split())
_BETWEEN_ADDRESSES = re.compile(r"\s*(?:[;,\n]|:::|\s(?=\S+@))\s*")
_BETWEEN_NUMBERS = re.compile(r"\s*(?:;|\n|:::)\s*")
_NAMED = re.compile(r".*<([^<>]+)>\s*", re.DOTALL)
_POSTAL_KEYS = {place: {name: f"{name}_{place}" for name in Postal.__slots__} for place in range(1, ADDRESSES + 1)}
_TEXTS = ("job_title", "industry", "time_zone")


@dataclass(slots=True)
class Entry:
    """What one row says. Empty means that it says nothing of it; a phone is a (label, number)."""

    line: int
    name: str = ""
    texts: dict[str, str] = field(default_factory=dict)  # of the record's own fields, by name
    emails: list[str] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[Postal] = field(default_factory=list)
    account: str = ""
    owner: str = ""
    status: str = ""
    follow_email: FollowEmail | None = None
    id: str = ""
    named: bool = False  # by the file; else the name is made of company or address
    faults: list[Fault] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [address_key(address) for address in self.emails]


def entry_of(row: Row, columns: Sequence[str], kind: RecordKind | str) -> Entry:
    """The entry of a row whose cells are of these fields; empty keys are left out."""
    entry = Entry(row.line)
    if any(cell.strip() for cell in row.cells[len(columns) :]):
        entry.faults.append(Fault(FaultReason.CELLS))
    cells: dict[str, list[str]] = {}
    for key, cell in zip(columns, row.cells, strict=False):
        text = plain(cell).strip() if key else ""
        if text and _is_sound(entry, key, text):
            cells.setdefault(key, []).append(text)
    if kind == RecordKind.ACCOUNT and "name" in cells:
        cells["name"] = cells["name"][-1:]  # of a card: the organisation goes before the person
    _read_reach(entry, cells)
    _read_texts(entry, cells, kind)
    _read_consent(entry, cells)
    entry.name = _name_of(entry, cells, kind)
    if not entry.name and not entry.faults:
        entry.faults.append(Fault(FaultReason.NO_NAME))
    return entry


def _is_sound(entry: Entry, key: str, text: str) -> bool:
    if "\x00" in text:
        entry.faults.append(Fault(FaultReason.NUL, key))
        return False
    if any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else False:
        entry.faults.append(Fault(FaultReason.BYTES, key))
        return False
    if len(text) > BY_KEY[key].limit:
        entry.faults.append(Fault(FaultReason.LONG, key, str(BY_KEY[key].limit)))
        return False
    return True


def _read_reach(entry: Entry, cells: Mapping[str, list[str]]) -> None:
    for address in _parts(cells.get("email", ()), _BETWEEN_ADDRESSES):
        if is_address(address):
            entry.emails.append(address)
        else:
            entry.faults.append(Fault(FaultReason.EMAIL, "email", address[:_SHOWN]))
    entry.emails = list({address_key(address): address for address in reversed(entry.emails)}.values())[::-1]
    for label in ("work", "mobile", "home", "other", ""):
        key = f"phone_{label}" if label else "phone"
        for number in _parts(cells.get(key, ()), _BETWEEN_NUMBERS):
            if len(digits(number)) >= 3 and len(number) <= 40:
                entry.phones.append((label, number))
            else:
                entry.faults.append(Fault(FaultReason.PHONE, key, number[:_SHOWN]))
    for what, key in ((entry.emails, "email"), (entry.phones, "phone")):
        if len(what) > MOST:
            entry.faults.append(Fault(FaultReason.MANY, key, str(MOST)))
    for place in range(1, ADDRESSES + 1):
        if postal := _postal(entry, cells, place):
            entry.addresses.append(postal)


def _parts(cells: Sequence[str], between: re.Pattern[str]) -> Iterator[str]:
    for cell in cells:
        named = _NAMED.fullmatch(cell) if "<" in cell and ";" not in cell else None
        yield from (part for part in between.split(named[1] if named else cell) if part)


@lru_cache(maxsize=20_000)
def _domain_is_sound(domain: str) -> bool:
    return _is_valid(f"a@{domain}")


_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*", re.ASCII)


def is_address(text: str) -> bool:
    """Whether it is an e-mail address, as the forms of records have it. Most files have few domains and plain names."""
    local, _at, domain = text.rpartition("@")
    if len(text) > 254:
        return False
    if 0 < len(local) <= 64 and _PLAIN_LOCAL.fullmatch(local):
        return _domain_is_sound(domain)
    return _is_valid(text)


def _is_valid(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True


def _postal(entry: Entry, cells: Mapping[str, list[str]], number: int) -> Postal | None:
    keys = _POSTAL_KEYS[number]
    if cells.keys().isdisjoint(keys.values()):
        return None
    parts = {name: " ".join(cells.get(key, ())) for name, key in keys.items()}
    if not any(text for name, text in parts.items() if name != "label"):
        return None
    if parts["country"]:
        code = places.country_code(parts["country"])
        if not code:
            entry.faults.append(Fault(FaultReason.COUNTRY, f"country_{number}", parts["country"][:_SHOWN]))
        parts["country"] = code
    return Postal(**parts)


def _read_texts(entry: Entry, cells: Mapping[str, list[str]], kind: RecordKind | str) -> None:
    for key in _TEXTS:
        if key in cells:
            entry.texts[key] = cells[key][0]
    if "description" in cells:
        entry.texts["description"] = "\n\n".join(cells["description"])[: BY_KEY["description"].limit]
    for key, reason, read in (
        ("language", FaultReason.LANGUAGE, places.language_code),
        ("time_zone", FaultReason.ZONE, places.time_zone),
        ("website", FaultReason.WEBSITE, website),
    ):
        if key in cells:
            entry.texts[key] = read(cells[key][0])
            if not entry.texts[key]:
                entry.faults.append(Fault(reason, key, cells[key][0][:_SHOWN]))
    company = " ".join(cells.get("account" if kind == RecordKind.CONTACT else "company", ())[:1])
    if kind == RecordKind.CONTACT:
        entry.account = company
    elif kind == RecordKind.LEAD and company:
        entry.texts["company"] = company
    entry.owner = " ".join(cells.get("owner", ())[:1])
    entry.id = " ".join(cells.get("id", ())[:1])
    if "status" in cells:
        _read_status(entry, cells["status"][0])


def _read_status(entry: Entry, text: str) -> None:
    said = fold(text)
    if said in _OPEN:
        entry.status = RecordStatus.OPEN
    elif said in _GIVEN_UP:
        entry.status = RecordStatus.DISQUALIFIED
    else:
        entry.status = text[:_SHOWN]  # a fault only of a record that is to be made: see `resolve`


def website(text: str) -> str:
    """A web address with its scheme; empty when it is none."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    sound = parts.scheme in ("http", "https") and "." in host.strip(".") and not re.search(r"[\s<>\"]", address)
    return address if sound else ""


def _read_consent(entry: Entry, cells: Mapping[str, list[str]]) -> None:
    """One refusal among several columns is a refusal (L1)."""
    said: list[FollowEmail] = []
    for key, yes, no in (
        ("follow_email", FollowEmail.ALLOW, FollowEmail.DO_NOT_ALLOW),
        ("opted_out", FollowEmail.DO_NOT_ALLOW, None),
    ):
        for text in cells.get(key, ()):
            word = fold(text)
            if word not in _YES and word not in _NO:
                entry.faults.append(Fault(FaultReason.FOLLOW, key, text[:_SHOWN]))
            elif choice := yes if word in _YES else no:
                said.append(choice)
    if said:
        entry.follow_email = FollowEmail.DO_NOT_ALLOW if FollowEmail.DO_NOT_ALLOW in said else FollowEmail.ALLOW


def _name_of(entry: Entry, cells: Mapping[str, list[str]], kind: RecordKind | str) -> str:
    """The name, put together of its parts when it does not stand there whole; else the company or an address."""
    parts = [" ".join(cells.get(key, ())[:1]) for key in ("first_name", "middle_name", "last_name")]
    whole = " ".join(cells.get("name", ())[:1]) or " ".join(part for part in parts if part)[:200]
    entry.named = bool(whole)
    company = entry.account or entry.texts.get("company", "")
    return whole or company or (entry.emails[0][:200] if entry.emails else "")

"""Organisations, their users, and their records with addresses and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.seed.chance import Chance, Few, moment
from bench.seed.scale import KINDS, Scale
from odziv.lib.text import digits, fold, sort_key

Rows = dict[str, list[Any]]
YEAR = 365.25 * 86400
_INDUSTRIES = (
    "Furniture Metalworking Food Construction Insurance Energy Health Paper Printing Glass Wine Tourism".split()
)
_JOBS = "Buyer Director Assistant Engineer Accountant Planner Head of sales Owner".split()
_ENDS = ("d.o.o.", "d.d.", "s.p.", "GmbH", "S.r.l.")


@dataclass(slots=True)
class Person:
    """A record that mail goes to, or an opportunity, which has none."""

    id: str
    kind: str
    name: str
    name_key: str
    address: str
    account: str | None


@dataclass(slots=True)
class Organisation:
    """What the messages of an organisation need to know."""

    id: str
    users: Few[tuple[str, str, str, str]]  # id, name, address, mailbox
    people: Few[Person]
    deals: Few[Person]
    weight: int


@dataclass(slots=True)
class _Names:
    first: list[str]
    last: list[str]
    company: list[str]
    by_key: dict[str, str] = field(default_factory=dict)

    def key(self, text: str) -> str:
        if text not in self.by_key:
            self.by_key[text] = sort_key(text)
        return self.by_key[text]


def organisations(scale: Scale, chance: Chance, ends: float) -> Iterator[tuple[Rows, Organisation]]:
    """Each organisation with its rows, by the names of the tables in `columns`."""
    names = _Names(
        [word.title() for word in chance.words(300, (2, 3))],
        [word.title() for word in chance.words(3_000, (2, 4))],
        [word.title() for word in chance.words(4_000, (2, 4))],
    )
    messages, records = scale.of(scale.messages), scale.of(scale.records)
    for place in range(scale.organisations):
        rows: Rows = {}
        made = _organisation(rows, chance, place, max(3, min(120, messages[place] // 2_000)), messages[place], ends)
        crowd = scale.crowd if place == 0 else 0
        _records(rows, made, chance, names, records[place], crowd, ends)
        yield rows, made


def _put(rows: Rows, table: str, **row: Any) -> None:
    rows.setdefault(table, []).append(row)


def _organisation(rows: Rows, chance: Chance, place: int, people: int, weight: int, ends: float) -> Organisation:
    id = chance.random_uuid()
    born = moment(ends - 3 * YEAR)
    _put(rows, "organisation", id=id, name=f"Organisation {place}", engagement=1, created_at=born)
    users = []
    for number in range(people):
        user, mailbox = (chance.timed_uuid(ends - 3 * YEAR + number) for _ in range(2))
        name, address = f"{chance.word(2).title()} {chance.word(3).title()}", f"user{number}@org{place}.example"
        role = "administrator" if number == 0 else "manager" if number == 1 else "salesperson"
        _put(
            rows,
            "user",
            id=user,
            organisation_id=id,
            email=address,
            name=name,
            role=role,
            password="!",
            created_at=born,
        )
        _put(
            rows,
            "mailbox",
            id=mailbox,
            organisation_id=id,
            user_id=user,
            kind="test",
            name=name,
            address=address,
            created_at=born,
        )
        users.append((user, name, address, mailbox))
    return Organisation(id, Few(users, 10), Few([]), Few([]), weight)


def _records(
    rows: Rows, organisation: Organisation, chance: Chance, names: _Names, total: int, crowd: int, ends: float
) -> None:
    shares = {kind: max(1, round(total * share)) for kind, share in KINDS.items()}
    accounts = [_account(rows, organisation, chance, names, ends) for _ in range(shares["account"])]
    spread = Few(accounts, 400)
    contacts: list[Person] = []
    for number in range(shares["contact"]):
        account = accounts[0] if number < crowd else spread.one(chance) if chance.random() < 0.92 else None
        contacts.append(_person(rows, organisation, chance, names, "contact", account, ends))
    leads = [_person(rows, organisation, chance, names, "lead", None, ends) for _ in range(shares["lead"])]
    deals = [
        _deal(rows, organisation, chance, names, chance.choice(contacts), ends) for _ in range(shares["opportunity"])
    ]
    # The crowd is written to as much as others are: it stands among them, not before them.
    writable = contacts + leads + accounts[1:]
    chance.shuffle(writable)
    organisation.people = Few([accounts[0], *writable], 200)
    organisation.deals = Few(deals, 50)


def _account(rows: Rows, organisation: Organisation, chance: Chance, names: _Names, ends: float) -> Person:
    name = f"{chance.choice(names.company)} {chance.choice(names.company).lower()} {chance.choice(_ENDS)}"
    host = f"{name.partition(' ')[0].lower()}.example"
    return _record(
        rows,
        organisation,
        chance,
        names,
        ends,
        "account",
        name,
        f"info@{host}",
        company=name,
        industry=chance.choice(_INDUSTRIES),
    )


def _person(
    rows: Rows,
    organisation: Organisation,
    chance: Chance,
    names: _Names,
    kind: str,
    account: Person | None,
    ends: float,
) -> Person:
    first, last = chance.choice(names.first), chance.choice(names.last)
    company = chance.choice(names.company)
    host = account.address.partition("@")[2] if account else f"{company.lower()}.example"
    return _record(
        rows,
        organisation,
        chance,
        names,
        ends,
        kind,
        f"{first} {last}",
        f"{first}.{last}@{host}".lower(),
        account=account,
        company="" if account else company,
        job_title=chance.choice(_JOBS),
        status=chance.choice(("open", "open", "qualified", "disqualified")) if kind == "lead" else "",
    )


def _deal(
    rows: Rows, organisation: Organisation, chance: Chance, names: _Names, contact: Person, ends: float
) -> Person:
    account = Person(contact.account, "account", "", "", "", None) if contact.account else None
    name = f"{chance.choice(names.company)} {chance.choice(_INDUSTRIES).lower()}"
    return _record(
        rows,
        organisation,
        chance,
        names,
        ends,
        "opportunity",
        name,
        "",
        account=account,
        contact=contact.id,
        status=chance.choice(("open", "open", "won", "lost", "lost")),
        amount=f"{chance.randrange(100, 90_000)}.00" if chance.random() < 0.9 else None,
        close=moment(ends + chance.uniform(-YEAR, YEAR / 2))[:10] if chance.random() < 0.8 else None,
    )


def _record(
    rows: Rows,
    organisation: Organisation,
    chance: Chance,
    names: _Names,
    ends: float,
    kind: str,
    name: str,
    address: str,
    *,
    account: Person | None = None,
    contact: str | None = None,
    company: str = "",
    industry: str = "",
    job_title: str = "",
    status: str = "",
    amount: str | None = None,
    close: str | None = None,
) -> Person:
    born = ends - chance.random() * 3 * YEAR
    id, (owner, owner_name, *_) = chance.timed_uuid(born), organisation.users.one(chance)
    key = names.key(name) if kind != "opportunity" else sort_key(name)
    follow = "deny" if kind != "opportunity" and chance.random() < 0.03 else "allow"
    _put(
        rows,
        "record",
        id=id,
        organisation_id=organisation.id,
        kind=kind,
        name=name,
        name_key=key,
        search_text=fold(" ".join((name, company, job_title, industry))),
        owner_id=owner,
        owner_key=names.key(owner_name),
        account_key=account.name_key if account else "",
        follow_email=follow,
        company=company,
        industry=industry,
        job_title=job_title,
        account_id=account.id if account else None,
        primary_contact_id=contact,
        amount=amount,
        currency="EUR" if amount else "",
        estimated_close=close,
        status=status,
        created_at=moment(born),
        updated_at=moment(born + chance.random() * (ends - born)),
    )
    if address:
        _put(
            rows,
            "email",
            id=chance.timed_uuid(born),
            organisation_id=organisation.id,
            record_id=id,
            address=address,
            key=address,
            position=0,
        )
        number = f"+386 {chance.randrange(1, 80)} {chance.randrange(100, 999)} {chance.randrange(100, 999)}"
        _put(
            rows,
            "phone",
            id=chance.timed_uuid(born),
            organisation_id=organisation.id,
            record_id=id,
            label="work",
            number=number,
            digits=digits(number),
            position=0,
        )
    if follow == "deny":
        at = moment(born + 60)
        _put(
            rows,
            "consent",
            id=chance.timed_uuid(born),
            organisation_id=organisation.id,
            record_id=id,
            follow_email="deny",
            source="record",
            user_id=owner,
            at=at,
        )
    return Person(id, kind, name, key, address, account.id if account else None)

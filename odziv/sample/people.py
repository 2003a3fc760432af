"""The sample company, its people and the records of its customers."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from random import Random

from odziv.models import (
    Account,
    Contact,
    FollowEmail,
    Lead,
    Opportunity,
    Organisation,
    Record,
    RecordStatus,
    Role,
    User,
)
from odziv.organisations.founding import add_user, create_organisation
from odziv.records.saving import Postal, Reach, save
from odziv.sample.material import (
    COMPANIES,
    FIRST_NAMES,
    INDUSTRIES_IN_SLOVENIAN,
    JOB_TITLES,
    LAST_NAMES,
    OFFERS,
    SELLERS,
    STREETS,
)

ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES = 40, 120, 30, 25
LANGUAGES = {"SI": "sl", "HR": "hr", "AT": "de", "DE": "de", "IT": "it", "GB": "en", "HU": "hu", "CZ": "cs", "RS": "sr"}
_PREFIXES = {
    "SI": "386",
    "HR": "385",
    "AT": "43",
    "DE": "49",
    "IT": "39",
    "GB": "44",
    "HU": "36",
    "CZ": "420",
    "RS": "381",
}


@dataclass(frozen=True)
class Staff:
    """The sample organisation: who looks around in it, and everyone who sells."""

    organisation: Organisation
    visitor: User
    sellers: list[User]


def found(language: str) -> Staff:
    """Create the organisation. The visitor is its administrator; the others are people whom nobody can sign in as."""
    mark = secrets.token_hex(3)  # e-mail addresses of users are unique over all organisations
    addresses = [f"{_plain(name.split()[0])}@lipa-{mark}.example" for name in SELLERS]
    visitor = create_organisation(
        "Lipa oprema d.o.o.",
        admin_name=SELLERS[0],
        email=addresses[0],
        password=None,
        language=language,
        engagement=True,
        assistant=True,
        sample=True,
    )
    roles = (Role.SALESPERSON, Role.MANAGER, Role.SALESPERSON)
    others = [
        add_user(visitor.organisation, name=name, email=address, role=role, language=language)
        for name, address, role in zip(SELLERS[1:], addresses[1:], roles, strict=True)
    ]
    return Staff(visitor.organisation, visitor, [visitor, *others])


def populate(staff: Staff, chance: Random, now: datetime) -> Iterator[Record]:
    """Write the records one by one: accounts, contacts, leads, opportunities, as they came in over the last year."""
    names = [f"{first} {last}" for first, last in product(FIRST_NAMES, LAST_NAMES)]
    chance.shuffle(names)
    accounts = []
    for company in COMPANIES[:ACCOUNTS]:
        accounts.append(_account(staff, company, chance, now))
        yield accounts[-1]
    contacts = []
    for number in range(CONTACTS):
        account, company = accounts[number % ACCOUNTS], COMPANIES[number % ACCOUNTS]
        contacts.append(_contact(staff, names.pop(), account, company, chance, now))
        yield contacts[-1]
    for number in range(LEADS):
        yield _lead(staff, names.pop(), number, chance, now)
    for number in range(OPPORTUNITIES):
        yield _opportunity(staff, contacts[number * 4], number, chance, now)


def _account(staff: Staff, company: tuple[str, ...], chance: Random, now: datetime) -> Record:
    name, industry, city, code, country, domain = company
    if staff.visitor.language == "sl":
        industry = INDUSTRIES_IN_SLOVENIAN[industry]
    record = Account(
        name=name,
        industry=industry,
        website=f"https://{domain}.example",
        language=LANGUAGES[country],
        follow_email=FollowEmail.DO_NOT_ALLOW if domain == "zav-sava" else FollowEmail.ALLOW,
    )
    street = f"{chance.choice(STREETS)} {chance.randrange(1, 90)}"
    reach = Reach(
        [f"info@{domain}.example"], [("", _phone(country, chance))], [Postal("", street, code, city, "", country)]
    )
    return _saved(record, reach, staff, chance, now)


def _contact(
    staff: Staff, name: str, account: Record, company: tuple[str, ...], chance: Random, now: datetime
) -> Record:
    city, code, country, domain = company[2:]
    record = Contact(
        name=name,
        account=account,
        job_title=chance.choice(JOB_TITLES[staff.visitor.language]),
        language=LANGUAGES[country],
        follow_email=FollowEmail.DO_NOT_ALLOW if chance.random() < 0.06 else FollowEmail.ALLOW,
    )
    address = f"{_plain(name).replace(' ', '.')}@{domain}.example"
    reach = Reach([address], [("", _phone(country, chance))], [Postal("", "", code, city, "", country)])
    return _saved(record, reach, staff, chance, now)


def _lead(staff: Staff, name: str, number: int, chance: Random, now: datetime) -> Record:
    country = chance.choice(("SI", "SI", "HR", "AT", "IT"))
    company = f"{name.split()[1]} {chance.choice(('Studio', 'Invest', 'Design', 'Trade', 'Gradnje'))}"
    record = Lead(
        name=name,
        company=company,
        job_title=chance.choice(JOB_TITLES[staff.visitor.language]),
        language=LANGUAGES[country],
        status=RecordStatus.DISQUALIFIED if number % 10 == 9 else RecordStatus.OPEN,
    )
    address = f"{_plain(name).replace(' ', '.')}@{_plain(company).replace(' ', '-')}.example"
    return _saved(record, Reach([address], [("", _phone(country, chance))]), staff, chance, now)


def _opportunity(staff: Staff, contact: Record, number: int, chance: Random, now: datetime) -> Record:
    status = (RecordStatus.OPEN, RecordStatus.OPEN, RecordStatus.WON, RecordStatus.LOST)[number % 4]
    offers = OFFERS[staff.visitor.language]
    record = Opportunity(
        name=offers[number % len(offers)],
        account=contact.account,
        primary_contact=contact,
        amount=Decimal(chance.randrange(12, 480) * 250),
        currency="EUR",
        estimated_close=(now + timedelta(days=chance.randrange(5, 120))).date(),
        status=status,
    )
    return _saved(record, Reach(), staff, chance, now)


def _saved(record: Record, reach: Reach, staff: Staff, chance: Random, now: datetime) -> Record:
    at = now - timedelta(days=chance.randrange(91, 365), minutes=chance.randrange(1440))
    record.organisation, record.owner = staff.organisation, chance.choice(staff.sellers)
    record.created_at = at
    return save(record, reach, user=record.owner, now=at)


def _phone(country: str, chance: Random) -> str:
    return f"+{_PREFIXES[country]} {chance.randrange(10, 99)} {chance.randrange(100, 999)} {chance.randrange(100, 999)}"


def _plain(name: str) -> str:
    """A name as it stands in an e-mail address: `Špela Čeh` becomes `spela ceh`."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z ]", "", ascii_name)

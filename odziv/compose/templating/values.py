"""Whose mail it is, in plain values: what records, users and mailboxes say, as a template puts it in (T1, C6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.formats import date_format, number_format

from odziv.compose.addresses import Mailbox as Address
from odziv.compose.addresses import parse_line
from odziv.compose.cleaning import one_line
from odziv.compose.templating.render import Values
from odziv.models import Mailbox, Message, Record, RecordKind, User
from odziv.records.matching import match

_PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who and what a message is about. `address` is the recipient's, when it is known without a record too."""

    sender: User
    mailbox: Mailbox | None
    recipient: Record | None = None
    address: Address | None = None
    regarding: Record | None = None

    @property
    def account(self) -> Record | None:
        """The account that it concerns: that of the regarding, else the recipient's."""
        for record in (self.regarding, self.recipient):
            if record is not None:
                found = record if record.kind == RecordKind.ACCOUNT else record.account
                if found is not None:
                    return found
        return None

    @property
    def opportunity(self) -> Record | None:
        is_one = self.regarding is not None and self.regarding.kind == RecordKind.OPPORTUNITY
        return self.regarding if is_one else None

    @property
    def language(self) -> str:
        """In which one writes to the recipient (ISO 639-1): theirs, else their account's; empty when nobody knows."""
        spoken = [record.language for record in (self.recipient, self.account) if record is not None]
        return next((language for language in spoken if language), "")

    @property
    def name(self) -> str:
        """Whom the values were filled for, in words; empty when it is nobody yet."""
        if self.recipient is not None:
            return self.recipient.name
        return (self.address.name or self.address.address) if self.address else ""


def of_draft(message: Message) -> Subjects:
    """The subjects of a draft: its first recipient in To; while there is none, the person that it is regarding."""
    return of_line(message.owner, message.mailbox, message.to_line, message.activity.regarding)


def of_line(user: User, mailbox: Mailbox | None, to_line: str, regarding: Record | None) -> Subjects:
    """The same of a message that is not stored: who writes it from where, what stands in To, what it is regarding."""
    to = parse_line(to_line).mailboxes
    if not to:
        return Subjects(user, mailbox, _person(regarding), None, regarding)
    records = match(user.organisation_id, [to[0].address]).get(to[0].key, [])
    return Subjects(user, mailbox, records[0] if records else None, to[0], regarding)


def of_record(user: User, record: Record | None) -> Subjects:
    """The subjects of a message that the user would write from this record; for previews."""
    return Subjects(user, Mailbox.objects.usable_by(user).first(), _person(record), None, record)


def values_of(subjects: Subjects, language: str) -> Values:
    """Every value that is known; money and dates as one writes them in that language (ISO 639-1)."""
    with translation.override(language):
        return {
            "recipient": _recipient(subjects),
            "account": _account(subjects.account),
            "opportunity": _opportunity(subjects.opportunity),
            "sender": _sender(subjects),
            "organisation": {"name": one_line(subjects.sender.organisation.name)},
        }


def _person(record: Record | None) -> Record | None:
    if record is None or record.kind != RecordKind.OPPORTUNITY:
        return record
    return record.primary_contact


def _recipient(subjects: Subjects) -> dict[str, str]:
    record, address = subjects.recipient, subjects.address
    found: dict[str, str] = {}
    if record is not None and record.kind in _PEOPLE:
        company = record.account.name if record.account else record.company
        found = {"job_title": record.job_title, "company": company, **_named(record.name)}
    elif record is not None:
        # Mail to a company greets no person, whatever its name begins with.
        found = {"name": record.name, "company": record.name}
    elif address is not None:
        found = _named(address.name)
    if record is not None:
        found |= {"email": record.main_email, "phone": record.main_phone, "city": _city(record)}
    if address is not None:
        found["email"] = address.address
    return _lines(found)


def _account(record: Record | None) -> dict[str, str]:
    if record is None:
        return {}
    website = record.website if record.website.startswith(("https://", "http://")) else ""
    facts = {"name": record.name, "industry": record.industry, "website": website}
    return _lines({**facts, "phone": record.main_phone, "city": _city(record)})


def _opportunity(record: Record | None) -> dict[str, str]:
    if record is None:
        return {}
    return _lines(
        {
            "name": record.name,
            "amount": _money(record.amount, record.currency),
            "close_date": date_format(record.estimated_close) if record.estimated_close else "",
        }
    )


def _sender(subjects: Subjects) -> dict[str, str]:
    mailbox = subjects.mailbox
    name = mailbox.name if mailbox is not None and mailbox.name else subjects.sender.name
    facts = {"job_title": subjects.sender.job_title, "phone": subjects.sender.phone}
    address = mailbox.address if mailbox is not None else subjects.sender.email
    return _lines({**_named(name), **facts, "email": address})


def _named(name: str) -> dict[str, str]:
    first, _space, last = name.strip().partition(" ")
    return {"name": name, "first_name": first, "last_name": last}


def _city(record: Record) -> str:
    return next((address.city for address in record.addresses.all() if address.city), "")


def _money(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, places, force_grouping=True)} {currency}".strip()


def _lines(values: dict[str, str]) -> dict[str, str]:
    return {name: one_line(value) for name, value in values.items()}

"""A lead becomes a contact, with an account and an opportunity, or is opened again (R1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from odziv.lib.text import digits
from odziv.models import (
    Account,
    Activity,
    ConsentEntry,
    ConsentSource,
    Contact,
    FollowEmail,
    Opportunity,
    Party,
    Qualification,
    Record,
    RecordStatus,
    User,
    address_key,
)
from odziv.privacy import consent
from odziv.records.saving import Reach, StaleRecord, reach_of, remove, save


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to be made of the lead; everything else comes with it."""

    name: str
    job_title: str = ""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made."""

    name: str
    industry: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class NewOpportunity:
    """An open opportunity to be made."""

    name: str
    amount: Decimal | None = None
    currency: str = ""
    estimated_close: date | None = None


class NotOpen(Exception):
    """The lead is not open (any more); nothing was written."""


@transaction.atomic
def qualify(
    lead: Record,
    version: int,
    *,
    contact: Record | NewContact,
    account: Record | NewAccount | None,
    opportunity: NewOpportunity | None,
    user: User,
    now: datetime,
) -> Qualification:
    """All of it or nothing: contact, account and opportunity are made or taken, and the lead becomes *qualified*.

    Addresses, numbers, language, preference and consent history go along; what the lead has done shows on the contact
    too (see `models.feeds`). A contact that is there keeps what it has, its account too, and is given what it lacks.
    Raises NotOpen, and StaleRecord when the lead is not of this version any more.
    """
    stored = Record.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if stored.status != RecordStatus.OPEN:
        raise NotOpen
    if stored.version != version:
        raise StaleRecord
    made_account = isinstance(account, NewAccount)
    if isinstance(contact, Record) and contact.account is not None:
        account, made_account = contact.account, False
    if isinstance(account, NewAccount):
        account = _new_account(stored, account, user, now)
    made_contact = isinstance(contact, NewContact)
    if isinstance(contact, NewContact):
        contact = _new_contact(stored, contact, account, user, now)
    else:
        contact = _completed(stored, contact, account, user, now)
    stored.status, stored.qualified_into, stored.account = RecordStatus.QUALIFIED, contact, account
    save(stored, user=user, now=now)
    _carry_consent(stored, contact, user, now)
    deal = _new_opportunity(stored, opportunity, contact, account, user, now) if opportunity else None
    return Qualification.objects.create(
        organisation_id=stored.organisation_id,
        lead=stored,
        contact=contact,
        account=account,
        opportunity=deal,
        made_contact=made_contact,
        made_account=made_account,
        user=user,
        at=now,
    )


@transaction.atomic
def reopen(lead: Record, *, and_remove: bool, user: User, now: datetime) -> list[Record]:
    """Open a qualified lead again; with `and_remove`, delete what was made of it and not used since.

    Returns the records that were deleted. Raises NotOpen when the lead is not qualified.
    """
    stored = Record.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if stored.status != RecordStatus.QUALIFIED:
        raise NotOpen
    kept = Qualification.objects.of_lead(stored)
    unused = list(unused_of(kept)) if kept and and_remove else []
    stored.status, stored.qualified_into, stored.account = RecordStatus.OPEN, None, None
    save(stored, user=user, now=now)
    if kept:
        kept.delete()
    for record in unused:
        remove(record)
    return unused


def unused_of(kept: Qualification) -> Iterator[Record]:
    """What was made of the lead and nobody has changed, written to or hung anything on since."""
    made = [kept.opportunity, kept.contact if kept.made_contact else None, kept.account if kept.made_account else None]
    unused: list[Record] = []
    for record in made:
        if record is not None and _is_unused(record, kept, unused):
            unused.append(record)
            yield record


def _is_unused(record: Record, kept: Qualification, also: list[Record]) -> bool:
    if record.updated_at != kept.at:
        return False
    if Activity.objects.filter(regarding=record).exists() or Party.objects.filter(record=record).exists():
        return False
    others = Record.objects.hanging_on(record).exclude(pk=kept.lead_id)
    return not others.exclude(pk__in=[one.pk for one in also]).exists()


def _new_account(lead: Record, wanted: NewAccount, user: User, now: datetime) -> Record:
    account = Account(
        organisation_id=lead.organisation_id,
        owner_id=lead.owner_id,
        name=wanted.name,
        industry=wanted.industry,
        website=wanted.website,
        created_at=now,
    )
    return save(account, Reach(addresses=reach_of(lead).addresses), user=user, now=now)


def _new_contact(lead: Record, wanted: NewContact, account: Record | None, user: User, now: datetime) -> Record:
    contact = Contact(
        organisation_id=lead.organisation_id,
        owner_id=lead.owner_id,
        name=wanted.name,
        job_title=wanted.job_title,
        account=account,
        language=lead.language,
        time_zone=lead.time_zone,
        description=lead.description,
        created_at=now,
    )
    return save(contact, reach_of(lead), user=user, now=now)


def _completed(lead: Record, contact: Record, account: Record | None, user: User, now: datetime) -> Record:
    """A contact that was there, with what it lacks."""
    for name in ("job_title", "language", "time_zone", "description"):
        setattr(contact, name, getattr(contact, name) or getattr(lead, name))
    contact.account = contact.account or account
    has, brings = reach_of(contact), reach_of(lead)
    keys = {address_key(address) for address in has.emails}
    numbers = {digits(number) for _label, number in has.phones}
    reach = Reach(
        emails=[*has.emails, *(address for address in brings.emails if address_key(address) not in keys)],
        phones=[*has.phones, *(phone for phone in brings.phones if digits(phone[1]) not in numbers)],
        addresses=[*has.addresses, *(postal for postal in brings.addresses if postal not in has.addresses)],
    )
    return save(contact, reach, user=user, now=now)


def _new_opportunity(
    lead: Record, wanted: NewOpportunity, contact: Record, account: Record | None, user: User, now: datetime
) -> Record:
    deal = Opportunity(
        organisation_id=lead.organisation_id,
        owner_id=lead.owner_id,
        name=wanted.name,
        account=account,
        primary_contact=contact,
        amount=wanted.amount,
        currency=wanted.currency if wanted.amount is not None else "",
        estimated_close=wanted.estimated_close,
        status=RecordStatus.OPEN,
        created_at=now,
    )
    return save(deal, user=user, now=now)


def _carry_consent(lead: Record, contact: Record, user: User, now: datetime) -> None:
    """The history goes along; a refusal of either holds for both from now on (L3)."""
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            organisation_id=lead.organisation_id,
            record=contact,
            follow_email=entry.follow_email,
            source=entry.source,
            user_id=entry.user_id,
            at=entry.at,
        )
        for entry in ConsentEntry.objects.filter(record=lead)
    )
    refused = FollowEmail.DO_NOT_ALLOW
    for one, other in ((lead, contact), (contact, lead)):
        if one.follow_email == refused:
            consent.change(other, refused, source=ConsentSource.LEAD, user=user, now=now)

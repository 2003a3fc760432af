"""The phone call that a card offers (A4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from odziv.models import Activity, ActivityKind, Message, Party, Record, User


@transaction.atomic
def phone_call_about(message: Message, user: User, now: datetime) -> Activity:
    """A phone call of the user, due today, regarding what the message regards, with the number of whom it went to."""
    person = _person(message)
    record = message.activity.regarding or person
    name = person.name if person else message.recipients
    return Activity.objects.create(
        organisation_id=message.organisation_id,
        kind=ActivityKind.PHONE_CALL,
        owner=user,
        regarding=record,
        subject=(_("Call %(name)s: %(subject)s") % {"name": name, "subject": message.subject})[:500],
        phone_number=(person.main_phone if person else "")[:40],
        at=now,
        due_at=now,
        created_at=now,
    )


def _person(message: Message) -> Record | None:
    """Whom one calls about it: who opened it first, else the first recipient that is on record, else the regarding."""
    parties = Party.objects.recipients_of(message).filter(record__isnull=False).select_related("record")
    opened = parties.filter(deliveries__first_opened_at__isnull=False).order_by("deliveries__first_opened_at")
    party = opened.first() or parties.order_by("position").first()
    if party is not None:
        return party.record
    regarding = message.activity.regarding
    return (regarding.primary_contact or regarding) if regarding else None

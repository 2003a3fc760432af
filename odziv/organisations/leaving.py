"""Somebody leaves the organisation, and may come back (O2).

What they sent stays theirs, with its figures. What is still to be done can go to somebody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import ngettext

from odziv.compose.hold import AlreadyLeaving, take_back
from odziv.models import (
    Activity,
    ApiToken,
    Message,
    PersonChange,
    PersonChangeKind,
    PushSubscription,
    Record,
    TeamNetwork,
    Template,
    User,
)
from odziv.models.activities import ActivityQuerySet
from odziv.models.message_queries import MessageQuerySet
from odziv.models.templates import TemplateQuerySet
from odziv.organisations.people import one_by_one

_NAMED = 5  # scheduled e-mails that are shown with subject and time


class Estate(NamedTuple):
    """What hangs on a person: `next_mail` are the first of `scheduled` e-mails to leave by themselves."""

    records: int
    todo: int
    templates: int
    scheduled: int
    next_mail: list[Message]


class Left(NamedTuple):
    """What was done when somebody left."""

    handed_over: int
    stopped: int


def estate(person: User) -> Estate:
    """What would have to be looked after when this person leaves."""
    scheduled = _scheduled(person)
    return Estate(
        records=Record.objects.for_(person).owned_by(person).count(),
        todo=_to_do(person).count(),
        templates=_shared(person).count(),
        scheduled=scheduled.count(),
        next_mail=list(scheduled.with_row().order_by("send_at", "pk")[:_NAMED]),
    )


@transaction.atomic
def leave(person: User, *, by: User, now: datetime, heir: User | None = None, stop_mail: bool = False) -> Left:
    """Sign the person out everywhere and let them in no more. Raises LastAdministrator; then nothing was written.

    `heir` gets their records, open calls and tasks, and shared templates. With `stop_mail` their scheduled e-mails
    become drafts again; else these leave at their time.
    """
    with one_by_one(person):
        stored = User.objects.get(pk=person.pk)
        stored.is_active, stored.left_at, stored.signed_out_at = False, now, now
        stored.save(update_fields=["is_active", "left_at", "signed_out_at"])
    ApiToken.objects.of_person(person).delete()
    PushSubscription.objects.of_person(person).delete()
    TeamNetwork.objects.for_(person).filter(user=person).delete()
    PersonChange.objects.note(person, by, PersonChangeKind.LEFT, now)
    handed = _hand_over(person, heir) if heir is not None else 0
    if heir is not None and handed:
        PersonChange.objects.note(person, by, PersonChangeKind.HANDED_OVER, now, str(handed), heir.name)
    stopped = _stop(person, now) if stop_mail else 0
    if stopped:
        PersonChange.objects.note(person, by, PersonChangeKind.MAIL_STOPPED, now, after=str(stopped))
    return Left(handed, stopped)


@transaction.atomic
def come_back(person: User, *, by: User, now: datetime) -> User:
    """Let somebody in again, with the password that they had; sessions and tokens of before stay over."""
    stored = User.objects.select_for_update().get(pk=person.pk)
    if not stored.is_active:
        stored.is_active, stored.left_at = True, None
        stored.save(update_fields=["is_active", "left_at"])
        PersonChange.objects.note(stored, by, PersonChangeKind.RETURNED, now)
    return stored


def in_words(done: Left, heir: User | None) -> str:
    """What became of what hung on somebody who left, in sentences; empty when nothing did."""
    said = []
    if (n := done.handed_over) and heir is not None:
        told = {"n": n, "name": heir.name}
        words = ngettext("%(n)d thing now belongs to %(name)s.", "%(n)d things now belong to %(name)s.", n)
        said.append(words % told)
    if n := done.stopped:
        words = ngettext("%(n)d scheduled e-mail is a draft again.", "%(n)d scheduled e-mails are drafts again.", n)
        said.append(words % {"n": n})
    return " ".join(said)


def _scheduled(person: User) -> MessageQuerySet:
    return Message.objects.for_(person).of_owner(person).scheduled()


def _to_do(person: User) -> ActivityQuerySet:
    return Activity.objects.for_(person).calls_and_tasks().of_owner(person).open()


def _shared(person: User) -> TemplateQuerySet:
    return Template.objects.for_(person).owned_by(person).of_the_organisation()


def _hand_over(person: User, heir: User) -> int:
    """Who edits one of the records at this moment learns of it: its version rises."""
    records = Record.objects.for_(person).owned_by(person)
    moved = records.hand_to(heir)
    moved += _to_do(person).update(owner=heir)
    return moved + _shared(person).update(owner=heir)


def _stop(person: User, now: datetime) -> int:
    stopped = 0
    for message in _scheduled(person).order_by("pk"):
        try:
            take_back(message, now)
        except AlreadyLeaving:
            continue  # a worker was faster: it has left, or is about to
        stopped += 1
    return stopped

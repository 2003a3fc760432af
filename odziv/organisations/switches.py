"""The switches of an organisation, turned by an administrator (O3, O4, O5, F5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from django.db import transaction

from odziv.models import CardKind, EngagementPause, Organisation, User


@transaction.atomic
def switch_engagement(user: User, on: bool, *, now: datetime, assistant: bool = False) -> Organisation:
    """Turn Email engagement on or off for the user's organisation; with `assistant`, on both together.

    A pause is noted while it is off: what recipients did before it still counts, however late the spool brings it.
    Turning it to where it stands changes nothing.
    """
    organisation = _locked(user)
    pauses = EngagementPause.objects.for_(user)
    if on and not organisation.engagement:
        pauses.lasting().update(ended_at=now, ended_by=user)
    elif not on and organisation.engagement and not pauses.lasting().exists():
        pauses.create(organisation=organisation, began_at=now, begun_by=user)
    organisation.engagement = on
    organisation.assistant = organisation.assistant or (on and assistant)
    organisation.save(update_fields=["engagement", "assistant"])
    return organisation


@transaction.atomic
def switch_assistant(user: User, on: bool) -> Organisation:
    """Turn the assistant on or off; the switches of single kinds stay as they are (O4)."""
    organisation = _locked(user)
    organisation.assistant = on
    organisation.save(update_fields=["assistant"])
    return organisation


@transaction.atomic
def choose_cards(user: User, wanted: Iterable[CardKind]) -> Organisation:
    """The kinds of card that the assistant makes while it is on; the others it does not."""
    organisation = _locked(user)
    organisation.muted_cards = sorted(set(CardKind.values) - {CardKind(kind).value for kind in wanted})
    organisation.save(update_fields=["muted_cards"])
    return organisation


@transaction.atomic
def switch_unknown(user: User, follow: bool) -> Organisation:
    """May people who are in no record be followed (F5)?"""
    organisation = _locked(user)
    organisation.follow_unknown = follow
    organisation.save(update_fields=["follow_unknown"])
    return organisation


@transaction.atomic
def switch_honeypot(user: User, on: bool) -> Organisation:
    """The hidden link in followed copies, which only scanners find (J5)."""
    organisation = _locked(user)
    organisation.honeypot = on
    organisation.save(update_fields=["honeypot"])
    return organisation


@transaction.atomic
def switch_preference_line(user: User, on: bool) -> Organisation:
    """The line in each followed copy that says so, with the page on which the recipient says no (L2)."""
    organisation = _locked(user)
    organisation.preference_line = on
    organisation.save(update_fields=["preference_line"])
    return organisation


@transaction.atomic
def switch_location(user: User, on: bool) -> Organisation:
    """The location service, without which no time of delivery is suggested (O5)."""
    organisation = _locked(user)
    organisation.location_service = on
    organisation.save(update_fields=["location_service"])
    return organisation


@transaction.atomic
def set_working_week(user: User, *, days: Iterable[int], starts: time, ends: time, holidays: str) -> Organisation:
    """The hours in which mail is suggested to arrive (D2). `days` are ISO numbers, Monday 1.

    Raises ValueError for a week without a day, or a day that ends before it starts.
    """
    wanted = sorted(set(days))
    if not wanted or not set(wanted) <= set(range(1, 8)) or starts >= ends:
        raise ValueError("no working time in such a week")
    organisation = _locked(user)
    organisation.work_days = "".join(map(str, wanted))
    organisation.work_starts, organisation.work_ends, organisation.holidays = starts, ends, holidays
    organisation.save(update_fields=["work_days", "work_starts", "work_ends", "holidays"])
    return organisation


def _locked(user: User) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=user.organisation_id)

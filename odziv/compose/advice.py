"""When this message is best delivered: only for exactly one recipient whose place is known (D2, O5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from odziv.advise import Suggestion, WorkingTime, suggest
from odziv.advise.holidays import holidays_of
from odziv.advise.whereabouts import Whereabouts, whereabouts
from odziv.compose.addresses import parse_line
from odziv.models import OWN_HOLIDAYS, Organisation
from odziv.records.matching import match


@dataclass(frozen=True, slots=True)
class Advice:
    """About one recipient. `suggestion` is None when they are at work now."""

    name: str
    where: Whereabouts
    suggestion: Suggestion | None


def advise(organisation: Organisation, lines: tuple[str, str, str], now: datetime) -> Advice | None:
    """Advice for what stands in To, Cc and Bcc; None for several recipients, none, or one whose place is not known.

    With the location service off there is none. Independent of following (F4).
    """
    if not organisation.location_service:
        return None
    people = {one.key: one for line in lines for one in parse_line(line).mailboxes}
    if len(people) != 1:
        return None
    (person,) = people.values()
    records = match(organisation.pk, [person.address]).get(person.key, [])
    found = whereabouts(records[0], now) if records else None
    if found is None:
        return None
    return Advice(records[0].name, found, suggest(now, found.zone, working_time(organisation, found.country)))


def working_time(organisation: Organisation, country: str) -> WorkingTime:
    """The organisation's working week for a recipient in that country (ISO 3166-1 alpha-2)."""
    week = organisation.working_week
    holidays = country if week.holidays == OWN_HOLIDAYS else week.holidays
    days = frozenset(day - 1 for day in week.days)
    return WorkingTime(week.starts, week.ends, days, holidays_of(holidays))

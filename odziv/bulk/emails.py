"""What is done with many e-mails at once: drafts, those that wait for their time, and those that were sent (C3, O2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from odziv import discarding
from odziv.assist.calls import phone_call_about
from odziv.bulk.outcome import Call, Outcome, Why
from odziv.compose import chosen, hold, schedule
from odziv.models import Activity, ActivityState, Message, MessageState


def discard(keys: Sequence[UUID], call: Call) -> Outcome:
    """Drafts go, and can be brought back for a day."""
    rows = {row.pk: row for row in _seen(keys, call)}
    outcome = Outcome()
    outcome.gone(keys, rows)
    wanted = []
    for row in rows.values():
        if row.state == MessageState.DRAFT:
            wanted.append(row.activity)
        else:
            outcome.refuse(Why.LEFT, row.pk, row.subject)
    _put_away(wanted, outcome, call)
    return outcome


def delete(keys: Sequence[UUID], call: Call) -> Outcome:
    """E-mails that wait never leave. Brought back they are drafts, so that none leaves by itself after all."""
    outcome = Outcome()
    taken = []
    for row in _own_waiting(keys, call, outcome):
        try:
            taken.append(hold.take_back(row, call.now).activity)
        except hold.AlreadyLeaving:
            outcome.refuse(Why.LEFT, row.pk, row.subject)
    _put_away(taken, outcome, call)
    return outcome


def leave_now(keys: Sequence[UUID], call: Call) -> Outcome:
    """E-mails that wait leave at once."""
    outcome = Outcome()
    for row in _own_waiting(keys, call, outcome):
        try:
            schedule.leave_now(row, call.now)
            outcome.changed += 1
        except hold.AlreadyLeaving:
            outcome.refuse(Why.LEFT, row.pk, row.subject)
    return outcome


def delay(keys: Sequence[UUID], call: Call) -> Outcome:
    """`wall` on the clocks of `zone`: when e-mails that wait are to leave."""
    outcome = Outcome()
    at = chosen.read(call.values["wall"], ZoneInfo(call.values["zone"]))
    for row in _own_waiting(keys, call, outcome):
        before = [row.pk.hex, row.send_wall, row.send_zone]
        if _move(row, at, outcome, call):
            outcome.undo.append(before)
    return outcome


def delay_back(undo: Sequence[Any], call: Call) -> Outcome:
    """They leave when they were to leave before, as far as that still lies ahead."""
    outcome = Outcome()
    before = {UUID(key): chosen.read(wall, ZoneInfo(zone)) for key, wall, zone in undo if zone}
    for row in _own_waiting(list(before), call, outcome):
        _move(row, before[row.pk], outcome, call)
    return outcome


def phone(keys: Sequence[UUID], call: Call) -> Outcome:
    """A phone call of the user about each e-mail, due today, with the number (A4)."""
    rows = {row.pk: row for row in _seen(keys, call)}
    outcome = Outcome()
    outcome.gone(keys, rows)
    outcome.undo = [phone_call_about(row, call.user, call.now).pk.hex for row in rows.values()]
    outcome.changed = len(rows)
    return outcome


def phone_back(undo: Sequence[str], call: Call) -> Outcome:
    """Those that nobody has touched since go again."""
    rows = Activity.objects.for_(call.user).of_owner(call.user).among([UUID(key) for key in undo])
    outcome = Outcome()
    found = {row.pk.hex: row for row in rows}
    fresh = []
    for key in undo:
        row = found.get(key)
        if row is None:
            outcome.refuse(Why.GONE, key)
        elif row.version == 1 and row.state == ActivityState.OPEN:
            fresh.append(row.pk)
        else:
            outcome.refuse(Why.CHANGED, key, row.subject)
    Activity.objects.for_(call.user).among(fresh).delete()
    outcome.changed = len(fresh)
    return outcome


def _seen(keys: Sequence[UUID], call: Call) -> list[Message]:
    """What the user may see of these, in the order of the list, held against others until the step is done."""
    rows = Message.objects.visible_to(call.user).among(keys).select_related("activity__regarding", "owner")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    return [found[key] for key in keys if key in found]


def _own_waiting(keys: Sequence[UUID], call: Call, outcome: Outcome) -> Iterator[Message]:
    """The user's own among these that wait for their time; of the others is noted why not (O2)."""
    rows = _seen(keys, call)
    outcome.gone(keys, [row.pk for row in rows])
    for row in rows:
        if row.owner_id != call.user.pk:
            outcome.refuse(Why.OTHERS, row.pk, row.subject, row.owner.name)
        elif row.state != MessageState.SCHEDULED:
            outcome.refuse(Why.LEFT, row.pk, row.subject)
        else:
            yield row


def _move(row: Message, at: chosen.Chosen, outcome: Outcome, call: Call) -> bool:
    try:
        schedule.delay(row, at, call.now)
    except hold.AlreadyLeaving:
        outcome.refuse(Why.LEFT, row.pk, row.subject)
    except schedule.DelayRefused:
        outcome.refuse(Why.OVER, row.pk, row.subject)
    else:
        outcome.changed += 1
        return True
    return False


def _put_away(activities: Sequence[Activity], outcome: Outcome, call: Call) -> None:
    outcome.changed = len(activities)
    if activities:
        outcome.undo = [str(discarding.discard(activities, call.user, call.now).pk)]

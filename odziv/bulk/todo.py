"""What is done with many phone calls and tasks at once (R3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from odziv import discarding
from odziv.bulk.outcome import Call, Outcome, Why
from odziv.compose import chosen
from odziv.models import Activity, ActivityState, Discarded, User


def complete(keys: Sequence[UUID], call: Call) -> Outcome:
    return _change(keys, call, lambda row: {"state": ActivityState.DONE, "at": call.now}, _is_done)


def reopen(keys: Sequence[UUID], call: Call) -> Outcome:
    return _change(
        keys,
        call,
        lambda row: {"state": ActivityState.OPEN, "at": row.due_at or row.created_at},
        lambda row: not _is_done(row),
    )


def due(keys: Sequence[UUID], call: Call) -> Outcome:
    """`wall` on the clocks of `zone`: when they are due. What is to be done stands in the feed where it is due."""
    at = chosen.read(call.values["wall"], ZoneInfo(call.values["zone"])).at
    return _change(
        keys, call, lambda row: {"due_at": at} | ({} if _is_done(row) else {"at": at}), lambda row: row.due_at == at
    )


def own(keys: Sequence[UUID], call: Call) -> Outcome:
    """`owner`: who does them."""
    owner = User.objects.for_(call.user).get(pk=call.values["owner"])
    return _change(keys, call, lambda row: {"owner_id": owner.pk}, lambda row: row.owner_id == owner.pk)


def back(undo: Sequence[Any], call: Call) -> Outcome:
    """As they were, but for those in which somebody has changed the same since."""
    rows = _locked([UUID(key) for key, _after, _before in undo], call)
    outcome = Outcome()
    for key, after, before in undo:
        row = rows.get(UUID(key))
        if row is None:
            outcome.refuse(Why.GONE, key)
        elif any(_kept(getattr(row, name)) != value for name, value in after.items()):
            outcome.refuse(Why.CHANGED, row.pk, row.subject)
        else:
            _write(row, {name: _read(name, value) for name, value in before.items()})
            outcome.changed += 1
    return outcome


def delete(keys: Sequence[UUID], call: Call) -> Outcome:
    """They go, and can be brought back for a day."""
    rows = _locked(keys, call)
    outcome = Outcome(changed=len(rows))
    outcome.gone(keys, rows)
    if rows:
        outcome.undo = [str(discarding.discard(list(rows.values()), call.user, call.now).pk)]
    return outcome


def delete_back(undo: Sequence[str], call: Call) -> Outcome:
    """What was deleted is back; for activities of every kind."""
    outcome = Outcome()
    for key in undo:
        kept = Discarded.objects.of_person(call.user).filter(pk=key).first()
        try:
            if kept is None:
                raise discarding.NotRestorable
            outcome.changed += discarding.restore(kept)
        except discarding.NotRestorable:
            outcome.refuse(Why.LOST, key)
    return outcome


def _change(keys: Sequence[UUID], call: Call, fields: Any, is_so: Any) -> Outcome:
    """Write `fields(row)` to each row for which `is_so(row)` does not hold yet."""
    rows = _locked(keys, call)
    outcome = Outcome()
    outcome.gone(keys, rows)
    for row in rows.values():
        if is_so(row):
            outcome.refuse(Why.SAME, row.pk, row.subject)
            continue
        wanted = fields(row)
        after, before = ({name: _kept(of(name)) for name in wanted} for of in (wanted.get, partial(getattr, row)))
        outcome.undo.append([row.pk.hex, after, before])
        _write(row, wanted)
        outcome.changed += 1
    return outcome


def _locked(keys: Sequence[UUID], call: Call) -> dict[UUID, Activity]:
    """By identifier, in the order of the list, held against others until the step is done."""
    rows = Activity.objects.for_(call.user).calls_and_tasks().among(keys).select_for_update(of=("self",))
    found = {row.pk: row for row in rows}
    return {key: found[key] for key in keys if key in found}


def _write(row: Activity, fields: dict[str, Any]) -> None:
    Activity.objects.filter(pk=row.pk).update(**fields, version=row.version + 1)


def _is_done(row: Activity) -> bool:
    return row.state == ActivityState.DONE


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex if isinstance(value, UUID) else value


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name in ("at", "due_at") else value

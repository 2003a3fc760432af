"""What can be done with many rows at once, in one literal table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from odziv.bulk import emails, records, todo
from odziv.bulk.outcome import Call, Outcome
from odziv.models import Activity, Message, Record, User


class Action(NamedTuple):
    """`do` takes a step's identifiers, `back` what `do` kept in `undo`; None where there is no way back.

    `step` is how many rows are taken in one transaction. `rows` are all that the user might mean.
    """

    rows: Callable[[User], Any]
    do: Callable[[Sequence[UUID], Call], Outcome]
    back: Callable[[Sequence[Any], Call], Outcome] | None
    step: int = 200


def _records(user: User) -> Any:
    return Record.objects.for_(user)


def _todo(user: User) -> Any:
    return Activity.objects.for_(user).calls_and_tasks()


def _emails(user: User) -> Any:
    return Message.objects.visible_to(user)


ACTIONS: dict[str, Action] = {
    "record-owner": Action(_records, records.own, records.own_back),
    "record-allow": Action(_records, records.allow, records.allow_back),
    "record-deny": Action(_records, records.deny, records.deny_back),
    "record-delete": Action(_records, records.delete, records.delete_back, 50),
    "todo-complete": Action(_todo, todo.complete, todo.back),
    "todo-reopen": Action(_todo, todo.reopen, todo.back),
    "todo-due": Action(_todo, todo.due, todo.back),
    "todo-owner": Action(_todo, todo.own, todo.back),
    "todo-delete": Action(_todo, todo.delete, todo.delete_back),
    "email-discard": Action(_emails, emails.discard, todo.delete_back, 50),
    "email-delete": Action(_emails, emails.delete, todo.delete_back, 50),
    "email-now": Action(_emails, emails.leave_now, None, 50),
    "email-delay": Action(_emails, emails.delay, emails.delay_back, 50),
    "email-call": Action(_emails, emails.phone, emails.phone_back, 50),
}

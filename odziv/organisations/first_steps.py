"""What leads a new organisation to its first figures: a few steps, each done when its trace is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from odziv.models import Mailbox, MailboxKind, Message, Record, RecordKind, Template, User


class Step(NamedTuple):
    """One of the keys of `STEPS`, and whether it is done."""

    key: str
    done: bool


_PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)

# In the order in which they are best taken. The first ones only an administrator can do.
STEPS: tuple[tuple[str, bool, Callable[[User], bool]], ...] = (
    ("engagement", True, lambda user: user.organisation.engagement),
    ("colleagues", True, lambda user: User.objects.for_(user).exclude(pk=user.pk).exists()),
    ("mailbox", False, lambda user: Mailbox.objects.usable_by(user).filter(kind=MailboxKind.SMTP).exists()),
    ("people", False, lambda user: Record.objects.for_(user).of_kinds(_PEOPLE).exists()),
    ("send", False, lambda user: Message.objects.for_(user).of_owner(user).written().exists()),
    ("opened", False, lambda user: Message.objects.for_(user).of_owner(user).opened().exists()),
    ("template", False, lambda user: Template.objects.insertable_by(user).exists()),
)


def first_steps(user: User) -> list[Step]:
    """The steps of this user, one query each; none once they have put them away."""
    if user.first_steps_hidden_at is not None:
        return []
    mine = [step for step in STEPS if user.is_administrator or not step[1]]
    return [Step(key, is_done(user)) for key, _administrators_only, is_done in mine]


def put_away(user: User, now: datetime | None) -> None:
    """Hide the steps from then on; None shows them again."""
    user.first_steps_hidden_at = now
    user.save(update_fields=["first_steps_hidden_at"])

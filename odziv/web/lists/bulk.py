"""What each list offers to do with the rows that are chosen in it, in words; `odziv.bulk` does it (V2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from odziv.bulk.outcome import Why
from odziv.models import RecordKind, User
from odziv.web.kinds import KINDS
from odziv.web.lists.shape import View, Words


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of `odziv.bulk.actions`. `done` begins what is said afterwards: *Deleted: 3 contacts*.

    `asks`: owner, due, time: a field to be filled in; sure: it is confirmed; nothing: it is done at once. `told` are
    sentences of the dialog. `engagement`: offered only while that is on (O3).
    """

    key: str
    label: Words
    icon: str
    done: Words
    asks: str = ""
    told: tuple[Words, ...] = ()
    danger: bool = False
    engagement: bool = False


OWNER = Offer("record-owner", _("Change owner"), "user-round-cog", _("Owner changed"), "owner")
ALLOW = Offer(
    "record-allow",
    _("Allow following"),
    "eye",
    _("Follow email: Allow"),
    "sure",
    (_("Each change stands in the history of its record, with time and your name."),),
    engagement=True,
)
DENY = Offer(
    "record-deny",
    _("Do not allow following"),
    "eye-off",
    _("Follow email: Do not allow"),
    "sure",
    (
        _("E-mail to them is not followed any more, also what waits already."),
        _("What an account does not allow holds for its contacts too."),
        _("Each change stands in the history of its record, with time and your name."),
    ),
    engagement=True,
)
DELETE = Offer(
    "record-delete",
    _("Delete"),
    "trash-2",
    _("Deleted"),
    "sure",
    (
        _("Their fields, addresses, phone numbers and consent history go. E-mails and activities stay, without them."),
        _("You can undo it for a day."),
    ),
    danger=True,
)
_TASKS = (
    Offer("todo-complete", _("Mark as done"), "check", _("Done")),
    Offer("todo-reopen", _("Open again"), "undo-2", _("Open again")),
    Offer("todo-due", _("Change due date"), "calendar-clock", _("Due date changed"), "due"),
    Offer("todo-owner", _("Change owner"), "user-round-cog", _("Owner changed"), "owner"),
    Offer("todo-delete", _("Delete"), "trash-2", _("Deleted"), "sure", (_("You can undo it for a day."),), danger=True),
)
_SCHEDULED = (
    Offer(
        "email-delay",
        _("Reschedule"),
        "calendar-clock",
        _("Rescheduled"),
        "time",
        (_("Only your own e-mails are rescheduled, and only what has not begun to leave."),),
    ),
    Offer(
        "email-now",
        _("Send now"),
        "send",
        _("They leave now"),
        "sure",
        (_("They leave at once. This cannot be undone."), _("Only your own e-mails are sent.")),
    ),
    Offer(
        "email-delete",
        _("Delete"),
        "trash-2",
        _("Deleted, nothing was sent"),
        "sure",
        (_("They do not leave."), _("You can undo it for a day; they come back as drafts.")),
        danger=True,
    ),
)
_DRAFTS = (
    Offer(
        "email-discard", _("Delete"), "trash-2", _("Deleted"), "sure", (_("You can undo it for a day."),), danger=True
    ),
)
_EMAILS = (Offer("email-call", _("Create phone call"), "phone", _("Phone calls created for"), "sure",
                 (_("Each is yours and due today, with the number and what the e-mail regards."),)),)  # fmt: skip

_OF_GRID: dict[str, tuple[Offer, ...]] = {
    **{
        shape.list_name: (OWNER, DELETE) if kind == RecordKind.OPPORTUNITY else (OWNER, ALLOW, DENY, DELETE)
        for kind, shape in KINDS.items()
    },
    "tasks": _TASKS,
    "scheduled": _SCHEDULED,
    "drafts": _DRAFTS,
    "emails": _EMAILS,
}

REASONS: dict[str, Words] = {
    Why.GONE: _("not there any more"),
    Why.SAME: _("was so already"),
    Why.OTHERS: _("belongs to somebody else"),
    Why.QUALIFIED: _("a qualified lead is kept as it was"),
    Why.NO_PREFERENCE: _("an opportunity has no Follow email"),
    Why.LARGE: _("very much hangs on it: delete it on its own page"),
    Why.LEFT: _("has left, or begun to"),
    Why.OVER: _("the time has passed"),
    Why.CHANGED: _("somebody has changed it since"),
    Why.LOST: _("cannot be brought back any more"),
}


def offers(view: View, user: User) -> Iterator[Offer]:
    """What the user may do with rows of the view; of e-mails only what fits the state that they are in."""
    for one in _OF_GRID.get(view.grid, ()):
        if user.organisation.engagement or not one.engagement:
            yield one


def offer(view: View, user: User, key: str) -> Offer | None:
    """The action of that name, if the view offers it."""
    return next((one for one in offers(view, user) if one.key == key), None)

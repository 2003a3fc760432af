"""Action cards of the assistant, and what happened that may call for one (SPEC A)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.uuid7 import uuid7
from odziv.models.assistant import CardKind
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.bulk import insert_new

if TYPE_CHECKING:
    from odziv.models.organisations import User


class HappeningQuerySet(OwnedQuerySet["Happening"]):
    def due(self, now: datetime) -> Self:
        """Those that need not wait any longer."""
        return self.filter(Q(not_before=None) | Q(not_before__lte=now))

    def taken(self, limit: int, now: datetime) -> list[Happening]:
        """The oldest ones that are due, held against other workers until the transaction ends."""
        rows = self.due(now).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        return list(rows[:limit])

    def note(
        self, organisation_id: UUID, message_id: UUID, kind: CardKind, *, not_before: datetime | None = None
    ) -> None:
        """Ask the assistant to look at a message. In the transaction of what happened, so that neither is alone."""
        self.note_all(kind, [(organisation_id, message_id, not_before)])

    def note_all(self, kind: CardKind, of: Iterable[tuple[UUID, UUID, datetime | None]]) -> None:
        """As `note`, for many messages: organisation, message, until when to wait."""
        rows = [(uuid7(), organisation, message, kind.value, until) for organisation, message, until in of]
        insert_new(self.model, ("id", "organisation", "message", "kind", "not_before"), rows)


class Happening(Owned):
    """Something happened to a message that may call for a card of this kind, or make one pointless.

    Whoever writes the fact leaves this row beside it; `assist` looks at the message as it is then, and takes the row
    away. So a row that comes twice, or late, does no harm.
    """

    message = models.ForeignKey("odziv.Message", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=CardKind)
    not_before = models.DateTimeField(null=True, blank=True)  # until then more may be learnt that changes it

    objects = HappeningQuerySet.as_manager()


class CardState(models.TextChoices):
    OPEN = "open", _("Open")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")  # by the assistant itself: what it told is no longer so


class Priority(models.IntegerChoices):
    HIGH = 1, _("High")
    NORMAL = 2, _("Normal")


class CardQuerySet(OwnedQuerySet["Card"]):
    def of_user(self, user: User) -> Self:
        return self.for_(user).filter(user=user)

    def shown(self, now: datetime) -> Self:
        """Those that stand in the assistant at this moment: neither settled nor snoozed."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now), state=CardState.OPEN)

    def in_order(self) -> Self:
        """The most urgent first, then the newest."""
        return self.order_by("priority", "-shown_at", "-pk")

    def with_message(self) -> Self:
        """What a card tells, in one query and without the message's body."""
        bodies = ("html", "text", "to_line", "cc_line", "bcc_line", "references")
        return self.select_related("message__activity__regarding", "reminder", "mailbox").defer(
            *(f"message__{name}" for name in bodies)
        )

    def of_mailboxes(self) -> Self:
        """Those about mailboxes that have not been withdrawn."""
        return self.filter(kind=CardKind.MAILBOX).exclude(state=CardState.WITHDRAWN)

    def marks(self, users: Iterable[UUID], now: datetime) -> dict[UUID, str]:
        """A mark of each user's assistant that becomes another one when what stands in it changes."""
        wanted = list(users)
        rows = self.filter(user_id__in=wanted).shown(now).order_by().values("user_id")
        found = rows.annotate(_number=Count("pk"), _latest=Max("shown_at"), _changed=Max("changed_at"))
        marks = dict.fromkeys(wanted, "0")
        for user, number, latest, changed in found.values_list("user_id", "_number", "_latest", "_changed"):
            marks[user] = f"{number}/{latest}/{changed}"
        return marks


class Card(Owned):
    """One thing that a user should know or do (A1). `key` names its cause: a user gets one card for a cause, ever.

    `told` is how many copies it speaks of; more of them bring a dismissed card back. `shown_at` is when it appeared
    last, or comes back after a snooze.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=CardKind)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    key = models.CharField(max_length=120)
    message = models.ForeignKey("odziv.Message", null=True, on_delete=models.CASCADE, related_name="+")
    reminder = models.ForeignKey("odziv.Reminder", null=True, on_delete=models.CASCADE, related_name="+")
    mailbox = models.ForeignKey("odziv.Mailbox", null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=CardState, default=CardState.OPEN)
    told = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    shown_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="card_once_for_cause")]
        indexes = [
            models.Index(fields=["user", "priority", "-shown_at", "-id"], name="card_shown", condition=Q(state="open")),
            models.Index(fields=["message"], name="card_by_message"),
        ]

    def get_absolute_url(self) -> str:
        """Where it leads: its message or mailbox, else the page of all cards."""
        if self.mailbox_id:
            return reverse("mailbox", args=[self.mailbox_id])
        return reverse("message", args=[self.message_id]) if self.message_id else reverse("cards")

    def dismiss(self, now: datetime) -> None:
        """Put it away for good; only more of the same brings it back."""
        self._change(now, state=CardState.DISMISSED, snoozed_until=None)

    def bring_back(self, now: datetime) -> None:
        """Undo a dismissal or a snooze."""
        self._change(now, state=CardState.OPEN, snoozed_until=None)

    def snooze(self, until: datetime, now: datetime) -> None:
        """Put it away until then. Raises ValueError for a time that is over or more than a year ahead."""
        if not now < until <= now + timedelta(days=366):
            raise ValueError("a snooze ends within the coming year")
        self._change(now, state=CardState.OPEN, snoozed_until=until, shown_at=until)

    def _change(self, now: datetime, **fields: object) -> None:
        for name, value in {**fields, "changed_at": now}.items():
            setattr(self, name, value)
        self.save(update_fields=[*fields, "changed_at"])

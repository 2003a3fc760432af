"""Reminders: a title, a condition and a time (SPEC M)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.messages import Message
from odziv.models.states import MessageState

if TYPE_CHECKING:
    from odziv.models.organisations import User


class Condition(models.TextChoices):
    NO_REPLY = "reply", _("if I do not receive a reply by")
    NOT_OPENED = "open", _("if the e-mail is not opened by")
    ANYWAY = "anyway", _("remind me anyway at")

    @property
    def needs_following(self) -> bool:
        """Whether it can be judged of a followed message only (M1)."""
        return self != Condition.ANYWAY


class ReminderState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    FIRED = "fired", _("Fired")
    SATISFIED = "satisfied", _("Not needed")  # it was opened, or answered, in time


class ReminderQuerySet(OwnedQuerySet["Reminder"]):
    def due(self, now: datetime) -> Self:
        """Those to be judged now, of messages that were sent or are to be; a draft's reminder waits for Send."""
        waiting = self.filter(state=ReminderState.WAITING, look_at__lte=now)
        return waiting.exclude(message__state__in=[MessageState.DRAFT, MessageState.CANCELLED]).order_by(
            "look_at", "pk"
        )

    def taken(self, now: datetime, limit: int) -> list[Reminder]:
        """Due ones with their messages, held against other workers until the transaction ends."""
        rows = self.due(now).select_related("message__mailbox", "message__organisation", "user")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        return list(rows[:limit])

    def of_messages(self, messages: Iterable[UUID]) -> Self:
        """Those of these messages, with whom they remind and of what."""
        return self.filter(message__in=list(messages)).select_related("user", "message__organisation")

    def until(self, user: User, end: datetime) -> Self:
        """The user's own that wait and are due before then, the next one first."""
        mine = self.for_(user).filter(user=user, state=ReminderState.WAITING, at__lt=end)
        return mine.exclude(message__state=MessageState.DRAFT).select_related("message").order_by("at", "pk")


class Reminder(Owned):
    """One for each message. The time is kept as it was chosen (`wall` on the clocks of `zone`) and as an instant, `at`.

    `round` rises with every change, so that a changed reminder makes a card of its own.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reminder")
    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    condition = models.CharField(_("condition"), max_length=8, choices=Condition, default=Condition.NOT_OPENED)
    at = models.DateTimeField(_("time"))
    zone = models.CharField(max_length=64)
    wall = models.CharField(max_length=16)  # 2026-05-04T08:30
    look_at = models.DateTimeField(editable=False)  # when it is judged: `at`, later while its mailbox is to be read
    state = models.CharField(max_length=10, choices=ReminderState, default=ReminderState.WAITING)
    round = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=20, blank=True)  # why it fired without being judged: a code of assist.reminding
    # Up to which day of return somebody has said whether to wait for it; nothing is offered for it again.
    away_answered = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["look_at", "id"], name="reminder_due", condition=Q(state=ReminderState.WAITING))
        ]

    def __str__(self) -> str:
        return self.title

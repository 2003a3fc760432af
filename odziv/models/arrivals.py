"""What came back for a sent e-mail (replies, bounces, receipts), and how far mailboxes were read (SPEC P)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.deliveries import Delivery
from odziv.models.mailboxes import Mailbox
from odziv.models.messages import Message

if TYPE_CHECKING:
    from odziv.models.organisations import User


class ArrivalKind(models.TextChoices):
    """The values are those of `replies.kinds`."""

    HUMAN = "human", _("Reply")
    AUTO_REPLY = "auto-reply", _("Automatic reply")
    BOUNCE = "bounce", _("Came back")
    DELAYED = "delayed", _("Delayed")
    DELIVERY_RECEIPT = "delivery-receipt", _("Delivery receipt")
    READ_RECEIPT = "read-receipt", _("Read receipt")
    FEEDBACK = "feedback", _("Complaint")
    CHALLENGE = "challenge", _("Question whether you are a person")
    OTHER = "other", _("Other mail")


class ArrivalQuerySet(OwnedQuerySet["Arrival"]):
    def counted(self) -> Self:
        """Those that count as replies (P2)."""
        return self.filter(counts=True)

    def numbers(self, messages: Iterable[UUID]) -> dict[UUID, int]:
        """How many replies each of these messages has, of those that have any."""
        rows = self.counted().filter(message__in=list(messages)).order_by().values("message_id")
        return dict(rows.annotate(number=Count("pk")).values_list("message_id", "number"))

    def telling_absence(self, messages: Iterable[UUID]) -> Self:
        """Automatic replies of recipients that say until when they are away, the longest absence last."""
        rows = self.filter(message__in=list(messages), kind=ArrivalKind.AUTO_REPLY, away_until__isnull=False)
        return rows.exclude(delivery=None).order_by("away_until", "at", "pk")

    def happened_to(self, user: User, since: datetime, until: datetime) -> Iterable[tuple[UUID, int]]:
        """(message, how many) of the replies to the user's e-mails in that time."""
        rows = self.counted().filter(message__owner=user, at__gte=since, at__lt=until)
        return rows.order_by().values("message_id").annotate(number=Count("pk")).values_list("message_id", "number")

    def of_message(self, message_id: UUID) -> Self:
        """Newest first."""
        return self.filter(message_id=message_id).order_by("-at", "-pk")


class Arrival(Owned):
    """One mail that came back for a sent one. Rows are only ever added; `key` tells one from another.

    `delivery` is the copy of whoever sent it, when that is known; `reply` the stored e-mail of a person's answer.
    `reasons` are codes of replies.kinds; `failed` the addresses that a bounce names.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="arrivals")
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.SET_NULL, related_name="arrivals")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    reply = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="arrival")
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=ArrivalKind)
    counts = models.BooleanField(default=False)
    at = models.DateTimeField()
    from_name = models.CharField(max_length=200, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    matched_by = models.CharField(max_length=20)
    stranger = models.BooleanField(default=False)  # its sender is none of the recipients
    reasons = models.JSONField(default=list, blank=True)
    failed = models.JSONField(default=list, blank=True)
    severity = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=20, blank=True)  # RFC 3463
    away_until = models.DateField(null=True)
    visible_text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "key"], name="arrival_once")]
        indexes = [models.Index(fields=["message", "-at"], name="arrival_by_message")]


class ReadingQuerySet(OwnedQuerySet["Reading"]):
    def begin(self, now: datetime) -> None:
        """Let every mailbox that is looked into be read, from now on."""
        for mailbox in Mailbox.objects.looked_into().filter(reading=None)[:200]:
            fields = {"organisation_id": mailbox.organisation_id, "due_at": now}
            self.get_or_create(mailbox=mailbox, defaults=fields)

    def due(self, now: datetime, limit: int, *, stumbling: bool) -> list[tuple[UUID, UUID]]:
        """Those whose time has come, the longest due first, with their mailboxes; apart from one another those whose
        last look failed and the others.
        """
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        rows = self.filter(free, due_at__lte=now, mailbox__in=Mailbox.objects.looked_into())
        rows = (rows.exclude(failures=0) if stumbling else rows.filter(failures=0)).order_by("due_at")
        return list(rows.values_list("pk", "mailbox_id")[:limit])

    def wake(self, mailboxes: Iterable[UUID], at: datetime) -> None:
        """Look into these mailboxes at that time, unless that is to be done earlier."""
        self.filter(mailbox__in=list(mailboxes), due_at__gt=at).update(due_at=at)

    def claim(self, pk: UUID, now: datetime, lease: timedelta) -> Reading | None:
        """Take one, or None when another worker was faster. `round` fences later writes."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        mine = self.filter(free, pk=pk, due_at__lte=now)
        if not mine.update(lease_until=now + lease, round=models.F("round") + 1):
            return None
        return self.select_related("mailbox__user").get(pk=pk)

    def held(self, reading: Reading) -> Self:
        """The row, as long as no other worker has taken it over."""
        return self.filter(pk=reading.pk, round=reading.round)


class Reading(Owned):
    """How far a mailbox was read: everything below `uidnext` of `uidvalidity` (RFC 9051, 2.3.1.1) was looked at."""

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="reading")
    uidvalidity = models.PositiveBigIntegerField(default=0)
    uidnext = models.PositiveBigIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    round = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    stuck_uid = models.PositiveBigIntegerField(default=0)  # the mail at which the last attempts failed
    stuck = models.PositiveSmallIntegerField(default=0)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="reading_due")]


class SetAside(Owned):
    """A mail that could not be read three times; it stays in its mailbox, and is not tried again."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="set_aside")
    uidvalidity = models.PositiveBigIntegerField()
    uid = models.PositiveBigIntegerField()
    fault = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet["SetAside"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "uidvalidity", "uid"], name="set_aside_once")]

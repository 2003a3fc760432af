"""Filings: what was sent is put into the sender's own folder of sent mail (SPEC D6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.messages import Message


class FilingState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    FILED = "filed", _("In the folder")
    GIVEN_UP = "given-up", _("Not in the folder")


class FilingQuerySet(OwnedQuerySet["Filing"]):
    def wish(self, message: Message, now: datetime) -> None:
        """Have a sent message filed, if its mailbox does that; once, however often it is wished."""
        mailbox = message.mailbox
        if mailbox is not None and mailbox.reads and mailbox.files_sent:
            fields = {"organisation_id": message.organisation_id, "due_at": now}
            self.get_or_create(message_id=message.pk, defaults=fields)

    def due(self, now: datetime, limit: int) -> list[tuple[UUID, UUID | None]]:
        """Identifier and mailbox of those whose time has come, the longest due first."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        rows = self.filter(free, state=FilingState.WAITING, due_at__lte=now).order_by("due_at", "pk")
        return list(rows.values_list("pk", "message__mailbox_id")[:limit])

    def claim(self, pk: UUID, now: datetime, lease: timedelta) -> Filing | None:
        """Take one, or None when another worker was faster. The attempt number fences later writes."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        mine = self.filter(free, pk=pk, state=FilingState.WAITING, due_at__lte=now)
        if not mine.update(lease_until=now + lease, attempts=models.F("attempts") + 1):
            return None
        return self.select_related("message__mailbox__user", "message__owner").get(pk=pk)

    def settle(self, filing: Filing, **fields: object) -> bool:
        """Write how an attempt ended, unless another worker has taken the filing over meanwhile."""
        return bool(self.filter(pk=filing.pk, attempts=filing.attempts).update(lease_until=None, **fields))


class Filing(Owned):
    """One sent message on its way into the folder; `reason` is a code of replies.trouble, empty while all is well."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="filing")
    state = models.CharField(max_length=10, choices=FilingState, default=FilingState.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=16, blank=True)
    answer = models.CharField(max_length=500, blank=True)  # the server's own words

    objects = FilingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="filing_due", condition=Q(state="waiting"))]

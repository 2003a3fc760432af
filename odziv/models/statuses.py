"""How an opportunity ended or a lead was given up, why, when and by whom (SPEC R1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.record_kinds import RecordStatus
from odziv.models.records import Record

if TYPE_CHECKING:
    from odziv.models.organisations import User


class StatusReason(models.TextChoices):
    """Why an opportunity was lost or a lead disqualified."""

    PRICE = "price", _("The price")
    COMPETITOR = "competitor", _("Another supplier")
    BUDGET = "budget", _("No budget")
    TIMING = "timing", _("Put off")
    NEED = "need", _("No need")
    SILENCE = "silence", _("No answer")
    UNREACHABLE = "unreachable", _("Cannot be reached")
    UNSUITABLE = "unsuitable", _("Not our kind of customer")
    OTHER = "other", _("Another reason")


# Which reasons each ending may have; none: no reason is asked for.
REASONS: dict[str, tuple[StatusReason, ...]] = {
    RecordStatus.LOST: (
        StatusReason.PRICE,
        StatusReason.COMPETITOR,
        StatusReason.BUDGET,
        StatusReason.TIMING,
        StatusReason.NEED,
        StatusReason.SILENCE,
        StatusReason.OTHER,
    ),
    RecordStatus.DISQUALIFIED: (
        StatusReason.NEED,
        StatusReason.BUDGET,
        StatusReason.SILENCE,
        StatusReason.UNREACHABLE,
        StatusReason.UNSUITABLE,
        StatusReason.OTHER,
    ),
}


class StatusChangeQuerySet(OwnedQuerySet["StatusChange"]):
    def told(self, record: Record) -> Self:
        """The changes of a record, the newest first."""
        return self.filter(record=record).select_related("user").order_by("-at", "-pk")

    def undoable_by(self, user: User) -> Self:
        """The user's own changes; whether one can still be taken back shows when it is tried."""
        return self.for_(user).filter(user=user).select_related("record")


class StatusChange(Owned):
    """One change of an opportunity's or a lead's status. `was` and `was_closed_at` are what taking it back restores."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+", db_index=False)
    was = models.CharField(max_length=12, choices=RecordStatus, blank=True)
    was_closed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=12, choices=RecordStatus)
    reason = models.CharField(max_length=12, choices=StatusReason, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    user = models.ForeignKey("odziv.User", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["record", "-at", "-id"], name="status_by_record")]

"""The records that a user looked at last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.records import Record

if TYPE_CHECKING:
    from odziv.models.organisations import User

KEPT = 20


class RecentRecordQuerySet(OwnedQuerySet["RecentRecord"]):
    def of_person(self, user: User, size: int = KEPT) -> list[Record]:
        """The user's records, the last seen first."""
        rows = self.for_(user).filter(user=user).select_related("record__account").order_by("-at", "-pk")[:size]
        return [row.record for row in rows if row.record.organisation_id == user.organisation_id]

    def saw(self, user: User, record: Record, now: datetime) -> None:
        """The user looks at a record. At most twenty are kept; three queries, one for a record seen lately."""
        if self.filter(user=user, record=record).update(at=now):
            return
        self.bulk_create(
            [RecentRecord(organisation_id=user.organisation_id, user=user, record=record, at=now)],
            ignore_conflicts=True,  # two tabs at once
        )
        beyond = list(self.filter(user=user).order_by("-at", "-pk").values_list("pk", flat=True)[KEPT : 2 * KEPT])
        if beyond:
            self.filter(pk__in=beyond).delete()


class RecentRecord(Owned):
    """That a user looked at a record, and when last."""

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = RecentRecordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-at", "-id"], name="recent_by_user")]
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="recent_record_once")]

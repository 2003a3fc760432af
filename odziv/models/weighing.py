"""A change of what evidence weighs: proposed, looked at, applied to the past (SPEC J5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class WeighingState(models.TextChoices):
    """Not shown: pages say it in sentences."""

    LOOKING = "looking"  # it is being found out what would change
    LOOKED = "looked"
    APPLYING = "applying"  # it holds for what comes; the past is being judged again
    APPLIED = "applied"
    DROPPED = "dropped"


WORKED_ON = (WeighingState.LOOKING, WeighingState.APPLYING)


class WeightChangeQuerySet(OwnedQuerySet["WeightChange"]):
    def history(self, user: User) -> Self:
        """What came into force, the newest first."""
        rows = self.for_(user).filter(state__in=(WeighingState.APPLYING, WeighingState.APPLIED))
        return rows.select_related("user").order_by("-applied_at", "-pk")

    def open_to(self, user: User) -> Self:
        """What the user proposed and neither applied nor dropped, the newest first."""
        return (
            self.for_(user).filter(user=user, state__in=(WeighingState.LOOKING, WeighingState.LOOKED)).order_by("-pk")
        )

    def being_applied(self, organisation: UUID) -> bool:
        return self.of(organisation).filter(state=WeighingState.APPLYING).exists()

    def waiting(self, now: datetime) -> Self:
        """Those with work left that nobody is at, the longest waiting first."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        return self.filter(free, state__in=WORKED_ON).order_by("created_at", "pk")

    def take(self, pk: UUID, now: datetime, lease: timedelta) -> bool:
        """Claim one; False when another worker was faster, or nothing is left to do."""
        return bool(self.waiting(now).order_by().filter(pk=pk).update(leased_until=now + lease))


class WeightChange(Owned):
    """Who wanted evidence to weigh otherwise, and what came of it. `before` and `points` hold what differs from the
    defaults, as `Organisation.weights` does.

    `done` of `total` copies were looked at, up to `message` and `delivery`; `found` is what would change, or did
    (`measure.weighing`), of the copies of the last `days` days.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=WeighingState, default=WeighingState.LOOKING)
    before = models.JSONField(default=dict)
    points = models.JSONField(default=dict)
    days = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    applied_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # while somebody is at it
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    message = models.UUIDField(null=True)
    delivery = models.UUIDField(null=True)
    found = models.JSONField(default=dict)

    objects = WeightChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="weighing_waiting", condition=Q(state__in=WORKED_ON)),
            models.Index(fields=["organisation", "-applied_at"], name="weighing_history"),
        ]

    @property
    def is_worked_on(self) -> bool:
        return self.state in WORKED_ON

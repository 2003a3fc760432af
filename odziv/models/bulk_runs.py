"""One action on many rows of a list: what is to be done, step by step, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class RunState(models.TextChoices):
    """Not shown: pages say it in sentences."""

    DOING = "doing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


BUSY = (RunState.DOING, RunState.UNDOING)


class BulkRunQuerySet(OwnedQuerySet["BulkRun"]):
    def of_person(self, user: User) -> Self:
        """What the user did, or has under way."""
        return self.for_(user).filter(user=user)

    def waiting(self, now: datetime) -> Self:
        """Runs with work left that nobody is at, the longest waiting first."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        return self.filter(free, state__in=BUSY).order_by("created_at", "pk")

    def take(self, pk: UUID, now: datetime, lease: timedelta) -> bool:
        """Claim a run; False when another worker was faster, or nothing is left of it."""
        return bool(self.waiting(now).order_by().filter(pk=pk).update(leased_until=now + lease))

    def before(self, at: datetime) -> Self:
        return self.exclude(state__in=BUSY).filter(created_at__lt=at)


class BulkRun(Owned):
    """An action of `odziv.bulk` on rows that a user chose. `place` and `view` name the list in which they did.

    Its steps are the queue: each is done in one transaction, so that a crash leaves none half done.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=24)
    values = models.JSONField(default=dict)  # what the user chose with it: owner, time
    place = models.CharField(max_length=20)
    view = models.CharField(max_length=20)
    total = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=RunState, default=RunState.DOING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    leased_until = models.DateTimeField(null=True)  # while somebody is at it
    finished_at = models.DateTimeField(null=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at", "id"], name="bulk_run_waiting", condition=Q(state__in=BUSY)),
            models.Index(fields=["created_at"], name="bulk_run_by_time"),
        ]

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY


class BulkStepQuerySet(OwnedQuerySet["BulkStep"]):
    def of_run(self, run: BulkRun) -> Self:
        return self.filter(run=run).order_by("number")

    def to_do(self, run: BulkRun) -> Self:
        """The steps that are left, in their order; those to be undone from the last one on."""
        rows = self.filter(run=run)
        if run.state == RunState.UNDOING:
            return rows.filter(done=True, undone=False).order_by("-number")
        return rows.filter(done=False).order_by("number")

    def sums(self) -> dict[str, int]:
        """Over these steps: `size` rows, of which `changed` were changed and `restored` brought back."""
        names = ("size", "changed", "restored")
        found = self.order_by().aggregate(**{f"_{name}": Sum(name) for name in names})
        return {name: found[f"_{name}"] or 0 for name in names}

    def through(self, run: BulkRun) -> int:
        """How many rows have had their turn."""
        rows = self.filter(run=run, undone=True) if run.state == RunState.UNDOING else self.filter(run=run, done=True)
        return rows.sums()["size"]


class BulkStep(Owned):
    """Some rows of a run. `undo` is what its action needs to take it back; `refused` says which rows stayed, and why.

    `refused` is {code: [how many, [[identifier, name, more], …]]}; of many only the first are named.
    """

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    keys = models.JSONField()
    size = models.PositiveIntegerField()
    done = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)
    changed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    undo: Any = models.JSONField(default=list)
    refused: Any = models.JSONField(default=dict)

    objects = BulkStepQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="bulk_step_once")]

"""Making of sample data: a row that the worker carries on with, so it can be left and found again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from odziv.lib.uuid7 import uuid7
from odziv.models.organisations import Organisation, User


class SampleRun(models.Model):
    """One sample organisation in the making. `done` of `total` steps are written; `error` says why it ended early."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=5, default="en")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    visitor = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    leased_until = models.DateTimeField(null=True)  # while a worker makes it
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = models.Manager()

    @property
    def is_ready(self) -> bool:
        return self.finished_at is not None and not self.error

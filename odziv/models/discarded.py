"""What was deleted and can be brought back for a while."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class DiscardedQuerySet(OwnedQuerySet["Discarded"]):
    def of_person(self, user: User) -> Self:
        """What the user deleted."""
        return self.for_(user).filter(user=user)

    def before(self, at: datetime) -> Self:
        return self.filter(at__lt=at)


class Discarded(Owned):
    """Rows as they were when somebody deleted them; written and read by `odziv.discarding`.

    The rows themselves are gone, so nothing else has to know of this. `rows` is Django's JSON of them, `links` the
    references of other rows that were cut: [model, field, identifier of the row, identifier that it named].
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    rows = models.TextField()
    links = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)  # how many things they were to the user
    at = models.DateTimeField(default=timezone.now)

    objects = DiscardedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"], name="discarded_by_time")]

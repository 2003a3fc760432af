"""When Email engagement was off: what happened in those hours is not collected (SPEC O3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """From `began`, itself included, until `ended`; None: until further notice."""

    began: datetime
    ended: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.began <= at and (self.ended is None or at < self.ended)


class EngagementPauseQuerySet(OwnedQuerySet["EngagementPause"]):
    def lasting(self) -> Self:
        """Pauses that nobody has ended."""
        return self.filter(ended_at=None)

    def newest_first(self) -> Self:
        return self.select_related("begun_by", "ended_by").order_by("-began_at", "-pk")

    def spans(self, switches: Iterable[tuple[UUID, bool]]) -> dict[UUID, list[Span]]:
        """For each (organisation, its switch as it stands) the times in which nothing may be collected.

        The switch off without a pause that lasts: engagement was never turned on here.
        """
        stands = dict(switches)
        found: dict[UUID, list[Span]] = {organisation: [] for organisation in stands}
        rows = self.filter(organisation__in=stands).values_list("organisation_id", "began_at", "ended_at")
        for organisation, began, ended in rows:
            found[organisation].append(Span(began, ended))
        for organisation, on in stands.items():
            if not on and not any(span.ended is None for span in found[organisation]):
                found[organisation].append(Span(_ALWAYS, None))
        return found


class EngagementPause(Owned):
    """Email engagement turned off, and on again: when, and by whom. The one that lasts has no end."""

    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey("odziv.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey("odziv.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = EngagementPauseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-began_at"], name="pause_by_organisation")]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_pause_lasts", condition=Q(ended_at=None))
        ]

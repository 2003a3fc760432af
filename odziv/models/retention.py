"""How long an organisation keeps the journal, and what stays of the events that were let go (SPEC L4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from odziv.lib.months import later, month_of
from odziv.models.base import OwnedQuerySet
from odziv.models.deliveries import Delivery
from odziv.models.messages import Message


class JournalMonths(models.IntegerChoices):
    """For how many whole months events are kept, beside the one that runs."""

    THREE = 3, _("3 months")
    SIX = 6, _("6 months")
    YEAR = 12, _("1 year")
    TWO_YEARS = 24, _("2 years")
    THREE_YEARS = 36, _("3 years")
    FIVE_YEARS = 60, _("5 years")


class JournalLimitQuerySet(OwnedQuerySet["JournalLimit"]):
    def of_organisation(self, organisation: UUID) -> JournalLimit | None:
        """None for one that has never let anything go, nor wants to."""
        return self.filter(pk=organisation).first()

    def begun(self, organisations: Collection[UUID]) -> dict[UUID, datetime]:
        """Those of these that have let go of events, or are at it, with the moment before which those happened."""
        rows = self.filter(pk__in=organisations, until__isnull=False).order_by()
        return {pk: until for pk, until in rows.values_list("pk", "until") if until is not None}

    def free(self, now: datetime) -> Self:
        """Those that nobody is at."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=now))

    def to_settle(self, now: datetime) -> list[JournalLimit]:
        """Those with whole months that are to go, or begun with it, whose events are not all settled yet."""
        rows = self.filter(months__isnull=False).order_by("pk")
        return [row for row in rows if row.due(now) > (row.since or _EVER)]

    def to_sweep(self) -> Self:
        """Those whose events are settled, and are there still."""
        return self.filter(Q(swept=None) | Q(swept__lt=F("since")), since__isnull=False).order_by("pk")

    def settled(self, until: datetime) -> models.QuerySet[Any, Any]:
        """The organisations of which no event before that moment is needed."""
        return self.filter(since__gte=until).order_by().values("pk")

    def take(self, pk: UUID, now: datetime, lease: timedelta) -> bool:
        """Claim one; False when another worker was faster."""
        return bool(self.free(now).order_by().filter(pk=pk).update(leased_until=now + lease))


_EVER = datetime(1, 1, 1, tzinfo=UTC)


class JournalLimit(models.Model):
    """The limit of an organisation, and how far it was carried out; without a row everything is kept for ever.

    What happened before `until` goes, or has gone: `place` is the event up to which that has come. Its figures are kept
    apart for all messages when `since` says so too, from when on the journal is complete; the events themselves are
    gone when `swept` does.
    """

    organisation = models.OneToOneField(
        "odziv.Organisation", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    months = models.PositiveSmallIntegerField(_("events are kept for"), null=True, choices=JournalMonths)
    user = models.ForeignKey("odziv.User", on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)
    swept = models.DateTimeField(null=True)
    place = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)  # while somebody is at it

    objects = JournalLimitQuerySet.as_manager()

    def due(self, now: datetime) -> datetime:
        """What happened before this moment is to go. The limit must be set."""
        return horizon(self.months or 0, now)


def horizon(months: int, now: datetime) -> datetime:
    """The first moment, in UTC, of the oldest month that is kept."""
    return later(month_of(now), -months)


class SettledQuerySet(OwnedQuerySet["Settled"]):
    def since(self, messages: Iterable[UUID]) -> dict[UUID, datetime]:
        """From when on the journals of these messages count; those that are left out, from the beginning."""
        return dict(self.filter(pk__in=list(messages)).order_by().values_list("pk", "since"))


class Settled(models.Model):
    """A message whose events from before `since` are in no journal any more: what the fold made of them is kept.

    Of its copies in `KeptFigures`, of its links in `clicks`: {ordinal: [people's, others']}.
    """

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="settled")
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    clicks = models.JSONField(default=dict)

    objects = SettledQuerySet.as_manager()


class KeptFiguresQuerySet(OwnedQuerySet["KeptFigures"]):
    def of_copies(self, copies: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """What is kept of these copies; those of which nothing is are left out."""
        return dict(self.filter(pk__in=list(copies)).order_by().values_list("pk", "figures"))

    def keep(self, organisation: UUID, of: Mapping[UUID, dict[str, Any]]) -> None:
        """Write what is kept of copies; of those with an empty dict nothing is."""
        self.filter(pk__in=[copy for copy, figures in of.items() if not figures]).order_by().delete()
        rows = [self.model(pk=copy, organisation_id=organisation, figures=one) for copy, one in of.items() if one]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["delivery"], update_fields=["figures"])


class KeptFigures(models.Model):
    """What the events of a copy that were let go add to the fold of those that are there.

    `figures` are those that are not 0, by the names of `measure.evidence.Figures`; moments as ISO 8601. A number may be
    less than 0: what is left, judged alone, may count for more than it did together with what went.
    """

    delivery = models.OneToOneField(Delivery, primary_key=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+")
    figures = models.JSONField(default=dict)

    objects = KeptFiguresQuerySet.as_manager()

"""The journal: one row for each event, and how far it was read from the spool (SPEC J)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import connections, models
from django.db.models import Count, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.uuid7 import first_of
from odziv.models.base import OwnedQuerySet
from odziv.models.deliveries import Delivery
from odziv.models.messages import Message

if TYPE_CHECKING:
    from odziv.models.organisations import User


_CLOCKS = timedelta(days=1)  # by which an identifier and the time of its event may differ


class InteractionKind(models.TextChoices):
    OPEN = "open", _("Opened")  # the beacon was fetched
    IMAGE = "image", _("Image loaded")  # an image of the body: evidence of an open too (I1)
    CLICK = "click", _("Link clicked")
    FILE = "file", _("Attachment viewed")
    HONEYPOT = "hidden", _("Hidden link followed")  # a link that nobody can see: evidence, and no figure


class Verdict(models.TextChoices):
    HUMAN = "human", _("Person")
    MACHINE = "machine", _("Automatic")
    UNSURE = "unsure", _("Unsure")


class Device(models.TextChoices):
    DESKTOP = "desktop", _("computer")
    PHONE = "phone", _("phone")
    TABLET = "tablet", _("tablet")
    UNKNOWN = "unknown", _("unknown device")


class AgentKind(models.TextChoices):
    """What kind of program asked; the values are those of `ingest.agents`."""

    PERSON = "human-client", _("mail program or browser")
    IMAGE_PROXY = "image-proxy", _("image proxy")
    SCANNER = "scanner", _("security scanner")
    BOT = "bot", _("program")


_TOLD = (
    *("kind", "ordinal", "at", "method", "agent", "agent_kind", "device", "system", "client", "network", "country"),
    *("city", "verdict", "reasons", "against", "delivery__party__name", "delivery__party__address"),
)


class InteractionQuerySet(OwnedQuerySet["Interaction"]):
    def of_delivery(self, delivery_id: UUID) -> Self:
        """The journal of one copy, in the order in which a fold reads it."""
        return self.filter(delivery_id=delivery_id).order_by("at", "pk")

    def from_(self, floor: UUID | None) -> Self:
        """Those from this identifier on; all of them from none."""
        return self if floor is None else self.filter(pk__gte=floor)

    def before_id(self, bound: UUID) -> Self:
        """Those that happened before the moment of a bound (`uuid7.first_of`)."""
        return self.filter(pk__lt=bound)

    def after(self, at: datetime, pk: UUID) -> Self:
        """Events that stand behind one in the order of `of_delivery`."""
        return self.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk))

    def clicks_by_link(self, message_id: UUID) -> dict[int, tuple[int, int]]:
        """Ordinal of a link -> clicks by people, by others."""
        counted = self.of_message(message_id).filter(kind=InteractionKind.CLICK, counted=True).order_by()
        rows = counted.values_list("ordinal", "verdict").annotate(_clicks=Count("ordinal"))
        found: dict[int, tuple[int, int]] = {}
        for ordinal, verdict, clicks in rows:
            people, others = found.get(ordinal, (0, 0))
            person = verdict == Verdict.HUMAN
            found[ordinal] = (people + clicks, others) if person else (people, others + clicks)
        return found

    def before(self, at: datetime, pk: UUID) -> Self:
        """Events that stand before one in the order of `of_delivery`."""
        return self.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))

    def of_message(self, message_id: UUID | OuterRef) -> Self:
        """All of a message. None of its events stands before itself, so PostgreSQL need not look at months before."""
        rows = self.filter(message_id=message_id)
        return rows.filter(pk__gte=message_id) if connections[self.db].vendor == "postgresql" else rows

    def told(self, message_id: UUID | OuterRef) -> Self:
        """What the timeline of a message tells, newest first: every event that counted as something.

        Of its copy the recipient alone is read, where `delivery__party` is.
        """
        return self.of_message(message_id).filter(counted=True).order_by("-at", "-pk").only(*_TOLD)

    def happened_to(self, user: User, since: datetime, until: datetime) -> Iterable[tuple[UUID, str, int]]:
        """(message, kind, how many) of what people did with the user's e-mails in that time."""
        # Only messages in which something was counted since: their journals are short, all others' are many.
        touched = Message.objects.of_owner(user).filter(figures_at__gte=since).values("pk")
        rows = self.by_people().filter(message__in=touched, counted=True, at__gte=since, at__lt=until)
        if connections[self.db].vendor == "postgresql":
            rows = rows.from_(first_of(since - _CLOCKS))  # whose months need not be looked at
        counted = rows.order_by().values("message_id", "kind").annotate(number=Count("pk"))
        return counted.values_list("message_id", "kind", "number")

    def by_people(self) -> Self:
        return self.filter(verdict=Verdict.HUMAN)


class Interaction(models.Model):
    """One event, with the identifier that the edge gave it. Rows are only ever added.

    `verdict`, `reasons` and `counted` are what the fold over the delivery's events last said of it; everything else is
    evidence. An event that is part of another one (a second picture of the same open, a further piece of a download) is
    not `counted`. `network` is the truncated address (/24 or /48), `country` an ISO 3166-1 alpha-2 code.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    # Those of the copy, which has the constraint: to look for two more rows at each event cost as much as to write it.
    organisation = models.ForeignKey(
        "odziv.Organisation", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="interactions", db_constraint=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="interactions", db_index=False)
    kind = models.CharField(max_length=6, choices=InteractionKind)
    ordinal = models.PositiveIntegerField(default=0)  # of the link, image or file
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    partial = models.BooleanField(default=False)  # a further piece of the same download, or a conditional request
    agent = models.CharField(max_length=512, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    agent_kind = models.CharField(max_length=12, choices=AgentKind, default=AgentKind.BOT)
    device = models.CharField(max_length=8, choices=Device, default=Device.UNKNOWN)
    system = models.CharField(max_length=20, blank=True)  # iPhone, iPad, Android, Windows, Mac, Linux, ChromeOS
    client = models.CharField(max_length=100, blank=True)
    network = models.CharField(max_length=50, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=100, blank=True)
    teammate = models.UUIDField(null=True)  # the user of ours on whose network it came, as far as was known at once
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.UNSURE)
    reasons = models.JSONField(default=list, blank=True)  # codes of measure.reasons: what speaks for the verdict
    against = models.JSONField(default=list, blank=True)  # codes of what spoke against it
    counted = models.BooleanField(default=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "at", "id"], name="interaction_by_delivery"),
            # Partial: SQLite asks for a true column as `WHERE counted`, which matches no key of an index.
            models.Index(fields=["message", "-at", "-id"], name="interaction_told", condition=Q(counted=True)),
            # All that the clicks of a message's links are counted from, so that the rows themselves are left alone.
            models.Index(
                fields=["message", "ordinal", "verdict"],
                name="interaction_clicks",
                condition=Q(kind=InteractionKind.CLICK, counted=True),
            ),
        ]


class SpoolPosition(models.Model):
    """How far one spool file was ingested; moves in the transaction that stores what was read (invariant 3)."""

    file = models.CharField(max_length=200, primary_key=True)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager()


_PROBE = "probe "
_PROBES_LAST = timedelta(hours=1)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def note_probes(self, seen: Mapping[UUID, datetime]) -> None:
        """These probes of the public address came out of the spool; older ones are forgotten."""
        if seen:
            self.filter(name__startswith=_PROBE, at__lt=max(seen.values()) - _PROBES_LAST).delete()
            rows = [self.model(name=f"{_PROBE}{mark.hex}", at=at) for mark, at in seen.items()]
            self.bulk_create(rows, ignore_conflicts=True)

    def has_probe(self, mark: UUID) -> bool:
        """Whether this probe came out of the spool within the last hour."""
        return self.filter(name=f"{_PROBE}{mark.hex}").exists()


class Heartbeat(models.Model):
    """When a background process last said that it is alive, and when a probe of the edge arrived."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    objects = HeartbeatQuerySet.as_manager()

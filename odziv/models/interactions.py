"""The journal: one row for each event, and how far it was read from the spool (SPEC J)."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import OwnedQuerySet
from odziv.models.messages import Delivery, Message


class InteractionKind(models.TextChoices):
    OPEN = "open", _("Opened")  # the beacon was fetched
    IMAGE = "image", _("Image loaded")  # an image of the body: evidence of an open too (I1)
    CLICK = "click", _("Link clicked")
    FILE = "file", _("Attachment viewed")


class Verdict(models.TextChoices):
    HUMAN = "human", _("Person")
    MACHINE = "machine", _("Automatic")
    UNSURE = "unsure", _("Unsure")


class Device(models.TextChoices):
    DESKTOP = "desktop", _("computer")
    PHONE = "phone", _("phone")
    TABLET = "tablet", _("tablet")
    UNKNOWN = "unknown", _("unknown device")


class InteractionQuerySet(OwnedQuerySet["Interaction"]):
    def of_delivery(self, delivery_id: UUID) -> Self:
        return self.filter(delivery_id=delivery_id).order_by("at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Interaction(models.Model):
    """One event, with the identifier that the edge gave it. Rows are only ever added.

    `verdict` and `reasons` are what the fold over the delivery's events last said of it; everything else is evidence.
    `network` is the truncated address (/24 or /48), `country` an ISO 3166-1 alpha-2 code.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="interactions")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=6, choices=InteractionKind)
    ordinal = models.PositiveIntegerField(default=0)  # of the link, image or file
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    partial = models.BooleanField(default=False)  # a further piece of the same download, or a conditional request
    agent = models.CharField(max_length=512, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    device = models.CharField(max_length=8, choices=Device, default=Device.UNKNOWN)
    client = models.CharField(max_length=100, blank=True)
    network = models.CharField(max_length=50, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=100, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.UNSURE)
    reasons = models.JSONField(default=list, blank=True)  # codes of measure.reasons

    objects = InteractionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["delivery", "at", "id"], name="interaction_by_delivery"),
            models.Index(fields=["message", "-at", "-id"], name="interaction_by_message"),
        ]


class SpoolPosition(models.Model):
    """How far one spool file was ingested; moves in the transaction that stores what was read (invariant 3)."""

    file = models.CharField(max_length=200, primary_key=True)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager()


class Heartbeat(models.Model):
    """When a background process last said that it is alive."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    objects = models.Manager()

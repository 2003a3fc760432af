"""Consent and refusal: each change of a record's Follow email preference, for good (SPEC L3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.uuid7 import first_of
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.reach import RecordEmail
from odziv.models.record_kinds import FollowEmail
from odziv.models.records import Record


class ConsentSource(models.TextChoices):
    RECORD = "record", _("changed on the record")
    IMPORT = "import", _("came with an import")
    API = "api", _("changed through the API")
    RECIPIENT = "recipient", _("the recipient decided")
    LEAD = "lead", _("came with the lead")


class ConsentEntry(Owned):
    """One change of a record's Follow email preference: when, from where, by whom (L3). Never changed afterwards."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="consent_history")
    follow_email = models.CharField(max_length=5, choices=FollowEmail)
    source = models.CharField(max_length=10, choices=ConsentSource)
    user = models.ForeignKey("odziv.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["record", "-at"], name="consent_by_record")]


class RefusalQuerySet(OwnedQuerySet["Refusal"]):
    def keys_among(self, keys: Iterable[str]) -> set[str]:
        """Those of these address keys that refused."""
        return set(self.filter(key__in=list(keys)).values_list("key", flat=True))

    def of_record(self, record: Record) -> Self:
        """Refusals of the record's addresses, oldest first."""
        keys = RecordEmail.objects.filter(record=record).values("key")
        return self.of(record.organisation_id).filter(key__in=keys).order_by("at", "pk")

    def refusing(self, wanted: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
        """Those of `wanted`, (organisation, address key), that refused."""
        owners, keys = {owner for owner, _key in wanted}, {key for _owner, key in wanted}
        rows = self.filter(organisation__in=owners, key__in=keys).order_by()
        return set(rows.values_list("organisation_id", "key")) & set(wanted)


def said_no_since(at: datetime) -> bool:
    """Whether anybody has refused since then: a row was made, whatever time the recipient's program said."""
    begins = first_of(at)
    refused = ConsentEntry.objects.filter(pk__gte=begins, follow_email=FollowEmail.DO_NOT_ALLOW)
    return refused.order_by().exists() or Refusal.objects.filter(pk__gte=begins).exists()


class Refusal(Owned):
    """A recipient who is in no record said no (L2). The first record that gets the address takes it over."""

    key = models.CharField(max_length=254)  # as `address_key` makes it
    at = models.DateTimeField()

    objects = RefusalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="refusal_once")]

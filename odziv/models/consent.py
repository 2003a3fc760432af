"""Consent and refusal: each change of a record's Follow email preference, for good (SPEC L3)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.records import FollowEmail, Record


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

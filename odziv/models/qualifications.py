"""What a lead became (SPEC R1)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.records import Record


class QualificationQuerySet(OwnedQuerySet["Qualification"]):
    def of_lead(self, lead: Record) -> Qualification | None:
        """How the lead was qualified; None when it is not, or was reopened."""
        return self.filter(lead=lead).select_related("contact", "account", "opportunity", "user").first()

    def from_which(self, record: Record) -> Self:
        """The qualifications that led to this contact or opportunity."""
        link = "opportunity" if record.kind == "opportunity" else "contact"
        return self.filter(**{link: record}).select_related("lead").order_by("-at", "-pk")


class Qualification(Owned):
    """A lead became a contact, perhaps with an account and an opportunity. Gone when the lead is reopened.

    `made_…` says that the record was made for it, and not there before.
    """

    lead = models.OneToOneField(Record, on_delete=models.CASCADE, related_name="qualification")
    contact = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="+")
    opportunity = models.ForeignKey(Record, null=True, on_delete=models.SET_NULL, related_name="+")
    made_contact = models.BooleanField(default=False)
    made_account = models.BooleanField(default=False)
    user = models.ForeignKey("odziv.User", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = QualificationQuerySet.as_manager()

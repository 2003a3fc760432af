"""Parties: who wrote a message and who gets it, each with the record that the address was matched to (R4)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.consent import Refusal
from odziv.models.derived import DerivedLink, DerivedMoment
from odziv.models.reach import RecordEmail, address_key
from odziv.models.record_kinds import RecordKind
from odziv.models.records import Record

if TYPE_CHECKING:
    from odziv.models.messages import Message


class PartyRole(models.TextChoices):
    FROM = "from", _("From")
    TO = "to", _("To")
    CC = "cc", _("Cc")
    BCC = "bcc", _("Bcc")


class PartyQuerySet(OwnedQuerySet["Party"]):
    def of_message(self, message_id: UUID) -> Self:
        return self.filter(message_id=message_id)

    def stand_at(self, at: datetime) -> None:
        """Let them stand in the feeds of their records where their message does."""
        self.exclude(at=at).update(at=at)

    def recipients_of(self, message: Message | UUID) -> Self:
        """Everybody who gets a copy: To, Cc, Bcc."""
        return self.filter(message=message).exclude(role=PartyRole.FROM)

    def in_letter(self, message: Message) -> Self:
        """All of a message, as the writer put them, with what its letter shows: of their records the names alone."""
        shown = ("role", "position", "name", "address", "record__kind", "record__name")
        return self.filter(message=message).select_related("record").only(*shown).order_by("position")

    def doubtful(self, *, known_only: bool) -> bool:
        """Whether one of them has an address that somebody refused to have followed or, with `known_only`, that is in
        no record.
        """
        address = {"organisation": OuterRef("organisation"), "key": OuterRef("key")}
        refused = Q(Exists(RecordEmail.objects.filter(**address).refused())) | Q(
            Exists(Refusal.objects.filter(**address))
        )
        people = RecordEmail.objects.filter(**address).exclude(record__kind=RecordKind.OPPORTUNITY)
        unknown = ~Q(Exists(people))
        return self.filter(refused | unknown if known_only else refused).exists()

    def visible_in(self, message: Message) -> Self:
        """Those who stand in the headers To and Cc of every copy (I4)."""
        return self.filter(message=message, role__in=[PartyRole.TO, PartyRole.CC])

    def hidden_in(self, message: Message) -> Self:
        """Those in Bcc, whom only the sender sees."""
        return self.filter(message=message, role=PartyRole.BCC)


class Party(Owned):
    """One address of a message, in one role, with the record it was matched to (R4)."""

    message = models.ForeignKey("odziv.Message", on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=4, choices=PartyRole)
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=254)
    key = models.CharField(max_length=254, editable=False)
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.SET_NULL, related_name="parties", db_index=False
    )
    # The account behind the record, and the message's time: so each feed has an index to walk (see `feeds`).
    account = DerivedLink(
        Record,
        derive=lambda row: row.record.account_id if row.record_id else None,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    at = DerivedMoment(derive=lambda row: row.message.at, default=timezone.now)

    objects = PartyQuerySet.as_manager()

    class Meta:
        ordering = ("message", "position")
        indexes = [
            models.Index(fields=["message", "position"], name="party_by_message"),
            models.Index(fields=["organisation", "key"], name="party_by_address"),
            models.Index(fields=["record", "-at", "-message"], name="party_by_record"),
            models.Index(fields=["account", "-at", "-message"], name="party_by_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = address_key(self.address)
        super().save(*args, **kwargs)

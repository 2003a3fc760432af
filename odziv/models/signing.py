"""Keys with which an organisation signs what it sends (DKIM, SPEC D5)."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.dkim import record_name, record_text
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.organisations import User
from odziv.models.secret import decrypt, encrypt


class SigningKind(models.TextChoices):
    RSA = "rsa", "RSA"
    ED25519 = "ed25519", "Ed25519"


class SigningFault(models.TextChoices):
    """Why a key that is on could not sign."""

    UNREADABLE = "unreadable", _("it cannot be decrypted any more")
    DAMAGED = "damaged", _("it is damaged")


class SigningKeyQuerySet(OwnedQuerySet["SigningKey"]):
    def listed(self) -> Self:
        """By domain; the one in use first, then the newest."""
        return self.select_related("created_by").order_by("domain", "-on", "kind", "-created_at", "-pk")

    def signing(self, organisation_id: UUID, domain: str) -> Self:
        """The keys with which the organisation signs mail from this domain, at most one of each kind, RSA first."""
        return self.of(organisation_id).filter(domain=domain, on=True).order_by("-kind")

    def switched_on(self) -> Self:
        return self.filter(on=True)

    def domains(self) -> list[str]:
        """Each domain that has one of these keys, once."""
        return list(self.order_by("domain").values_list("domain", flat=True).distinct())

    def to_look_up(self, before: datetime) -> Self:
        """Keys in use whose record was looked up last before that time, or never."""
        looked = Q(checked_at=None) | Q(checked_at__lt=before)
        return self.filter(looked, on=True).order_by("checked_at", "pk")

    def note_fault(self, pk: UUID, fault: str, at: datetime) -> None:
        """Remember that a key could not sign, from when on; an empty fault: it could again."""
        if fault:
            self.filter(pk=pk, fault="").update(fault_at=at)
            self.filter(pk=pk).update(fault=fault)
        else:
            self.filter(pk=pk).exclude(fault="").update(fault="", fault_at=None)

    def note_record(self, pk: UUID, finding: str, found: str, at: datetime) -> None:
        """Remember what a look-up of the record found."""
        self.filter(pk=pk).update(finding=finding, found=found[:1000], checked_at=at)

    def turn(self, key: SigningKey, on: bool, at: datetime) -> None:
        """Switch a key on or off; the one that was on for its domain and kind goes off in the same moment."""
        with transaction.atomic():
            if on:
                others = self.filter(organisation_id=key.organisation_id, domain=key.domain, kind=key.kind, on=True)
                others.exclude(pk=key.pk).update(on=False, turned_at=at)
            self.filter(pk=key.pk).exclude(on=on).update(on=on, turned_at=at)


class SigningKey(Owned):
    """A private key, encrypted as passwords are, and the place of its public half: `selector`._domainkey.`domain`."""

    domain = models.CharField(_("domain"), max_length=253)  # in lower case, A-labels
    selector = models.CharField(_("selector"), max_length=63)
    kind = models.CharField(_("kind of key"), max_length=8, choices=SigningKind)
    secret = models.TextField(editable=False)
    public = models.TextField(editable=False)  # base64, as in the record
    bits = models.PositiveIntegerField(default=0, editable=False)  # of an RSA key
    on = models.BooleanField(default=False)
    turned_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # How the last look at the record ended: a code of lib.dkim.Finding, and what stood there.
    checked_at = models.DateTimeField(null=True, editable=False)
    finding = models.CharField(max_length=10, blank=True, editable=False)
    found = models.CharField(max_length=1000, blank=True, editable=False)
    # Since when it cannot sign; what leaves meanwhile leaves unsigned.
    fault = models.CharField(max_length=10, blank=True, choices=SigningFault, editable=False)
    fault_at = models.DateTimeField(null=True, editable=False)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "domain", "selector"], name="signing_key_once"),
            models.UniqueConstraint(
                fields=["organisation", "domain", "kind"], name="signing_key_one_on", condition=Q(on=True)
            ),
        ]

    def __str__(self) -> str:
        return self.record_name

    @property
    def private_text(self) -> str:
        """The private key in PEM. Raises `SecretUnreadable`."""
        return decrypt(self.secret)

    @private_text.setter
    def private_text(self, text: str) -> None:
        self.secret = encrypt(text)

    @property
    def record_name(self) -> str:
        """Where the TXT record belongs."""
        return record_name(self.domain, self.selector)

    @property
    def record_text(self) -> str:
        """What belongs into it."""
        return record_text(self.kind, self.public)

"""How the person behind a record is reached: e-mail addresses, phone numbers, postal addresses."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

import idna
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from odziv.lib.text import digits
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedField
from odziv.models.record_kinds import FollowEmail, RecordKind
from odziv.models.words import RecordWords


def address_key(address: str) -> str:
    """The form under which an e-mail address is compared: without case and surrounding space (F5).

    An internationalised domain has one key for its two spellings (RFC 5890: U-label and A-label), lest a refusal be
    missed because somebody wrote the other one.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    domain = domain.lower()
    if at and not domain.isascii():
        # Case is folded for the local part alone: straße.example and strasse.example are two domains.
        with contextlib.suppress(idna.IDNAError):
            domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local.casefold()}{at}{domain}"


class RecordEmailQuerySet(OwnedQuerySet["RecordEmail"]):
    def refusing(self, wanted: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
        """Those of `wanted`, (organisation, address key), that a record or a contact's account refuses (R2)."""
        owners, keys = {owner for owner, _key in wanted}, {key for _owner, key in wanted}
        rows = self.refused().filter(organisation__in=owners, key__in=keys).order_by()
        return set(rows.values_list("organisation_id", "key")) & set(wanted)

    def refused(self) -> Self:
        """Addresses of records that refuse, by themselves or by their account (R2)."""
        own = Q(record__follow_email=FollowEmail.DO_NOT_ALLOW)
        account = Q(record__kind=RecordKind.CONTACT, record__account__follow_email=FollowEmail.DO_NOT_ALLOW)
        return self.filter(own | account)


class _Reach(Owned):
    """Something by which a record is found; what writes several at once tells `RecordWords`."""

    record_id: UUID

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        records = self._meta.apps.get_model("odziv", "Record").objects
        RecordWords.objects.of_records(records.filter(pk=self.record_id))


class RecordEmail(_Reach):
    """One e-mail address of a record; `key` is what it is matched by."""

    record = models.ForeignKey("odziv.Record", on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"), max_length=254)
    key = DerivedField(max_length=254, derive=lambda row: address_key(row.address))
    position = models.PositiveSmallIntegerField(default=0)

    objects = RecordEmailQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        indexes = [models.Index(fields=["organisation", "key"], name="record_by_address")]
        constraints = [models.UniqueConstraint(fields=["record", "key"], name="record_has_address_once")]


class RecordPhone(_Reach):
    """One phone number of a record."""

    record = models.ForeignKey("odziv.Record", on_delete=models.CASCADE, related_name="phones")
    label = models.CharField(_("label"), max_length=40, blank=True)
    number = models.CharField(_("phone number"), max_length=40)
    digits = DerivedField(max_length=40, derive=lambda row: digits(row.number))
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    @property
    def dialled(self) -> str:
        """The number as a telephone wants it (RFC 3966): digits, and the plus sign of an international one."""
        return f"+{self.digits}" if self.number.lstrip(" (").startswith("+") else self.digits


class RecordAddress(Owned):
    """One postal address of a record. `country` is an ISO 3166-1 alpha-2 code."""

    record = models.ForeignKey("odziv.Record", on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

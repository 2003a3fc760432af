"""Addresses from which mail came back for good (SPEC P2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

from django.db import models
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedField
from odziv.models.messages import Message
from odziv.models.reach import address_key

ENOUGH = 2
"""From so many e-mails that came back for good an address is marked. One may be a server's mistake."""

_AT_ONCE = 500  # SQLite takes a limited number of values in one query


class Cleared(models.TextChoices):
    """Why a return says nothing of its address any more."""

    EDITED = "edited", _("the address was edited")
    REPLIED = "replied", _("a reply came from it")
    HAND = "hand", _("marked as working")


class Dead(NamedTuple):
    """A marked address: how many e-mails came back from it, and the last time."""

    returns: int
    last: datetime


class HardBounceQuerySet(OwnedQuerySet["HardBounce"]):
    def standing(self) -> Self:
        """Those that still speak against their address."""
        return self.filter(cleared_at=None)

    def from_addresses(self, addresses: Iterable[str]) -> Self:
        """Newest first."""
        keys = {address_key(one) for one in addresses}
        rows = self.filter(key__in=sorted(keys)[:_AT_ONCE]).select_related("message", "cleared_by")
        return rows.order_by("-at", "-pk")

    def dead(self, addresses: Iterable[str]) -> dict[str, Dead]:
        """The marked ones among these addresses of one organisation, by `address_key`; a query for every 500."""
        keys = sorted({address_key(one) for one in addresses})
        found: dict[str, Dead] = {}
        for start in range(0, len(keys), _AT_ONCE):
            rows = self.standing().filter(key__in=keys[start : start + _AT_ONCE]).order_by().values("key")
            counted = rows.annotate(_returns=Count("pk"), _last=Max("at")).filter(_returns__gte=ENOUGH)
            found |= {key: Dead(*known) for key, *known in counted.values_list("key", "_returns", "_last")}
        return found

    def clear(self, addresses: Iterable[str], why: Cleared, *, by: models.Model | None, now: datetime) -> int:
        """Let the address count as working again; the rows stay as its history. Returns how many were cleared."""
        keys = {address_key(one) for one in addresses}
        rows = self.standing().filter(key__in=sorted(keys)[:_AT_ONCE])
        return rows.update(cleared_at=now, cleared_why=why, cleared_by=by)


class HardBounce(Owned):
    """An e-mail came back for good from an address: nobody has it, or its host takes no mail. Once for each e-mail.

    `words` are the server's. Cleared rows are kept: they are the history.
    """

    address = models.CharField(max_length=254)
    key = DerivedField(max_length=254, derive=lambda row: address_key(row.address))
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=20, blank=True)  # RFC 3463
    words = models.CharField(max_length=300, blank=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_why = models.CharField(max_length=8, choices=Cleared, blank=True)
    cleared_by = models.ForeignKey("odziv.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = HardBounceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key", "message"], name="hard_bounce_once_for_message")
        ]
        indexes = [models.Index(fields=["organisation", "key", "-at"], name="hard_bounce_by_address")]

    @property
    def stands(self) -> bool:
        """Whether it still speaks against the address."""
        return self.cleared_at is None

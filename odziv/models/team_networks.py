"""From which networks the people of an organisation use Odziv: evidence of their own views (SPEC J5, L4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User

KEPT = timedelta(days=14)
"""After so many days without a session from there a network is forgotten."""
EITHER_WAY = timedelta(days=1)
"""A session that began within this time after an event speaks for it as well."""


class Seen(NamedTuple):
    """Who used Odziv from a network, and when first and last."""

    user: UUID
    first_at: datetime
    last_at: datetime

    def fits(self, at: datetime) -> bool:
        return self.first_at - EITHER_WAY <= at <= self.last_at + KEPT


class TeamNetworkQuerySet(OwnedQuerySet["TeamNetwork"]):
    def note(self, user: User, digest: str, now: datetime) -> None:
        """The user has a session from there now. Two at once make one row."""
        row, made = self.get_or_create(
            organisation_id=user.organisation_id, user=user, digest=digest, defaults={"first_at": now, "last_at": now}
        )
        if not made and row.last_at < now:
            self.filter(pk=row.pk).update(last_at=now)

    def organisations(self, among: Collection[UUID]) -> set[UUID]:
        """Those of these of which any network is known."""
        rows = self.filter(organisation__in=among).order_by() if among else self.none()
        return set(rows.values_list("organisation_id", flat=True).distinct())

    def seen(self, organisations: Collection[UUID], digests: Collection[str]) -> dict[tuple[UUID, str], list[Seen]]:
        """Who was on these networks, whoever was there last first; by organisation and digest."""
        rows = self.filter(organisation__in=organisations, digest__in=digests).order_by("-last_at", "user_id")
        found: dict[tuple[UUID, str], list[Seen]] = {}
        for row in rows:
            found.setdefault((row.organisation_id, row.digest), []).append(Seen(row.user_id, row.first_at, row.last_at))
        return found

    def before(self, at: datetime) -> TeamNetworkQuerySet:
        return self.filter(last_at__lt=at)


class TeamNetwork(Owned):
    """A network, by a fingerprint of its truncated address (/24, /48), from which a user was signed in.

    The fingerprint is made with the installation's secret and the organisation, so the table tells nobody where anyone
    was; it can only be asked whether an address that is known otherwise lies there.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    objects = TeamNetworkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest", "user"], name="team_network_once")]
        indexes = [models.Index(fields=["last_at"], name="team_network_by_time")]

    @staticmethod
    def digest_of(organisation: UUID, network: str) -> str:
        return str(salted_hmac("odziv.team-network", f"{organisation.hex} {network}", algorithm="sha256").hexdigest())

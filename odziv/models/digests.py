"""Summaries by e-mail: for each user and day at most one, whatever restarts (SPEC A)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class DigestState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    LEAVING = "leaving", _("On its way")  # committed before the end of the message; whoever dies then leaves it unknown
    SENT = "sent", _("Sent")
    EMPTY = "empty", _("Nothing to say")
    UNKNOWN = "unknown", _("No answer")  # perhaps sent; never repeated
    GIVEN_UP = "given-up", _("Given up")


class DigestQuerySet(OwnedQuerySet["Digest"]):
    def of_person(self, user: User) -> Self:
        """The user's, the latest first."""
        return self.for_(user).filter(user=user).order_by("-day")

    def last_ended(self, since: datetime) -> list[Digest]:
        """Of everybody who wants one, the last that came to an end since then, with its user; by address."""
        wanted = self.filter(user__is_active=True, user__digest=True, settled_at__gte=since)
        rows = wanted.select_related("user").order_by("user__email", "user", "day")
        return list({digest.user_id: digest for digest in rows}.values())

    def days_of(self, users: Iterable[UUID], since: date) -> set[tuple[UUID, date]]:
        """For which days since then these users have one already."""
        return set(self.filter(user__in=list(users), day__gte=since).values_list("user_id", "day"))

    def begin(self, user: User, day: date, due_at: datetime, state: DigestState = DigestState.WAITING) -> None:
        """Have one made for this day, unless there is one."""
        fields = {"organisation_id": user.organisation_id, "due_at": due_at, "wanted_at": due_at, "state": state}
        self.get_or_create(user=user, day=day, defaults=fields)

    def due(self, now: datetime) -> Self:
        """Those whose time has come, and that nobody holds."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state=DigestState.WAITING, due_at__lte=now)

    def claim(self, pk: UUID, now: datetime, lease: timedelta) -> Digest | None:
        """Take one, or None when another worker was faster. The attempt number fences later writes."""
        if not self.due(now).filter(pk=pk).update(lease_until=now + lease, attempts=F("attempts") + 1):
            return None
        return self.select_related("user__organisation").filter(pk=pk).first()

    def leave(self, digest: Digest) -> bool:
        """Commit that its end is said now; False when another worker has it."""
        mine = self.filter(pk=digest.pk, attempts=digest.attempts, state=DigestState.WAITING)
        return bool(mine.update(state=DigestState.LEAVING))

    def settle(self, digest: Digest, **fields: object) -> bool:
        """Write how an attempt ended, unless another worker has taken it over meanwhile."""
        return bool(self.filter(pk=digest.pk, attempts=digest.attempts).update(lease_until=None, **fields))

    def leave_out(self, now: datetime) -> int:
        """Nobody knows whether those that were begun have left: they are never repeated. Returns how many."""
        begun = self.filter(state__in=(DigestState.WAITING, DigestState.LEAVING))
        return begun.update(state=DigestState.UNKNOWN, lease_until=None, settled_at=now)

    def abandoned(self, now: datetime) -> Self:
        """Those whose worker died while they left."""
        return self.filter(state=DigestState.LEAVING, lease_until__lt=now)


class Digest(Owned):
    """The summary of one user and day, on the user's calendar. `failures` counts attempts that were refused."""

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=10, choices=DigestState, default=DigestState.WAITING)
    wanted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=16, blank=True)  # a code of deliver.trouble, empty while all is well
    answer = models.CharField(max_length=500, blank=True)  # the server's own words
    settled_at = models.DateTimeField(null=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]
        indexes = [
            models.Index(fields=["due_at"], name="digest_due", condition=Q(state="waiting")),
            models.Index(fields=["lease_until"], name="digest_leaving", condition=Q(state="leaving")),
        ]

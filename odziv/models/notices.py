"""Browser notifications: which browsers a user has let show them, and each card's way to each of them (SPEC A1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.cards import Card, CardState

if TYPE_CHECKING:
    from odziv.models.organisations import User

MOST_BROWSERS = 10
"""Of one user. With a further one the browser that showed Odziv the longest ago is forgotten."""

UNSEEN = timedelta(days=30)
"""A browser in which Odziv was not open for so long gets nothing more."""


class PushSubscriptionQuerySet(OwnedQuerySet["PushSubscription"]):
    def of_person(self, user: User) -> Self:
        """The user's browsers, the one that showed Odziv last first."""
        return self.for_(user).filter(user=user).order_by("-confirmed_at", "-pk")

    def at(self, endpoint: str) -> Self:
        return self.filter(digest=PushSubscription.digest_of(endpoint))

    def keep(
        self, user: User, endpoint: str, service: str, keys: tuple[str, str], label: str, now: datetime
    ) -> PushSubscription:
        """Remember a browser, or that it is still there. `keys`: its public key and its secret, base64url.

        An address belongs to one browser: when somebody else used it, they get nothing there any more.
        """
        with transaction.atomic():
            self.at(endpoint).exclude(user=user).delete()
            fields = {"label": label[:100], "login": user.get_session_auth_hash(), "confirmed_at": now}
            fields |= {"organisation_id": user.organisation_id, "user": user, "endpoint": endpoint, "service": service}
            fields |= {"public_key": keys[0], "secret": keys[1]}
            kept, _made = self.update_or_create(digest=PushSubscription.digest_of(endpoint), defaults=fields)
            spare = list(self.of_person(user).values_list("pk", flat=True)[MOST_BROWSERS:])
            self.filter(pk__in=spare).delete()
        return kept

    def tried(self, organisation_id: UUID | None) -> Self:
        """Those to which something was sent; of one organisation, None: of all."""
        rows = self.exclude(tried_at=None)
        return rows.of(organisation_id) if organisation_id else rows

    def failing(self) -> Self:
        """Those whose push service took nothing the last time."""
        return self.exclude(reason="")

    def note(self, pk: UUID, at: datetime, reason: str = "", answer: str = "") -> None:
        """Remember how the last contact with its push service ended; an empty reason: well."""
        self.filter(pk=pk).update(tried_at=at, reason=reason, answer=answer[:300])


class PushSubscription(Owned):
    """A browser that shows notifications of its user's cards: where they are sent, and the keys that seal them.

    `digest` is the SHA-256 of `endpoint`; `service` its origin; `login` the user's session hash: with another
    password, or when everything was signed out, nothing is sent there. `confirmed_at`: when Odziv was open in it last.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    service = models.CharField(max_length=300)
    public_key = models.CharField(max_length=100)  # RFC 8291: p256dh
    secret = models.CharField(max_length=40)  # RFC 8291: auth
    label = models.CharField(max_length=100, blank=True)
    login = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(default=timezone.now)
    # How the last contact ended: a code of notify.trouble, empty when it went well (O6).
    tried_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=16, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-confirmed_at"], name="push_by_user")]

    @staticmethod
    def digest_of(endpoint: str) -> str:
        return hashlib.sha256(endpoint.encode()).hexdigest()


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    LEAVING = "leaving", _("On its way")  # committed before the first byte; whoever dies then leaves it unknown
    PUSHED = "pushed", _("Handed over")
    NEEDLESS = "needless", _("Not needed any more")
    UNKNOWN = "unknown", _("No answer")  # perhaps shown; never repeated
    GIVEN_UP = "given-up", _("Given up")


class PushNoticeQuerySet(OwnedQuerySet["PushNotice"]):
    def announce(self, card: Card) -> None:
        """Have a card shown by each browser of its user when it appears. In the transaction that makes it appear."""
        browsers = PushSubscription.objects.filter(user_id=card.user_id)
        rows = [
            PushNotice(
                organisation_id=card.organisation_id,
                subscription_id=browser,
                card=card,
                appears_at=card.shown_at,
                due_at=card.shown_at,
            )
            for browser in browsers.values_list("pk", flat=True)
        ]
        if rows:
            self.bulk_create(rows, ignore_conflicts=True)

    def due(self, now: datetime) -> Self:
        """Those whose time has come, and that nobody holds."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state=NoticeState.WAITING, due_at__lte=now)

    def due_services(self, now: datetime) -> list[str]:
        """The push services for which something is due."""
        return list(self.due(now).order_by().values_list("subscription__service", flat=True).distinct())

    def due_for(self, service: str, now: datetime, limit: int) -> list[UUID]:
        """Of one push service, in the order in which they leave."""
        rows = self.due(now).filter(subscription__service=service)
        return list(rows.order_by("card__priority", "due_at", "pk").values_list("pk", flat=True)[:limit])

    def claim(self, pk: UUID, now: datetime, lease: timedelta) -> PushNotice | None:
        """Take one, or None when another worker was faster. The attempt number fences later writes."""
        if not self.due(now).filter(pk=pk).update(lease_until=now + lease, attempts=F("attempts") + 1):
            return None
        related = ("subscription__user__organisation", "card__reminder")
        return self.select_related(*related).filter(pk=pk).first()

    def begin(self, notice: PushNotice) -> bool:
        """Commit that it leaves now; False when its card is gone or has appeared anew, or another worker has it."""
        card = Card.objects.filter(pk=notice.card_id, state=CardState.OPEN, shown_at=notice.appears_at)
        mine = self.filter(pk=notice.pk, attempts=notice.attempts, state=NoticeState.WAITING)
        return bool(mine.filter(card__in=card).update(state=NoticeState.LEAVING))

    def settle(self, notice: PushNotice, **fields: object) -> bool:
        """Write how an attempt ended, unless another worker has taken it over meanwhile."""
        return bool(self.filter(pk=notice.pk, attempts=notice.attempts).update(lease_until=None, **fields))

    def abandoned(self, now: datetime) -> Self:
        """Those whose worker died while they left."""
        return self.filter(state=NoticeState.LEAVING, lease_until__lt=now)

    def over(self, before: datetime) -> Self:
        """Those that are settled and old."""
        return self.exclude(state__in=(NoticeState.WAITING, NoticeState.LEAVING)).filter(appears_at__lt=before)

    def drop(self, cards: Iterable[UUID]) -> None:
        """Nothing that waits is said of these cards."""
        self.filter(card__in=list(cards), state=NoticeState.WAITING).delete()


class PushNotice(Owned):
    """One appearance of a card on its way to one browser; `failures` counts the attempts that the service refused."""

    subscription = models.ForeignKey(PushSubscription, on_delete=models.CASCADE, related_name="notices")
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="+")
    appears_at = models.DateTimeField()  # `shown_at` of the card
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)

    objects = PushNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "card", "appears_at"], name="notice_once_for_browser")
        ]
        indexes = [models.Index(fields=["due_at"], name="notice_due", condition=Q(state="waiting"))]

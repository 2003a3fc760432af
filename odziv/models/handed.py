"""Mail that was handed in instead of being found: by LMTP or through the signed webhook (SPEC P1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.mailboxes import Mailbox
from odziv.models.organisations import User
from odziv.models.secret import decrypt, encrypt

OVERLAP = timedelta(hours=24)
"""How long the former secret goes on being good after a new one was made."""


class HandedDoor(models.TextChoices):
    LMTP = "lmtp", "LMTP"
    WEBHOOK = "webhook", "Webhook"


class HandedState(models.TextChoices):
    WAITING = "waiting"
    DONE = "done"
    ASIDE = "aside"  # it could not be read three times; its bytes are kept


class HandedInQuerySet(OwnedQuerySet["HandedIn"]):
    def due(self, now: datetime, limit: int) -> list[UUID]:
        """Those whose time has come, the longest due first."""
        rows = self.filter(state=HandedState.WAITING, due_at__lte=now).order_by("due_at")
        return list(rows.values_list("pk", flat=True)[:limit])

    def claim(self, pk: UUID, now: datetime, lease: timedelta) -> HandedIn | None:
        """Take one for as long as the lease, or None when another worker was faster. The attempt counts from now on, so
        that a mail which kills its worker is counted too.
        """
        mine = self.filter(pk=pk, state=HandedState.WAITING, due_at__lte=now)
        if not mine.update(due_at=now + lease, tries=F("tries") + 1):
            return None
        return self.select_related("mailbox").get(pk=pk)

    def settle(self, row: HandedIn, **fields: object) -> bool:
        """Note what became of it, unless another worker has taken it over meanwhile."""
        return bool(self.filter(pk=row.pk, tries=row.tries, state=HandedState.WAITING).update(**fields))

    def aside(self) -> Self:
        """Those that could not be read three times."""
        return self.filter(state=HandedState.ASIDE)

    def over(self, before: datetime, aside_before: datetime) -> Self:
        """Those that need not be remembered any more, the oldest first."""
        done = Q(state=HandedState.DONE, came_at__lt=before)
        return self.filter(done | Q(state=HandedState.ASIDE, came_at__lt=aside_before)).order_by("came_at")

    def keys_in_use(self, keys: Iterable[str]) -> set[str]:
        """Those of these files that a row still needs."""
        rows = self.filter(file__in=list(keys)).exclude(state=HandedState.DONE)
        return set(rows.values_list("file", flat=True))


class HandedIn(Owned):
    """One mail that was handed in, once for each organisation: `digest` tells whether it came before.

    `file` is the key of its bytes in the folder of handed-in mail, until it is done; `recipient` to whom its envelope
    was addressed, if there was one; `mailbox` whose that address is.
    """

    door = models.CharField(max_length=8, choices=HandedDoor)
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    recipient = models.CharField(max_length=320, blank=True)
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    came_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=HandedState, default=HandedState.WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    objects = HandedInQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="handed_in_once")]
        indexes = [
            models.Index(fields=["due_at"], name="handed_in_due", condition=Q(state="waiting")),
            models.Index(fields=["state", "came_at"], name="handed_in_by_state"),
            models.Index(fields=["file"], name="handed_in_by_file"),
        ]


class HookSecretQuerySet(OwnedQuerySet["HookSecret"]):
    def good(self, now: datetime) -> Self:
        """Those that a request may be signed with, the newest first."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-made_at", "-pk")

    def replace(self, organisation_id: UUID, text: str, by: User, now: datetime) -> HookSecret:
        """A new secret; the former one is good for a day more, older ones end."""
        with transaction.atomic():
            mine = self.of(organisation_id)
            mine.exclude(ends_at=None).delete()
            mine.update(ends_at=now + OVERLAP)
            return self.create(organisation_id=organisation_id, secret=encrypt(text), by=by, made_at=now)

    def end_all(self, organisation_id: UUID) -> None:
        """Shut the door."""
        self.of(organisation_id).delete()


class HookSecret(Owned):
    """What requests to an organisation's webhook are signed with; stored encrypted, since it has to be known here."""

    secret = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    by = models.ForeignKey("odziv.User", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = HookSecretQuerySet.as_manager()

    @property
    def text(self) -> str:
        """The secret. Raises `SecretUnreadable`."""
        return decrypt(self.secret)

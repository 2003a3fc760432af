"""How people come into an organisation and what became of them: invitations, and who changed what (SPEC O2)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.organisations import Role, User

LASTS = timedelta(days=7)


class InvitationQuerySet(OwnedQuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Those that nobody has accepted or revoked; also expired ones, which can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)

    def listed_for(self, user: User) -> Self:
        """What the list of people shows of the user's organisation."""
        return self.for_(user).waiting().select_related("invited_by")

    def matching(self, text: str) -> Self:
        return self.filter(email__icontains=text.strip()) if text.strip() else self

    def of_token(self, token: str) -> Invitation | None:
        """The invitation that this secret text opens, whatever became of it."""
        rows = self.select_related("organisation", "invited_by")
        return rows.filter(digest=Invitation.digest_of(token)).first()

    def take(self, invitation: Invitation, now: datetime) -> bool:
        """Use it up: False when it was accepted, revoked, renewed or expired meanwhile."""
        rows = self.waiting().filter(pk=invitation.pk, digest=invitation.digest, expires_at__gt=now)
        return bool(rows.update(accepted_at=now))


class Invitation(Owned):
    """Somebody may join with this address. Of the secret text in its link only the SHA-256 is kept."""

    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.SALESPERSON)
    language = models.CharField(_("language"), max_length=5, default="en")  # of the e-mail
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)  # when its link left by e-mail
    trouble = models.CharField(max_length=1000, blank=True)  # why it did not, in the words of who asked for it
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # who came of it

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "email"], name="invitation_by_address")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                name="invitation_once",
                condition=Q(accepted_at=None, revoked_at=None),
            )
        ]

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

    def renew(self, now: datetime) -> str:
        """A new secret text, valid from now on, not stored yet; the former one opens nothing once this is saved."""
        token = secrets.token_urlsafe(32)
        self.digest, self.expires_at = self.digest_of(token), now + LASTS
        self.mailed_at, self.trouble = None, ""
        return token

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class PersonChangeKind(models.TextChoices):
    JOINED = "joined"
    RENAMED = "renamed"
    ROLE = "role"
    LINK = "link"
    LEFT = "left"
    RETURNED = "returned"
    HANDED_OVER = "handed"
    MAIL_STOPPED = "stopped"


class PersonChangeQuerySet(OwnedQuerySet["PersonChange"]):
    def about(self, person: User) -> Self:
        """What was done to a person, the latest first."""
        return self.for_(person).filter(person=person).select_related("by").order_by("-at", "-pk")

    def note(
        self, person: User, by: User | None, kind: PersonChangeKind, at: datetime, before: str = "", after: str = ""
    ) -> PersonChange:
        return self.create(
            organisation_id=person.organisation_id,
            person=person,
            by=by,
            kind=kind,
            at=at,
            before=before[:200],
            after=after[:200],
        )


class PersonChange(Owned):
    """Who changed what about a person, and when. Only grows."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=PersonChangeKind)
    at = models.DateTimeField(default=timezone.now, editable=False)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)

    objects = PersonChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="person_change_by_person")]

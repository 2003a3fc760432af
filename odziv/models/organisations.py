"""Organisations, their users, and the tokens of the API (SPEC O)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from odziv.lib.uuid7 import uuid7
from odziv.models.assistant import CardKind
from odziv.models.base import Owned, OwnedQuerySet


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def founded(self) -> Self:
        """Real organisations: not the one that was made to look around."""
        return self.filter(sample=False)

    def holding_mail(self) -> Self:
        """Those whose mail does not leave, until an administrator has looked through it."""
        return self.filter(mail_held_since__isnull=False)

    def weights(self, organisations: Collection[UUID]) -> dict[UUID, dict[str, int]]:
        """What each of these has adjusted of what evidence weighs (J5)."""
        return dict(self.filter(pk__in=organisations).values_list("pk", "weights"))


class WorkingWeek(NamedTuple):
    """When somebody is at work, on their own clock (D2): `days` are ISO numbers, Monday 1.

    `holidays` is the country (ISO 3166-1 alpha-2) whose public holidays are no working days; OWN_HOLIDAYS: that of the
    recipient; empty: none.
    """

    days: frozenset[int]
    starts: time
    ends: time
    holidays: str


OWN_HOLIDAYS = "own"
_DIGEST_OFF = "odziv.digest.off"


class Organisation(models.Model):
    """The tenant; owns every other row. Its identifier is random, so it cannot be guessed (O1)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    engagement = models.BooleanField(_("email engagement"), default=False)  # O3
    follow_unknown = models.BooleanField(_("follow people who are in no record"), default=True)  # F5
    preference_line = models.BooleanField(_("line about following"), default=False)  # L2
    assistant = models.BooleanField(_("assistant"), default=False)  # O4
    muted_cards = models.JSONField(default=list, blank=True)  # CardKind values that are switched off; new kinds are on
    location_service = models.BooleanField(_("location service"), default=True)  # O5
    work_days = models.CharField(max_length=7, default="12345")
    work_starts = models.TimeField(default=time(8))
    work_ends = models.TimeField(default=time(17))
    holidays = models.CharField(max_length=3, blank=True, default=OWN_HOLIDAYS)
    honeypot = models.BooleanField(_("hidden link"), default=False)  # in followed copies, to catch scanners (J5)
    weights = models.JSONField(default=dict, blank=True)  # codes of measure.weights that do not weigh as they come (J5)
    sample = models.BooleanField(default=False)  # made by "look around with sample data"
    mail_held_since = models.DateTimeField(null=True, blank=True, editable=False)  # while an OutgoingHold lasts
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def wants_card(self, kind: CardKind) -> bool:
        """Whether the assistant may make cards of this kind: it is on, and so is the kind's own switch (O4)."""
        return self.assistant and kind.value not in self.muted_cards

    @property
    def working_week(self) -> WorkingWeek:
        """The hours in which mail is suggested to arrive; mind `location_service` too (O5)."""
        return WorkingWeek(frozenset(map(int, self.work_days)), self.work_starts, self.work_ends, self.holidays)


class Role(models.TextChoices):
    SALESPERSON = "salesperson", _("Salesperson")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


class UndoSeconds(models.IntegerChoices):
    """How long a message waits after Send, so that its sender can take it back."""

    NONE = 0, _("No: it leaves at once")
    FIVE = 5, _("For 5 seconds")
    TEN = 10, _("For 10 seconds")
    TWENTY = 20, _("For 20 seconds")
    THIRTY = 30, _("For 30 seconds")


class UserManager(BaseUserManager["User"]):
    """Users are found by their e-mail address, whatever its case; it may have a user in each organisation (O2)."""

    def signing_in_with(self, address: str) -> models.QuerySet[User]:
        """Everybody with this address, of any organisation: for who proves to be them, and for whoever runs it all.

        Where they signed in last comes first.
        """
        last = models.F("last_login").desc(nulls_last=True)
        rows = self.filter(email=address.strip().lower()).select_related("organisation")
        return rows.order_by(last, "organisation__name", "pk")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create and save a user; the address is kept in lower case.

        Raises IntegrityError when it has a user in that organisation.
        """
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def for_(self, user: User) -> models.QuerySet[User]:
        """The people of the user's organisation, by name."""
        return self.filter(organisation_id=user.organisation_id).order_by("name", "pk")

    def names(self, organisation: UUID, identifiers: Collection[str]) -> dict[str, str]:
        """The names of these people of the organisation, by identifier in hexadecimal."""
        rows = self.filter(organisation_id=organisation, pk__in=identifiers).values_list("pk", "name", "email")
        return {pk.hex: name or email for pk, name, email in rows}

    def here(self, user: User, address: str) -> User | None:
        """Who has this address in the user's organisation, also when they have left."""
        return self.for_(user).filter(email=address.strip().lower()).first()

    def listed_for(self, user: User, text: str = "", *, active: bool) -> models.QuerySet[User]:
        """People of the organisation whose name or address holds the text: those who may sign in, or who left."""
        rows = self.for_(user).filter(is_active=active)
        return rows.filter(Q(name__icontains=text) | Q(email__icontains=text)) if text else rows

    def wanting_digest(self) -> models.QuerySet[User]:
        """Those who get a summary by e-mail, where the assistant is on and mail may leave."""
        wanting = self.filter(digest=True, is_active=True, organisation__assistant=True)
        return wanting.filter(organisation__mail_held_since=None).select_related("organisation")

    def turning_digest_off(self, text: str) -> User | None:
        """Whose summary the address in it turns off; None for what we did not write."""
        try:
            key = UUID(str(signing.loads(text, salt=_DIGEST_OFF)))
        except (signing.BadSignature, ValueError):
            return None
        return self.filter(pk=key).first()

    def owners_for(self, user: User, present: UUID | None = None) -> models.QuerySet[User]:
        """To whom a record may be given: those who may sign in, and whoever owns it at present."""
        return self.for_(user).filter(Q(is_active=True) | Q(pk=present))


class User(AbstractBaseUser):
    """A person who signs in (O2)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="users")
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=200)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)  # stands in signatures (C6)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.SALESPERSON)
    language = models.CharField(_("language"), max_length=5, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Ljubljana")
    is_active = models.BooleanField(_("may sign in"), default=True)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)
    signed_out_at = models.DateTimeField(null=True, blank=True, editable=False)  # sessions from before are over
    undo_seconds = models.PositiveSmallIntegerField(_("undo send"), choices=UndoSeconds, default=UndoSeconds.TEN)
    letter_keys = models.BooleanField(_("keys of a single letter"), default=True)  # WCAG 2.1.4
    muted_cards = models.JSONField(default=list, blank=True)  # kinds of card that this user does not want (A1)
    quiet_from = models.TimeField(null=True, blank=True)  # on the user's own clock; both or none
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.BooleanField(_("summary by e-mail"), default=False)
    digest_at = models.TimeField(_("at"), default=time(7, 30))  # on the user's own clock
    digest_work_days = models.BooleanField(_("only on working days"), default=True)
    first_steps_hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "name"], name="user_by_name"),
            models.Index(fields=["email"], name="user_by_email"),
            models.Index(fields=["id"], name="user_digest", condition=Q(digest=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["organisation", "email"], name="user_once_in_organisation")]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session has to know: another one since the password changed, or since everything was signed out."""
        if self.signed_out_at is None:
            return str(super()._get_session_auth_hash(secret))  # type: ignore[misc]
        value = f"{self.password}:{self.signed_out_at.timestamp()}"
        return salted_hmac("odziv.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def leads(self) -> bool:
        """Managers and administrators: they see the team, and arrange for everybody (O2)."""
        return self.role in (Role.MANAGER, Role.ADMINISTRATOR)

    def wants_card(self, kind: CardKind) -> bool:
        """Whether this user wants cards of the kind, as far as the organisation has them."""
        return kind.value not in self.muted_cards

    def is_quiet(self, now: datetime) -> bool:
        """Whether the user is not to be disturbed now; the hours may go past midnight."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return False
        clock = now.astimezone(self.zone).time()
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def digest_off_url(self) -> str:
        """The path that turns off the user's summary, for whoever has it; it works for good."""
        return reverse("digest-off", args=[signing.dumps(str(self.pk), salt=_DIGEST_OFF)])

    def quiet_ends(self, now: datetime) -> datetime:
        """When the quiet hours end in which `now` lies; `now` when it lies in none."""
        if not self.is_quiet(now) or self.quiet_until is None:
            return now
        today = now.astimezone(self.zone).date()
        days = (datetime.combine(today + timedelta(days=ahead), self.quiet_until, self.zone) for ahead in (0, 1))
        return next(end for day in days if (end := day.astimezone(UTC)) > now)

    def quiet_begins(self, now: datetime) -> datetime | None:
        """When the next quiet hours begin; None for somebody who has none."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        today = now.astimezone(self.zone).date()
        days = (datetime.combine(today + timedelta(days=ahead), self.quiet_from, self.zone) for ahead in (0, 1))
        return next(start for day in days if (start := day.astimezone(UTC)) > now)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def sees_team(self) -> bool:
        """Whether the figures of the team are for this user's eyes (O2)."""
        return self.role in (Role.MANAGER, Role.ADMINISTRATOR)

    @property
    def zone(self) -> ZoneInfo:
        """The user's time zone; UTC when the stored name is not known on this machine."""
        try:
            return ZoneInfo(self.time_zone)
        except (KeyError, ValueError):
            return ZoneInfo("UTC")


class ApiTokenQuerySet(OwnedQuerySet["ApiToken"]):
    def of_person(self, user: User) -> Self:
        """The user's own tokens, newest first."""
        return self.for_(user).filter(user=user).order_by("-created_at", "-pk")

    def issue(self, user: User, name: str) -> tuple[ApiToken, str]:
        """Make a token; returns the row and the secret text, which is shown once and not kept."""
        text = f"odz_{secrets.token_urlsafe(32)}"
        row = self.create(
            organisation_id=user.organisation_id, user=user, name=name, prefix=text[:8], digest=ApiToken.digest_of(text)
        )
        return row, text

    def user_of(self, text: str, *, now: datetime) -> User | None:
        """The user whose token this is, or None; remembers that it was used (at most once a minute)."""
        row = self.select_related("user").filter(digest=ApiToken.digest_of(text), user__is_active=True).first()
        if row is None:
            return None
        if row.used_at is None or (now - row.used_at).total_seconds() > 60:
            self.filter(pk=row.pk).update(used_at=now)
        return row.user


class ApiToken(Owned):
    """A secret that lets a program act as its user through the API; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

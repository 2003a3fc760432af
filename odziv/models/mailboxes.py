"""Mailboxes: from which address a user sends, where the answers arrive, and how one signs in there (SPEC C1, O6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.organisations import User
from odziv.models.secret import decrypt, encrypt


class Security(models.TextChoices):
    NONE = "none", _("No encryption")
    STARTTLS = "starttls", _("STARTTLS")
    TLS = "tls", _("TLS from the start")


class MailboxKind(models.TextChoices):
    TEST = "test", _("Test mailbox")
    SMTP = "smtp", _("SMTP server")


class SignIn(models.TextChoices):
    """How Odziv proves to the servers of a mailbox that it may use it."""

    PASSWORD = "password", _("Password")
    GOOGLE = "google", "Google"
    MICROSOFT = "microsoft", "Microsoft"


DEFAULT_CONNECTIONS, MOST_CONNECTIONS = 3, 50
HOUR = timedelta(hours=1)
# Codes of deliver.trouble and replies.trouble: password or permission do not open the mailbox (any more).
LOCKED_OUT = ("login", "password-lost", "sign-in-again")


class MailboxQuerySet(OwnedQuerySet["Mailbox"]):
    def of_people(self, user: User) -> Self:
        """The mailboxes that the user may change: their own, for an administrator all of the organisation (O2)."""
        rows = self.for_(user).select_related("user", "grant").order_by("address", "pk")
        return rows if user.is_administrator else rows.filter(user=user)

    def usable_by(self, user: User) -> Self:
        """Mailboxes from which the user may send: their own, the preferred one first, real ones before the test
        mailbox; then those that they share (C1).
        """
        own = Case(When(user=user, then=0), default=1)
        preferred = Case(When(user=user, is_default=True, then=0), default=1)
        rows = self.for_(user).filter(Q(user=user) | Q(shared=True)).select_related("user__organisation")
        return rows.order_by(own, preferred, "kind", "name", "pk")

    def real(self) -> Self:
        """Those whose mail leaves this machine."""
        return self.filter(kind=MailboxKind.SMTP)

    def watched(self, organisation_id: UUID | None) -> Self:
        """The real mailboxes of those who may sign in, of one organisation; None: of all, for whoever runs it (O6)."""
        rows = self.real().filter(Q(user__is_active=True) | Q(shared=True)).order_by("address", "pk")
        return rows.of(organisation_id) if organisation_id else rows

    def looked_into(self) -> Self:
        """Those in which replies are looked for."""
        return self.real().exclude(imap_host="")

    def addressed(self, address: str) -> list[Mailbox]:
        """Those to which mail for an address belongs, one for each organisation: those of the address itself, else
        those of what stands before its plus sign.
        """
        local, at, domain = address.strip().rpartition("@")
        bare = f"{local.partition('+')[0]}@{domain}"
        for one in dict.fromkeys((f"{local}{at}{domain}", bare)):
            rows = self.real().filter(address__iexact=one[:254]).order_by("-is_default", "pk")[:100]
            if found := {row.organisation_id: row for row in reversed(rows)}:
                return list(found.values())
        return []

    def addresses_of(self, organisation_id: UUID) -> list[str]:
        """The addresses of an organisation's mailboxes, in lower case."""
        rows = self.of(organisation_id).values_list("address", flat=True)[:2000]
        return [address.lower() for address in rows]

    def failing_to_send(self) -> Self:
        """Those whose server refused the last contact."""
        return self.exclude(smtp_reason="")

    def failing(self) -> Self:
        """Those that cannot be sent from, or read where replies are looked for."""
        return self.real().filter(~Q(smtp_reason="") | (~Q(imap_host="") & ~Q(imap_reason="")))

    def locked_out(self) -> Self:
        """Those whose server lets nobody in with what it is told, so that a person has to act."""
        refused = Q(smtp_reason__in=LOCKED_OUT) | (~Q(imap_host="") & Q(imap_reason__in=LOCKED_OUT))
        return self.real().filter(refused, user__is_active=True).select_related("user", "organisation").order_by("pk")

    def failing_to_read(self) -> Self:
        return self.exclude(imap_reason="")

    def take_room(self, pk: UUID, now: datetime) -> datetime | None:
        """Count one more copy in the mailbox's hour; when that is full, when the next one begins."""
        mine = self.filter(pk=pk)
        begun = Q(hour_began_at__gt=now - HOUR, hour_began_at__lte=now)
        if mine.exclude(begun).update(hour_began_at=now, hour_sent=1):
            return None
        if mine.filter(hour_sent__lt=F("hourly_limit")).update(hour_sent=F("hour_sent") + 1):
            return None
        began = mine.values_list("hour_began_at", flat=True).first()
        return began + HOUR if began else None

    def give_room(self, pk: UUID, copies: int = 1) -> None:
        """Take back the count of copies that did not leave after all."""
        self.filter(pk=pk, hour_sent__gte=copies).update(hour_sent=F("hour_sent") - copies)

    def make_default(self, mailbox: Mailbox) -> None:
        """New e-mails of its user leave from this mailbox from now on."""
        with transaction.atomic():
            self.filter(user_id=mailbox.user_id, is_default=True).exclude(pk=mailbox.pk).update(is_default=False)
            self.filter(pk=mailbox.pk).update(is_default=True)

    def note_sending(self, pk: UUID, at: datetime, reason: str = "", answer: str = "") -> None:
        """Remember how the last contact with the sending side ended; an empty reason: well."""
        self.filter(pk=pk).update(smtp_tried_at=at, smtp_reason=reason, smtp_answer=answer[:500])

    def note_reading(self, pk: UUID, at: datetime, reason: str = "", answer: str = "") -> None:
        """The same of the reading side."""
        self.filter(pk=pk).update(imap_tried_at=at, imap_reason=reason, imap_answer=answer[:500])


class Mailbox(Owned):
    """An address from which a user sends, the server that takes its mail, and the one that keeps what arrives.

    Without `imap_host` nothing is read; without `imap_own_login` one signs in there as one does for sending.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mailboxes")
    kind = models.CharField(max_length=8, choices=MailboxKind, default=MailboxKind.SMTP)
    name = models.CharField(_("sender name"), max_length=200)
    address = models.EmailField(_("e-mail address"), max_length=254)
    is_default = models.BooleanField(default=False)
    shared = models.BooleanField(default=False)  # everybody of the organisation may send from it; `user` keeps it
    signature = models.TextField(_("signature"), blank=True)  # HTML with dynamic values (C6)
    sign_in = models.CharField(max_length=10, choices=SignIn, default=SignIn.PASSWORD)
    smtp_host = models.CharField(_("server"), max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(_("port"), default=587)
    smtp_security = models.CharField(_("encryption"), max_length=10, choices=Security, default=Security.STARTTLS)
    smtp_username = models.CharField(_("user name"), max_length=254, blank=True)
    smtp_secret = models.TextField(blank=True, editable=False)  # the password, encrypted
    imap_host = models.CharField(_("server"), max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(_("port"), default=993)
    imap_security = models.CharField(_("encryption"), max_length=10, choices=Security, default=Security.TLS)
    imap_own_login = models.BooleanField(default=False)
    imap_username = models.CharField(_("user name"), max_length=254, blank=True)
    imap_secret = models.TextField(blank=True, editable=False)  # the password, encrypted
    inbox_folder = models.CharField(_("folder of what arrives"), max_length=250, default="INBOX")
    sent_folder = models.CharField(_("folder of what was sent"), max_length=250, blank=True)  # "": as the server says
    read_until = models.DateTimeField(null=True, editable=False)  # what arrived till then was looked at (P1, M1)
    files_sent = models.BooleanField(default=True)  # put a copy of what was sent into it (D6)
    # Each copy has a reply address of its own, ana+token@…: answers are found though their headers say nothing (P1).
    reply_tokens = models.BooleanField(default=False)
    # How many copies may leave within an hour (0: any number), and how many have left in the present one (D3).
    hourly_limit = models.PositiveIntegerField(_("e-mails in an hour, at most"), default=0)
    hour_began_at = models.DateTimeField(null=True, editable=False)
    hour_sent = models.PositiveIntegerField(default=0, editable=False)
    # Over how many connections they leave at the same time; providers allow few.
    connections = models.PositiveSmallIntegerField(_("connections at a time, at most"), default=DEFAULT_CONNECTIONS)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # How the last contact ended: a code of deliver.trouble or replies.trouble, empty when it went well (O6).
    smtp_tried_at = models.DateTimeField(null=True, editable=False)
    smtp_reason = models.CharField(max_length=16, blank=True, editable=False)
    smtp_answer = models.CharField(max_length=500, blank=True, editable=False)
    imap_tried_at = models.DateTimeField(null=True, editable=False)
    imap_reason = models.CharField(max_length=16, blank=True, editable=False)
    imap_answer = models.CharField(max_length=500, blank=True, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "user"], name="mailbox_by_user")]
        constraints = [
            models.UniqueConstraint(fields=["user"], name="mailbox_one_default", condition=Q(is_default=True))
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def uses_oauth(self) -> bool:
        """Whether one signs in with a permission of the provider's instead of a password."""
        return self.sign_in != SignIn.PASSWORD

    @property
    def reads(self) -> bool:
        """Whether replies are looked for in it."""
        return self.kind == MailboxKind.SMTP and bool(self.imap_host)

    @property
    def smtp_password(self) -> str:
        """The password in plain text. Raises `SecretUnreadable` when the key that encrypted it is gone."""
        return decrypt(self.smtp_secret)

    @smtp_password.setter
    def smtp_password(self, text: str) -> None:
        self.smtp_secret = encrypt(text)

    @property
    def imap_password(self) -> str:
        """The password of the reading side in plain text. Raises `SecretUnreadable`."""
        return decrypt(self.imap_secret if self.imap_own_login else self.smtp_secret)

    @imap_password.setter
    def imap_password(self, text: str) -> None:
        self.imap_secret = encrypt(text)

    @property
    def imap_login(self) -> str:
        """The user name of the reading side."""
        return self.imap_username if self.imap_own_login else self.smtp_username

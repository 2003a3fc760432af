"""Records: accounts, contacts, leads and opportunities in one table, each a proxy with its own checks (SPEC R).

One table, because *regarding*, parties, search, Follow email and the Activities column speak of records, whatever kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.text import fold, sort_key
from odziv.models.base import Owned
from odziv.models.derived import DerivedField
from odziv.models.keyset import Sorting
from odziv.models.record_kinds import FollowEmail, RecordKind, RecordStatus
from odziv.models.record_queries import RecordQuerySet
from odziv.models.urls import url_of
from odziv.models.words import RecordWords

if TYPE_CHECKING:
    from odziv.models.organisations import User


# Columns of lists that an index of their own holds in order, within each kind.
WALKED = {
    "company": "record_by_company",
    "industry": "record_by_industry",
    "status": "record_by_status",
    "amount": "record_by_amount",
    "estimated_close": "record_by_close",
    "owner_key": "record_by_owner_name",
    "account_key": "record_by_account",
}


class Record(Owned):
    """An account, contact, lead or opportunity. `name` is what lists and links show, for people too."""

    kind = models.CharField(max_length=12, choices=RecordKind)
    name = models.CharField(_("name"), max_length=200)
    name_key = DerivedField(max_length=200, derive=lambda row: sort_key(row.name))
    search_text = DerivedField(
        max_length=600, derive=lambda row: fold(" ".join((row.name, row.company, row.job_title, row.industry)))
    )
    owner = models.ForeignKey("odziv.User", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="+")
    # By what lists sort owner and account; who changes these by `update`, or renames them, tells the queryset.
    owner_key = DerivedField(max_length=200, derive=lambda row: sort_key(row.owner.name))
    # One field for account, contact and lead; see `allows_following` for what an account's says of its contacts (R2).
    follow_email = models.CharField(_("follow email"), max_length=5, choices=FollowEmail, default=FollowEmail.ALLOW)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    # Account, and a lead's company
    company = models.CharField(_("company"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    # Contact and lead
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # The account of a contact or an opportunity, and of the contact that a lead became
    account = models.ForeignKey(
        "self", verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    account_key = DerivedField(max_length=200, derive=lambda row: row.account.name_key if row.account_id else "")
    # Opportunity
    primary_contact = models.ForeignKey(
        "self", verbose_name=_("primary contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    estimated_close = models.DateField(_("estimated close date"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=RecordStatus, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What a lead became when it was qualified
    qualified_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # The import that made it (R5)
    imported = models.ForeignKey(
        "odziv.Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="made", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    ORDERS: ClassVar = {"account_key": Sorting(("account_key",), last="")}
    KIND: ClassVar[RecordKind | None] = None  # of a proxy

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "kind", "name_key", "id"], name="record_by_name"),
            models.Index(fields=["organisation", "name_key", "id"], name="record_by_name_alone"),
            models.Index(fields=["organisation", "kind", "-updated_at", "-id"], name="record_by_change"),
            models.Index(fields=["organisation", "kind", "owner", "name_key"], name="record_by_owner"),
            *(
                models.Index(fields=["organisation", "kind", column, "id"], name=name)
                for column, name in WALKED.items()
            ),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.KIND is not None and self.__dict__.get("kind") == "":
            self.kind = self.KIND

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        RecordWords.objects.of_records(Record.objects.filter(pk=self.pk))

    def get_absolute_url(self) -> str:
        return url_of(self.kind, self.pk)

    @property
    def allows_following(self) -> bool:
        """Whether mail to this record may be followed: its own preference and, for a contact, its account's (R2)."""
        return self.follow_email != FollowEmail.DO_NOT_ALLOW and not self.refused_by_account

    @property
    def refused_by_account(self) -> bool:
        """Whether it is a contact whose account does not allow following, whatever the contact's own preference."""
        if self.kind != RecordKind.CONTACT or self.account is None:
            return False
        return self.account.follow_email == FollowEmail.DO_NOT_ALLOW

    @property
    def has_preference(self) -> bool:
        """Follow email exists on account, contact and lead (R2)."""
        return self.kind != RecordKind.OPPORTUNITY

    @property
    def main_email(self) -> str:
        """The first e-mail address, or nothing. Uses what was read with the row, if anything was."""
        if "first_email" in self.__dict__:
            return self.__dict__["first_email"] or ""
        return next((row.address for row in self.emails.all()), "")

    @property
    def main_phone(self) -> str:
        """The first phone number, or nothing. Uses what was read with the row, if anything was."""
        if "first_phone" in self.__dict__:
            return self.__dict__["first_phone"] or ""
        return next((row.number for row in self.phones.all()), "")

    def what_hangs_on_it(self) -> dict[str, int]:
        """How many rows lose this record when it is deleted: activities, e-mails, contacts, opportunities."""
        rows = Record.objects.of(self.organisation_id)
        return {
            "activities": self.activities.count(),
            "messages": self.parties.values("message").distinct().count(),
            "contacts": rows.filter(account=self, kind=RecordKind.CONTACT).count(),
            "opportunities": rows.filter(
                Q(account=self) | Q(primary_contact=self), kind=RecordKind.OPPORTUNITY
            ).count(),
        }

    def clean(self) -> None:
        """Raises ValidationError with the field's name when what it links to does not fit (kind, organisation)."""
        for field, kind in (("account", RecordKind.ACCOUNT), ("primary_contact", RecordKind.CONTACT)):
            other = getattr(self, field)
            if other is not None and (other.kind != kind or other.organisation_id != self.organisation_id):
                raise ValidationError({field: _("Choose one from the list.")})


class _KindManager(models.Manager):
    """Manager of one kind: reads only that kind."""

    def __init__(self, kind: RecordKind) -> None:
        super().__init__()
        self.record_kind = kind

    def get_queryset(self) -> RecordQuerySet:  # type: ignore[override]  # as every manager of a queryset
        return RecordQuerySet(self.model, using=self._db).filter(kind=self.record_kind)

    def for_(self, user: User) -> RecordQuerySet:
        return self.get_queryset().for_(user)

    def of(self, organisation_id: UUID) -> RecordQuerySet:
        return self.get_queryset().of(organisation_id)


class Account(Record):
    KIND = RecordKind.ACCOUNT
    objects: ClassVar[Any] = _KindManager(RecordKind.ACCOUNT)

    class Meta:
        proxy = True


class Contact(Record):
    KIND = RecordKind.CONTACT
    objects: ClassVar[Any] = _KindManager(RecordKind.CONTACT)

    class Meta:
        proxy = True


class Lead(Record):
    KIND = RecordKind.LEAD
    objects: ClassVar[Any] = _KindManager(RecordKind.LEAD)

    class Meta:
        proxy = True


class Opportunity(Record):
    KIND = RecordKind.OPPORTUNITY
    objects: ClassVar[Any] = _KindManager(RecordKind.OPPORTUNITY)

    class Meta:
        proxy = True

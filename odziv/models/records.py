"""Records: accounts, contacts, leads and opportunities in one table, each a proxy with its own checks (SPEC R).

One table, because *regarding*, parties, search, Follow email and the Activities column speak of records, whatever kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


def address_key(address: str) -> str:
    """The form under which an e-mail address is compared: without surrounding space and case (F5)."""
    return address.strip().casefold()


class RecordKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    LEAD = "lead", _("Lead")
    OPPORTUNITY = "opportunity", _("Opportunity")


class FollowEmail(models.TextChoices):
    """May this person's e-mail be followed (R2)?"""

    ALLOW = "allow", _("Allow")
    DO_NOT_ALLOW = "deny", _("Do not allow")


class RecordStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    QUALIFIED = "qualified", _("Qualified")
    DISQUALIFIED = "disqualified", _("Disqualified")


class RecordQuerySet(OwnedQuerySet["Record"]):
    def matching(self, text: str) -> Self:
        """Records in whose name, company or an e-mail address the text occurs."""
        text = text.strip()
        if not text:
            return self
        by_address = RecordEmail.objects.filter(key__contains=address_key(text)).values("record_id")
        return self.filter(Q(name__icontains=text) | Q(company__icontains=text) | Q(pk__in=by_address))

    def with_people(self) -> Self:
        """What a list shows of each record, in a bounded number of queries."""
        return self.select_related("owner", "account").prefetch_related("emails", "phones")

    def people_with_address(self, keys: Iterable[str]) -> Self:
        """Contacts, leads and accounts that have one of these address keys, with their account (F5)."""
        return self.filter(emails__key__in=list(keys)).exclude(kind=RecordKind.OPPORTUNITY).select_related("account")


class Record(Owned):
    """An account, contact, lead or opportunity. `name` is what lists and links show, for people too."""

    kind = models.CharField(max_length=12, choices=RecordKind)
    name = models.CharField(_("name"), max_length=200)
    owner = models.ForeignKey("odziv.User", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="+")
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
    # The account of a contact or an opportunity
    account = models.ForeignKey(
        "self", verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
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
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "kind", "name", "id"], name="record_by_name"),
            models.Index(fields=["organisation", "kind", "-updated_at", "-id"], name="record_by_change"),
            models.Index(fields=["organisation", "kind", "owner", "name"], name="record_by_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self.kind, args=[self.pk])

    @property
    def allows_following(self) -> bool:
        """Whether mail to this record may be followed: its own preference and, for a contact, its account's (R2)."""
        if self.follow_email == FollowEmail.DO_NOT_ALLOW:
            return False
        is_contact = self.kind == RecordKind.CONTACT and self.account_id is not None
        return not (is_contact and self.account is not None and self.account.follow_email == FollowEmail.DO_NOT_ALLOW)

    @property
    def main_email(self) -> str:
        """The first e-mail address, or nothing. Uses the prefetched list when there is one."""
        addresses = sorted(self.emails.all(), key=lambda row: row.position)
        return addresses[0].address if addresses else ""

    @property
    def main_phone(self) -> str:
        numbers = sorted(self.phones.all(), key=lambda row: row.position)
        return numbers[0].number if numbers else ""

    def clean(self) -> None:
        """Raises ValidationError with the field's name when what it links to does not fit (kind, organisation)."""
        for field, kind in (("account", RecordKind.ACCOUNT), ("primary_contact", RecordKind.CONTACT)):
            other = getattr(self, field)
            if other is not None and (other.kind != kind or other.organisation_id != self.organisation_id):
                raise ValidationError({field: _("Choose one from the list.")})


class _KindManager(models.Manager):
    """Manager of one kind: reads only that kind, and creates it."""

    def __init__(self, kind: RecordKind) -> None:
        super().__init__()
        self.record_kind = kind

    def get_queryset(self) -> RecordQuerySet:  # type: ignore[override]  # as every manager of a queryset
        return RecordQuerySet(self.model, using=self._db).filter(kind=self.record_kind)

    def for_(self, user: User) -> RecordQuerySet:
        return self.get_queryset().for_(user)

    def of(self, organisation_id: UUID) -> RecordQuerySet:
        return self.get_queryset().of(organisation_id)

    def create(self, **fields: Any) -> Any:
        return super().create(kind=self.record_kind, **fields)


class Account(Record):
    objects: ClassVar[Any] = _KindManager(RecordKind.ACCOUNT)

    class Meta:
        proxy = True


class Contact(Record):
    objects: ClassVar[Any] = _KindManager(RecordKind.CONTACT)

    class Meta:
        proxy = True


class Lead(Record):
    objects: ClassVar[Any] = _KindManager(RecordKind.LEAD)

    class Meta:
        proxy = True


class Opportunity(Record):
    objects: ClassVar[Any] = _KindManager(RecordKind.OPPORTUNITY)

    class Meta:
        proxy = True


class RecordEmail(Owned):
    """One e-mail address of a record; `key` is what it is matched by."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "key"], name="record_by_address")]
        constraints = [models.UniqueConstraint(fields=["record", "key"], name="record_has_address_once")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = address_key(self.address)
        super().save(*args, **kwargs)


class RecordPhone(Owned):
    """One phone number of a record."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="phones")
    label = models.CharField(_("label"), max_length=40, blank=True)
    number = models.CharField(_("phone number"), max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()


class RecordAddress(Owned):
    """One postal address of a record. `country` is an ISO 3166-1 alpha-2 code."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(_("label"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()


class ConsentSource(models.TextChoices):
    RECORD = "record", _("changed on the record")
    IMPORT = "import", _("came with an import")
    API = "api", _("changed through the API")
    RECIPIENT = "recipient", _("the recipient decided")


class ConsentEntry(Owned):
    """One change of a record's Follow email preference: when, from where, by whom (L3). Never changed afterwards."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="consent_history")
    follow_email = models.CharField(max_length=5, choices=FollowEmail)
    source = models.CharField(max_length=10, choices=ConsentSource)
    user = models.ForeignKey("odziv.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["record", "-at"], name="consent_by_record")]

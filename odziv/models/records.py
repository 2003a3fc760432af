"""Records: accounts, contacts, leads and opportunities in one table, each a proxy with its own checks (SPEC R).

One table, because *regarding*, parties, search, Follow email and the Activities column speak of records, whatever kind.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

import idna
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.lib.text import digits, fold, sort_key
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedField
from odziv.models.keyset import Sorting
from odziv.models.urls import url_of
from odziv.models.words import RecordWords, Search

if TYPE_CHECKING:
    from odziv.models.imports import Import
    from odziv.models.organisations import User


def address_key(address: str) -> str:
    """The form under which an e-mail address is compared: without case and surrounding space (F5).

    An internationalised domain has one key for its two spellings (RFC 5890: U-label and A-label), lest a refusal be
    missed because somebody wrote the other one.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    domain = domain.lower()
    if at and not domain.isascii():
        # Case is folded for the local part alone: straße.example and strasse.example are two domains.
        with contextlib.suppress(idna.IDNAError):
            domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local.casefold()}{at}{domain}"


# What a company's name ends with, folded: two spellings of a name often differ by it alone.
LEGAL_FORMS = frozenset("d.o.o. d.o.o d.d. s.p. k.d. d.n.o. gmbh ag kg ltd ltd. inc inc. llc srl s.r.l. kft".split())


def company_words(name: str) -> str:
    """The name of a company, folded, without its legal form: Hrib and HRIB d.o.o. are most likely one."""
    return " ".join(word for word in fold(name).replace(",", " ").split() if word not in LEGAL_FORMS)


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


class RecordQuerySet(OwnedQuerySet["Record"]):
    def matching(self, text: str) -> Self:
        """Records in which each typed word begins one: of names, company, job title, an address or a phone number.

        Narrow them by all else first.
        """
        return RecordWords.objects.narrow(self, text)

    def suggested(self, text: str, size: int, search: Search | None = None) -> list[Record]:
        """What completion offers, at most so many: names that begin with the text first, then by name.

        `search` is one for the text, where it was made already.
        """
        words = RecordWords.objects
        if text.strip() and search is None:
            search = words.search(self._organisation, text)
        key, found = sort_key(text), (words.found(self, search) if search else self).select_related("account")
        if not found.is_walked:
            begins = Case(When(name_key__startswith=key, then=0), default=1)
            return list(found.order_by(begins, "name_key", "pk")[:size])
        by_name = found.order_by("name_key", "pk")
        first = list(by_name.filter(name_key__gte=key, name_key__startswith=key)[:size])
        if len(first) < size:
            first += by_name.exclude(pk__in=[row.pk for row in first])[: size - len(first)]
        return first

    def named(self, name: str) -> Self:
        """Records of exactly this name, whatever its case."""
        return self.filter(name_key=sort_key(name)[:200]).order_by("pk")

    def of_kinds(self, kinds: Iterable[RecordKind]) -> Self:
        return self.filter(kind__in=list(kinds))

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def give(self, keys: Collection[UUID], owner: User, now: datetime) -> int:
        """Let these be the owner's; returns how many. It counts as a change, so that no open form overwrites it."""
        rows = self.filter(pk__in=keys) if keys else self.none()
        return rows.hand_to(owner, updated_at=now)

    def hand_to(self, owner: User, **also: Any) -> int:
        """Let all of these be the owner's, and their versions rise; returns how many there were."""
        return self.update(owner=owner, owner_key=_key(owner.name), version=F("version") + 1, **also)

    def with_status(self, status: str) -> Self:
        return self.filter(status=status)

    def of_account(self, account: Record) -> Self:
        return self.filter(account=account)

    def follow_owner(self, owner: User) -> None:
        """After somebody was renamed: lists sort what is theirs by the name as it is now."""
        self.filter(owner=owner).exclude(owner_key=_key(owner.name)).update(owner_key=_key(owner.name))

    def follow_accounts(self, accounts: Collection[UUID]) -> None:
        """After accounts were renamed or brought back: lists sort what is theirs by the name as it is now."""
        named = Subquery(self.model._base_manager.filter(pk=OuterRef("account")).values("name_key")[:1])
        self.filter(account__in=accounts).update(account_key=named)

    def renew_names(self) -> None:
        """After these were brought back: what lists sort them by is what it is now."""
        named = Subquery(self.model._base_manager.filter(pk=OuterRef("account")).values("name_key")[:1])
        self.update(account_key=Coalesce(named, Value("")))
        owners = self.order_by().values_list("owner", "owner__name").distinct()
        for owner, name in list(owners):
            self.filter(owner=owner).update(owner_key=_key(name))

    def became(self, contact: Record) -> Self:
        """The leads that were qualified into a contact."""
        return self.filter(qualified_into=contact)

    def refusing(self) -> Self:
        """Records to which no mail may be followed: by their own preference, or for a contact by its account's (R2)."""
        account = Q(kind=RecordKind.CONTACT, account__follow_email=FollowEmail.DO_NOT_ALLOW)
        return self.filter(Q(follow_email=FollowEmail.DO_NOT_ALLOW) | account)

    def allowing(self) -> Self:
        """Records to which mail may be followed (R2)."""
        refused = Record.objects.filter(kind=RecordKind.ACCOUNT, follow_email=FollowEmail.DO_NOT_ALLOW).values("pk")
        by_account = Q(kind=RecordKind.CONTACT, account__in=refused)
        return self.filter(follow_email=FollowEmail.ALLOW).exclude(by_account)

    def speaking(self, language: str) -> Self:
        return self.filter(language=language)

    def in_country(self, country: str) -> Self:
        """Records with a postal address in the country, an ISO 3166-1 alpha-2 code."""
        addresses = RecordAddress.objects.filter(country=country).order_by().values("record_id")
        return self.filter(pk__in=addresses)

    def of_industry(self, text: str) -> Self:
        return self.filter(industry__icontains=text.strip())

    def changed_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Records that were last changed at `since` or later, and before `until`."""
        rows = self.filter(updated_at__gte=since) if since else self
        return rows.filter(updated_at__lt=until) if until else rows

    def with_email(self) -> Self:
        return self.filter(Exists(RecordEmail.objects.filter(record=OuterRef("pk"))))

    def without_email(self) -> Self:
        return self.filter(~Exists(RecordEmail.objects.filter(record=OuterRef("pk"))))

    def maybe_same_person(self, lead: Record, size: int) -> list[Record]:
        """Contacts with an address of the lead, then those of its name; two queries, each by an index."""
        rows = self.filter(kind=RecordKind.CONTACT).select_related("account").prefetch_related("emails")
        sharing = rows.sharing_address_with(lead).filter(kind=RecordKind.CONTACT)
        return _each_once([*sharing[:size], *rows.named(lead.name)[:size]])[:size]

    def maybe_same_company(self, lead: Record, size: int) -> list[Record]:
        """Accounts with an address of the lead, then those in whose name the words of its company occur."""
        rows = self.filter(kind=RecordKind.ACCOUNT)
        words = company_words(lead.company)
        named = [*rows.named(lead.company)[:size], *rows.suggested(words, size)] if words else []
        return _each_once([*rows.sharing_address_with(lead)[:size], *named])[:size]

    def same_person(self, record: Record) -> Self:
        """The contact that a lead became, or the leads that became a contact."""
        if record.kind == RecordKind.LEAD:
            contact = record.qualified_into_id
            return self.filter(pk__in=[contact] if contact else [])  # the database would look through all for a NULL
        return self.filter(kind=RecordKind.LEAD).became(record)

    def same_people(self, records: Collection[Record]) -> Self:
        """The contacts that leads among these became, and the leads that became contacts among them."""
        keys = [record.pk for record in records]
        contacts = [record.qualified_into_id for record in records if record.kind == RecordKind.LEAD]
        return self.filter(Q(pk__in=contacts) | Q(qualified_into__in=keys, kind=RecordKind.LEAD))

    def hanging_on(self, record: Record) -> Self:
        """Records that name it as their account, their primary contact, or what they became."""
        return self.filter(Q(account=record) | Q(primary_contact=record) | Q(qualified_into=record))

    def made_by(self, import_: Import) -> Self:
        """What an import created (R5)."""
        return self.filter(imported=import_)

    def untouched_since(self, at: datetime) -> Self:
        """Records that nobody has changed, written to or hung anything on since `at`, when they were made."""
        hanging = Record.objects.filter(
            Q(account=OuterRef("pk")) | Q(primary_contact=OuterRef("pk")) | Q(qualified_into=OuterRef("pk"))
        )
        return self.filter(updated_at=at, activities=None).exclude(Exists(hanging)).exclude(parties__at__gt=at)

    def in_list(self) -> Self:
        """What the columns of the lists show of each record, and nothing else, in a bounded number of queries."""
        own = ("kind", "name", "follow_email", "company", "industry", "job_title", "language", "amount", "currency")
        more = ("estimated_close", "status", "owner__name", "updated_at", "created_at")
        others = ("account__kind", "account__name", "account__follow_email", "primary_contact__kind")
        named = self.select_related("owner", "account", "primary_contact")
        return named.only(*own, *more, *others, "primary_contact__name")

    def with_first_of(self, *, emails: bool, phones: bool) -> Self:
        """With `main_email` and `main_phone` of each record, and no other of its addresses and numbers."""
        found = {}
        if emails:
            found["first_email"] = _first(RecordEmail.objects.all(), "address")
        if phones:
            found["first_phone"] = _first(RecordPhone.objects.all(), "number")
        return self.annotate(**found)

    def with_people(self) -> Self:
        """All of each record and what it names, in a bounded number of queries."""
        return self.select_related("owner", "account", "primary_contact").prefetch_related("emails", "phones")

    def with_emails(self) -> Self:
        return self.prefetch_related("emails")

    def with_addresses(self) -> Self:
        return self.prefetch_related("addresses")

    def with_address(self, address: str, but: UUID | None = None) -> Self:
        """Records that have this e-mail address, except one of them."""
        rows = self.filter(emails__key=address_key(address)) if address.strip() else self.none()
        return rows.exclude(pk=but).order_by("name_key", "pk")

    def sharing_address_with(self, record: Record) -> Self:
        """Other records that have one of its e-mail addresses."""
        keys = RecordEmail.objects.filter(record=record).values("key")
        shared = RecordEmail.objects.of(record.organisation_id).filter(key__in=keys).values("record_id")
        return self.of(record.organisation_id).filter(pk__in=shared).exclude(pk=record.pk).order_by("name_key", "pk")

    def behind(self, account: Record, kind: RecordKind) -> Self:
        """The contacts of an account with their addresses, its opportunities, or the opportunities of a contact."""
        link = "account" if account.kind == RecordKind.ACCOUNT else "primary_contact"
        rows = self.of(account.organisation_id).filter(kind=kind, **{link: account}).order_by("name_key")
        return rows if kind == RecordKind.OPPORTUNITY else rows.prefetch_related("emails")


def _key(name: str) -> str:
    return sort_key(name)[:200]


def _first(rows: models.QuerySet[Any], column: str) -> Subquery:
    return Subquery(rows.filter(record=OuterRef("pk")).values(column)[:1])


def _each_once(rows: Iterable[Record]) -> list[Record]:
    return list({row.pk: row for row in rows}.values())


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
    owner_key = DerivedField(max_length=200, derive=lambda row: _key(row.owner.name))
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
        _note_words(self.pk)

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


class RecordEmailQuerySet(OwnedQuerySet["RecordEmail"]):
    def refusing(self, wanted: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
        """Those of `wanted`, (organisation, address key), that a record or a contact's account refuses (R2)."""
        owners, keys = {owner for owner, _key in wanted}, {key for _owner, key in wanted}
        rows = self.refused().filter(organisation__in=owners, key__in=keys).order_by()
        return set(rows.values_list("organisation_id", "key")) & set(wanted)

    def refused(self) -> Self:
        """Addresses of records that refuse, by themselves or by their account (R2)."""
        own = Q(record__follow_email=FollowEmail.DO_NOT_ALLOW)
        account = Q(record__kind=RecordKind.CONTACT, record__account__follow_email=FollowEmail.DO_NOT_ALLOW)
        return self.filter(own | account)


class _Reach(Owned):
    """Something by which a record is found; what writes several at once tells `RecordWords`."""

    record_id: UUID

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        _note_words(self.record_id)


def _note_words(record: UUID) -> None:
    RecordWords.objects.of_records(Record.objects.filter(pk=record))


class RecordEmail(_Reach):
    """One e-mail address of a record; `key` is what it is matched by."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"), max_length=254)
    key = DerivedField(max_length=254, derive=lambda row: address_key(row.address))
    position = models.PositiveSmallIntegerField(default=0)

    objects = RecordEmailQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        indexes = [models.Index(fields=["organisation", "key"], name="record_by_address")]
        constraints = [models.UniqueConstraint(fields=["record", "key"], name="record_has_address_once")]


class RecordPhone(_Reach):
    """One phone number of a record."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="phones")
    label = models.CharField(_("label"), max_length=40, blank=True)
    number = models.CharField(_("phone number"), max_length=40)
    digits = DerivedField(max_length=40, derive=lambda row: digits(row.number))
    position = models.PositiveSmallIntegerField(default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    @property
    def dialled(self) -> str:
        """The number as a telephone wants it (RFC 3966): digits, and the plus sign of an international one."""
        return f"+{self.digits}" if self.number.lstrip(" (").startswith("+") else self.digits


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

    class Meta:
        ordering = ("position", "pk")

"""Records, many at once: those of an owner, of an account, with an address, perhaps the same person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from odziv.lib.text import fold, sort_key
from odziv.models.base import OwnedQuerySet
from odziv.models.reach import RecordAddress, RecordEmail, RecordPhone, address_key
from odziv.models.record_kinds import FollowEmail, RecordKind
from odziv.models.words import RecordWords, Search

if TYPE_CHECKING:
    from odziv.models.imports import Import
    from odziv.models.organisations import User
    from odziv.models.records import Record


# What a company's name ends with, folded: two spellings of a name often differ by it alone.
LEGAL_FORMS = frozenset("d.o.o. d.o.o d.d. s.p. k.d. d.n.o. gmbh ag kg ltd ltd. inc inc. llc srl s.r.l. kft".split())


def company_words(name: str) -> str:
    """The name of a company, folded, without its legal form: Hrib and HRIB d.o.o. are most likely one."""
    return " ".join(word for word in fold(name).replace(",", " ").split() if word not in LEGAL_FORMS)


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
        accounts = self.model._base_manager.filter(kind=RecordKind.ACCOUNT)
        refused = accounts.filter(follow_email=FollowEmail.DO_NOT_ALLOW).values("pk")
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
        hanging = self.model._base_manager.filter(
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

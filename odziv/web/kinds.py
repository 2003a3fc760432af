"""The four kinds of record as the pages speak of them: words, icon, and the columns that their lists may have."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from odziv.models import RecordKind, RecordStatus
from odziv.web.lists.shape import Column

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; `counted` takes n: `kind.counted % {"n": 3}`."""

    kind: RecordKind
    one: Words
    many: Words
    new: Words
    counted: Words
    icon: str
    empty: Words
    columns: tuple[Column, ...]
    statuses: tuple[RecordStatus, ...] = ()

    @property
    def list_name(self) -> str:
        return {"opportunity": "opportunities"}.get(self.kind, f"{self.kind}s")

    @property
    def list_url(self) -> str:
        return reverse(self.list_name)

    @property
    def new_url(self) -> str:
        return reverse(f"{self.kind}-new")


NAME = Column("name", _("Name"), "name_key", fixed=True)
OWNER = Column("owner", _("Owner"), "owner_key")
CHANGED = Column("changed", _("Changed"), "updated_at", first="down")
ACCOUNT = Column("account", _("Account"), "account_key")
STATUS = Column("status", _("Status"), "status")
EMAIL = Column("email", _("E-mail"))
PHONE = Column("phone", _("Phone"))
PHONE_MORE = Column("phone", _("Phone"), more=True)
CHANGED_MORE = Column("changed", _("Changed"), "updated_at", first="down", more=True)
JOB = Column("job", _("Job title"), more=True)
CONTACT = Column("contact", _("Primary contact"), more=True)
LANGUAGE = Column("language", _("Language"), more=True)
COUNTRY = Column("country", _("Country"), more=True)
FOLLOW = Column("follow", _("Follow email"), figure=True, more=True)
CREATED = Column("created", _("Created"), first="down", more=True)

KINDS: dict[RecordKind, Kind] = {
    RecordKind.ACCOUNT: Kind(
        RecordKind.ACCOUNT,
        _("Account"),
        _("Accounts"),
        _("New account"),
        ngettext_lazy("%(n)d account", "%(n)d accounts", "n"),
        "building-2",
        _("Companies that you sell to. Their contacts and opportunities gather here."),
        (
            NAME,
            Column("industry", _("Industry"), "industry"),
            EMAIL,
            PHONE,
            OWNER,
            CHANGED,
            COUNTRY,
            FOLLOW,
            CREATED,
        ),
    ),
    RecordKind.CONTACT: Kind(
        RecordKind.CONTACT,
        _("Contact"),
        _("Contacts"),
        _("New contact"),
        ngettext_lazy("%(n)d contact", "%(n)d contacts", "n"),
        "users",
        _("People you write to. Every e-mail with them, and what became of it, shows on their page."),
        (NAME, ACCOUNT, EMAIL, PHONE, OWNER, CHANGED, JOB, LANGUAGE, COUNTRY, FOLLOW, CREATED),
    ),
    RecordKind.LEAD: Kind(
        RecordKind.LEAD,
        _("Lead"),
        _("Leads"),
        _("New lead"),
        ngettext_lazy("%(n)d lead", "%(n)d leads", "n"),
        "sprout",
        _("People who may become customers. Write to them and see who answers."),
        (
            NAME,
            Column("company", _("Company"), "company"),
            EMAIL,
            STATUS,
            OWNER,
            CHANGED,
            PHONE_MORE,
            JOB,
            LANGUAGE,
            COUNTRY,
            FOLLOW,
            CREATED,
        ),
        (RecordStatus.OPEN, RecordStatus.QUALIFIED, RecordStatus.DISQUALIFIED),
    ),
    RecordKind.OPPORTUNITY: Kind(
        RecordKind.OPPORTUNITY,
        _("Opportunity"),
        _("Opportunities"),
        _("New opportunity"),
        ngettext_lazy("%(n)d opportunity", "%(n)d opportunities", "n"),
        "target",
        _("Sales that you work on, with their amount and the day on which you expect them to close."),
        (
            NAME,
            ACCOUNT,
            Column("amount", _("Amount"), "amount", nullable=True, num=True, first="down"),
            Column("close", _("Closes"), "estimated_close", nullable=True),
            STATUS,
            OWNER,
            CONTACT,
            CHANGED_MORE,
            CREATED,
        ),
        (RecordStatus.OPEN, RecordStatus.WON, RecordStatus.LOST),
    ),
}


def kind_of(kind: str) -> Kind:
    return KINDS[RecordKind(kind)]

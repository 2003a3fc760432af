"""The pages that are measured: lists with each sort, search, filter, far down; pages of records and messages; parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from odziv.lib import clock
from odziv.models import (
    Activity,
    Message,
    MessageState,
    Organisation,
    Record,
    RecordEmail,
    RecordKind,
    Role,
    User,
)
from odziv.models.keyset import page_of

BAR = 50.0  # milliseconds


@dataclass(frozen=True, slots=True)
class Case:
    """A page, who asks for it, and how many milliseconds it may take."""

    name: str
    url: str
    user: Any
    bar: float = BAR
    headers: dict[str, str] = field(default_factory=dict)


def cases() -> Iterator[Case]:
    """All of them. Needs the seed: its first organisation is the large one."""
    large = Organisation.objects.order_by("created_at", "name").first()
    large = max(Organisation.objects.all(), key=lambda one: User.objects.filter(organisation=one).count())
    people = User.objects.filter(organisation=large).order_by("created_at", "pk")
    seller = people.filter(role=Role.SALESPERSON)[0]
    other = User.objects.exclude(organisation=large).filter(role=Role.SALESPERSON).order_by("pk")[0]
    administrator = people.filter(role=Role.ADMINISTRATOR)[0]
    yield from _activities(seller)
    yield from _searches(seller)
    yield from _records(seller)
    yield from _record_pages(seller)
    yield from _messages(seller)
    for name, url in (("a small one's e-mails", "/activities/"), ("a small one's contacts", "/contacts/")):
        yield Case(name, url, other)
    for url in ("/today/", "/settings/", "/settings/users/", "/settings/mailboxes/", "/test-mailbox/"):
        yield Case(url, url, administrator)


def _activities(user: User) -> Iterator[Case]:
    """Every view of e-mails, calls and tasks: by each column, narrowed by what is one click away, and far down."""
    from odziv.web.lists.places import ACTIVITIES

    for view in ACTIVITIES.views:
        base = f"/activities/?view={view.key}"
        for column in view.columns:
            for sign in ("", "-") if column.path else ():
                yield Case(f"activities {view.key} {sign}{column.key}", f"{base}&sort={sign}{column.key}", user)
        for key, value in (*view.quick, *view.start):
            yield Case(f"activities {view.key} {key}={value}", f"{base}&{key}={value}", user)
        yield Case(f"activities {view.key} page 3", f"/activities/?{_far(user, f'view={view.key}')}", user)


def _far(user: User, query: str) -> str:
    """The parameters of the third page."""
    from odziv.web.lists.asked import read
    from odziv.web.lists.places import ACTIVITIES

    asked, cursor = read(ACTIVITIES, QueryDict(query), user, clock.now()), ""
    for _page in range(2):
        cursor = page_of(asked.rows(), asked.order, cursor, 50).older
    return f"{query}&cursor={cursor}"


def _searches(user: User) -> Iterator[Case]:
    person = Record.objects.for_(user).filter(kind=RecordKind.CONTACT).order_by("pk")[500]
    words = {
        "common": "ponudba",
        "beginning": "pon",
        "two": f"ponudba {person.name.split()[1]}",
        "name": person.name,
        "address": person.emails.all()[0].address,
        "nothing": "xyzzyx",
        "letter": "p",
    }
    for name, text in words.items():
        query = urlencode({"q": text})
        for view in ("all", "mine"):
            yield Case(f"e-mails {view}, search {name}", f"/activities/?view={view}&{query}", user)
        yield Case(f"e-mails all by subject, search {name}", f"/activities/?view=all&sort=subject&{query}", user)
        yield Case(f"contacts, search {name}", f"/contacts/?{query}", user)
        yield Case(f"search page {name}", f"/search/?{query}", user)
        yield Case(f"options {name}", f"/records/search?{query}", user)
        yield Case(f"recipients {name}", f"/compose/recipients/?{query}", user)


def _records(user: User) -> Iterator[Case]:
    from odziv.web.kinds import KINDS

    for shape in KINDS.values():
        base = f"/{shape.list_name}/"
        for column in shape.columns:
            if column.path:
                for sign in ("", "-"):
                    yield Case(f"{shape.list_name} {sign}{column.key}", f"{base}?sort={sign}{column.key}", user)
                yield Case(f"my {shape.list_name} {column.key}", f"{base}?view=mine&sort={column.key}", user)
        for status in shape.statuses:
            yield Case(f"{shape.list_name} {status}", f"{base}?status={status}", user)


def _record_pages(user: User) -> Iterator[Case]:
    rows = Record.objects.for_(user)
    contact = rows.filter(kind=RecordKind.CONTACT, account__isnull=False).order_by("pk")[800]
    crowded = rows.filter(kind=RecordKind.ACCOUNT).order_by("pk")
    crowd = max(crowded[:1500], key=lambda one: one.members.filter(kind=RecordKind.CONTACT).count())
    deal = rows.filter(kind=RecordKind.OPPORTUNITY).order_by("pk")[100]
    lead = rows.filter(kind=RecordKind.LEAD).order_by("pk")[100]
    for name, record in (("contact", contact), ("account of 500", crowd), ("opportunity", deal), ("lead", lead)):
        url = record.get_absolute_url()
        for tab in ("", "details/", "activities/", "activities/?only=call", "edit/", "delete/"):
            yield Case(f"{name} {tab}".strip(), f"{url}{tab}", user)
    address = RecordEmail.objects.filter(record=contact)[0].address
    yield Case("duplicates", f"/records/duplicates?{urlencode({'form-0-address': address})}", user)
    yield Case("contacts of the account of 500", f"/contacts/?account={crowd.pk}", user)


def _messages(user: User) -> Iterator[Case]:
    rows = Message.objects.for_(user)
    plain = rows.filter(state=MessageState.SENT, opens__gt=2).order_by("-pk")[0]
    flood = rows.order_by("-opens")[0]
    for name, message in (("message", plain), ("message of 100,000 events", flood)):
        url = message.get_absolute_url()
        for part in ("", "now", "body"):
            yield Case(f"{name} {part}".strip(), f"{url}{part}", user)
        yield Case(f"{name} peek", f"/activities/{message.pk}/peek/", user)
    call = Activity.objects.for_(user).filter(kind="call").order_by("-pk")[0]
    yield Case("phone call", f"/activities/{call.pk}/", user)

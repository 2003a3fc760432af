"""Pages of accounts, contacts, leads and opportunities (R1, R3, R4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from odziv.lib import clock
from odziv.measure.together import Together, together
from odziv.models import (
    Activity,
    ActivityKind,
    HardBounce,
    Message,
    Qualification,
    RecentRecord,
    Record,
    RecordKind,
    RecordStatus,
    StatusChange,
    User,
    feeds,
)
from odziv.models.keyset import Slice
from odziv.web import access
from odziv.web.kinds import KINDS, kind_of
from odziv.web.tiles import Tile, tile_of, tiles_of

COLUMN = 12  # tiles in the Activities column
TO_DO = 5  # calls and tasks of the summary
COUNTED = 200  # e-mails whose figures the summary sums up
RELATED = 8  # rows of a panel of related records
RETURNS = 20  # e-mails that came back, on the tab Details


@access.signed_in
def summary(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """What one needs first: how to reach them, whom they belong to, what is open, what became of the e-mails."""
    record = access.record(request.user, id, kind)
    related = []
    if kind == RecordKind.ACCOUNT:
        related = [_related(request.user, record, other) for other in (RecordKind.CONTACT, RecordKind.OPPORTUNITY)]
    elif kind == RecordKind.CONTACT:
        related = [_related(request.user, record, RecordKind.OPPORTUNITY)]
    now = clock.now()
    column, e_mails = feeds.opened(record, request.user, size=COLUMN, e_mails=COUNTED)
    to_do = list(Activity.objects.for_(request.user).to_do_about(record).with_tile()[: TO_DO + 1])
    context = {
        "related": related,
        "sharing": Record.objects.for_(request.user).sharing_address_with(record)[:RELATED],
        "to_do": [tile_of(activity, now) for activity in to_do[:TO_DO]],
        "more_to_do": len(to_do) > TO_DO,
        "figures": _figures(e_mails),
        "counted_mails": COUNTED,
        "came_from": _came_from(record),
    }
    return _page(request, record, "summary", column, **context)


@access.signed_in
def details(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """Every field, Follow email with its history (R2, L3), and that of the status."""
    record = access.record(request.user, id, kind)
    context: dict[str, Any] = {
        "history": list(record.consent_history.select_related("user")[:50]) if record.has_preference else [],
        "changes": list(StatusChange.objects.told(record)[:50]) if record.status else [],
        "returns": list(HardBounce.objects.for_(request.user).from_addresses(_addresses(record))[:RETURNS]),
        "twins": list(Record.objects.same_person(record)[:RELATED]) if record.has_preference else [],
    }
    return _page(request, record, "details", **context)


@access.signed_in
def activities(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """GET only=email|call|task, cursor: every activity of the record, newest first."""
    record = access.record(request.user, id, kind)
    only = request.GET.get("only", "")
    only = only if only in ActivityKind.values else ""
    page = _activities(request.user, record, only, request.GET.get("cursor", ""), 30)
    tiles = tiles_of(page.rows, clock.now())
    return _page(request, record, "activities", page=page, all_tiles=tiles, only=only, activity_kinds=ActivityKind)


def _page(
    request: access.SignedRequest, record: Record, tab: str, column: Slice[Activity] | None = None, **context: Any
) -> HttpResponse:
    RecentRecord.objects.saw(request.user, record, clock.now())
    prefetch_related_objects([record], "emails")
    if tab != "activities":
        column = column or _activities(request.user, record, "", "", COLUMN)
        context |= {"tiles": tiles_of(column.rows, clock.now()), "more_tiles": bool(column.older)}
    if record.status not in ("", RecordStatus.OPEN):
        context |= {
            "ended": StatusChange.objects.told(record).first(),
            "became": Qualification.objects.of_lead(record) if record.kind == RecordKind.LEAD else None,
        }
    addresses = _addresses(record)
    context["dead"] = HardBounce.objects.for_(request.user).dead(addresses) if addresses else {}
    context |= {"record": record, "kind": kind_of(record.kind), "tab": tab, "tabs": _tabs(record, tab)}
    context["live_url"], context["states_url"] = _live_urls(context.get("tiles") or context.get("all_tiles") or [])
    return render(request, f"records/{tab}.html", context)


def _addresses(record: Record) -> list[str]:
    return [email.address for email in record.emails.all()]


def _live_urls(tiles: list[Tile]) -> tuple[str, str]:
    """Where the states of the e-mails that can still change are watched, and fetched anew."""
    ids = ",".join(tile.activity.pk.hex for tile in tiles if tile.has_history)
    return (f"{reverse('activities-live')}?ids={ids}", f"{reverse('activity-states')}?ids={ids}") if ids else ("", "")


def _figures(e_mails: QuerySet[Message]) -> Together | None:
    """What became of the record's newest e-mails; None without any that was sent."""
    found = together(e_mails)
    return found if found.sent else None


def _came_from(record: Record) -> Record | None:
    """The lead that became this contact or opportunity."""
    if record.kind not in (RecordKind.CONTACT, RecordKind.OPPORTUNITY):
        return None
    found = Qualification.objects.from_which(record).first()
    return found.lead if found is not None else None


def _tabs(record: Record, current: str) -> list[dict[str, Any]]:
    named = (("summary", record.kind, _("Summary")), ("details", f"{record.kind}-details", _("Details")))
    return [
        {"url": reverse(name, args=[record.pk]), "label": label, "count": None, "current": key == current}
        for key, name, label in (*named, ("activities", f"{record.kind}-activities", _("Activities")))
    ]


def _related(user: User, record: Record, kind: RecordKind) -> dict[str, Any]:
    shape = KINDS[kind]
    rows = list(Record.objects.for_(user).behind(record, kind)[: RELATED + 1])
    link = "account" if record.kind == RecordKind.ACCOUNT else "contact"
    everything = f"{shape.list_url}?account={record.pk}" if link == "account" else ""
    return {
        "kind": shape,
        "rows": rows[:RELATED],
        "all_url": everything if len(rows) > RELATED else "",
        "new_url": f"{shape.new_url}?{link}={record.pk}",
    }


def _activities(user: User, record: Record, only: str, cursor: str, size: int) -> Slice[Activity]:
    return feeds.page(record, user, kind=only, cursor=cursor, size=size)

"""Pages of accounts, contacts, leads and opportunities, and finding them (R1, R3, R4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from odziv.lib import clock
from odziv.models import Activity, ActivityKind, Record, RecordKind, User, feeds
from odziv.models.keyset import Slice
from odziv.web import access
from odziv.web.kinds import KINDS, kind_of
from odziv.web.tiles import Tile, tile_of

LONGEST_QUERY = 200
COLUMN = 12  # tiles in the Activities column
RELATED = 8  # rows of a panel of related records
OPTIONS = 8
FOUND = 8  # of each kind on the page of the search


@access.signed_in
def summary(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """What one needs first: how to reach them, whom they belong to, what is open."""
    record = access.record(request.user, id, kind)
    related = []
    if kind == RecordKind.ACCOUNT:
        related = [_related(request.user, record, other) for other in (RecordKind.CONTACT, RecordKind.OPPORTUNITY)]
    elif kind == RecordKind.CONTACT:
        related = [_related(request.user, record, RecordKind.OPPORTUNITY)]
    sharing = Record.objects.for_(request.user).sharing_address_with(record)[:RELATED]
    return _page(request, record, "summary", related=related, sharing=sharing)


@access.signed_in
def details(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """Every field, and Follow email with its history (R2, L3)."""
    record = access.record(request.user, id, kind)
    history = list(record.consent_history.select_related("user")[:50])
    return _page(request, record, "details", history=history)


@access.signed_in
def activities(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """GET only=email|call|task, cursor: every activity of the record, newest first."""
    record = access.record(request.user, id, kind)
    only = request.GET.get("only", "")
    only = only if only in ActivityKind.values else ""
    page = _activities(request.user, record, only, request.GET.get("cursor", ""), 30)
    tiles = _tiles(page)
    return _page(request, record, "activities", page=page, all_tiles=tiles, only=only, activity_kinds=ActivityKind)


@access.signed_in
def options(request: access.SignedRequest) -> JsonResponse:
    """GET q, kind (may repeat), go: completion for pickers; with go, the values are addresses of pages.

    `{"options": [{"value", "label", "detail", "note", "icon"}]}`, at most eight.
    """
    words = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    kinds = [RecordKind(kind) for kind in request.GET.getlist("kind") if kind in RecordKind.values] or list(RecordKind)
    rows = Record.objects.for_(request.user).of_kinds(kinds).suggested(words) if words else Record.objects.none()
    found = list(rows.prefetch_related("emails")[:OPTIONS])
    return JsonResponse({"options": [_option(record, "go" in request.GET) for record in found]})


@access.signed_in
def search(request: access.SignedRequest) -> HttpResponse:
    """GET q: records of every kind in which the words occur."""
    words = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    groups = []
    for shape in KINDS.values():
        rows = Record.objects.for_(request.user).of_kinds([shape.kind]).suggested(words) if words else None
        found = list(rows.with_people()[: FOUND + 1]) if rows is not None else []
        if found:
            groups.append({"kind": shape, "rows": found[:FOUND], "more": len(found) > FOUND})
    return render(request, "records/search.html", {"search_words": words, "groups": groups})


def _page(request: access.SignedRequest, record: Record, tab: str, **context: Any) -> HttpResponse:
    shape = kind_of(record.kind)
    column = None
    if tab != "activities":
        column = _activities(request.user, record, "", "", COLUMN)
        context |= {"tiles": _tiles(column), "more_tiles": bool(column.older)}
    context |= {"record": record, "kind": shape, "tab": tab, "tabs": _tabs(record, tab)}
    return render(request, f"records/{tab}.html", context)


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


def _tiles(page: Slice[Activity]) -> list[Tile]:
    now = clock.now()
    return [tile_of(activity, now) for activity in page.rows]


def _option(record: Record, go: bool) -> dict[str, str]:
    shape = kind_of(record.kind)
    behind = record.account.name if record.account else record.company
    return {
        "value": record.get_absolute_url() if go else str(record.pk),
        "label": record.name,
        "detail": " · ".join(filter(None, (behind, record.main_email))),
        "note": str(shape.one),
        "icon": shape.icon,
    }

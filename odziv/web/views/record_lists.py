"""Lists of accounts, contacts, leads and opportunities: searched, filtered, sorted, page by page (R1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from odziv.models import Record, RecordKind, User
from odziv.models.keyset import page_of
from odziv.models.records import RecordQuerySet
from odziv.web import access
from odziv.web.kinds import Kind, kind_of

LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows, as it stands in the page's address."""

    words: str
    mine: bool
    status: str
    account: Record | None


@access.signed_in
def index(request: access.SignedRequest, kind: str) -> HttpResponse:
    """GET q, view=mine, status, account, sort, cursor: a list of one kind. 404 for an account that is not ours."""
    shape = kind_of(kind)
    filters = _filters(request, shape)
    sort, order = shape.order(request.GET.get("sort", ""))
    rows = _filtered(request.user, shape, filters)
    page = page_of(rows.with_people(), order, request.GET.get("cursor", ""))
    count = rows.count()
    return render(
        request,
        "records/list.html",
        {
            "kind": shape,
            "filters": filters,
            "statuses": shape.statuses,
            "page": page,
            "sort": sort,
            "counted": shape.counted % {"n": count},
            "is_filtered": bool(filters.words or filters.mine or filters.status or filters.account),
        },
    )


def _filters(request: access.SignedRequest, shape: Kind) -> Filters:
    status, account = request.GET.get("status", ""), request.GET.get("account")
    return Filters(
        words=request.GET.get("q", "")[:LONGEST_QUERY].strip(),
        mine=request.GET.get("view") == "mine",
        status=status if status in shape.statuses else "",
        account=access.record(request.user, account, RecordKind.ACCOUNT) if account else None,
    )


def _filtered(user: User, shape: Kind, filters: Filters) -> RecordQuerySet:
    rows = Record.objects.for_(user).of_kinds([shape.kind]).matching(filters.words)
    if filters.mine:
        rows = rows.owned_by(user)
    if filters.status:
        rows = rows.with_status(filters.status)
    return rows.of_account(filters.account) if filters.account else rows

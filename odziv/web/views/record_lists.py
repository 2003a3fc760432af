"""Lists of accounts, contacts, leads and opportunities: searched, filtered, sorted, page by page (R1)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from odziv.models import ListChoice, RecordKind
from odziv.models.keyset import page_of
from odziv.web import access
from odziv.web.kinds import kind_of
from odziv.web.lists.records import PLACES
from odziv.web.views.lists import begun, of_page, shown

SIZE = 50


@access.signed_in
@require_safe
def index(request: access.SignedRequest, kind: str) -> HttpResponse:
    """GET view=all|mine, q, the view's filters, sort, columns, saved, cursor: a list of one kind."""
    place = PLACES[RecordKind(kind)]
    choice = ListChoice.objects.of_person(request.user, place.name)
    if elsewhere := begun(request, place, choice):
        return elsewhere
    asked, context = shown(request, place, choice)
    columns = {column.key for column in asked.columns}
    found = asked.rows().in_list().with_first_of(emails="email" in columns, phones="phone" in columns)
    if "country" in columns:
        found = found.with_addresses()
    page = page_of(found, asked.order, request.GET.get("cursor", ""), SIZE)
    return render(request, "records/list.html", context | {"kind": kind_of(kind), **of_page(asked, page)})

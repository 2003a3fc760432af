"""The list of templates: searched, filtered, sorted, page by page (V4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from odziv.models import ListChoice
from odziv.models.keyset import page_of
from odziv.web import access
from odziv.web.lists.templates import PLACE
from odziv.web.template_words import certainty
from odziv.web.views.lists import begun, of_page, shown

SIZE = 50


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """GET view=all|mine|archived, q, the filters, sort, columns, saved, cursor."""
    choice = ListChoice.objects.of_person(request.user, PLACE.name)
    if elsewhere := begun(request, PLACE, choice):
        return elsewhere
    asked, context = shown(request, PLACE, choice)
    page = page_of(asked.rows().in_list(), asked.order, request.GET.get("cursor", ""), SIZE)
    return render(request, "templates/list.html", context | of_page(asked, page) | {"certainty": certainty()})

"""Forms that open in a dialog over the page, and are pages of their own without scripts (`dialog.js`).

<a href="{{ url }}" hx-get="{{ url }}" hx-target="#sheet-here">
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from odziv.web.access import SignedRequest


def sheet(request: SignedRequest, part: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The form alone for a dialog, else a whole page around it. `part` is the template of the form.

    Its title is a `heading`: that of a part over the page, or that of the page.
    """
    page, heading = (part, "h2") if request.htmx else ("parts/sheet_page.html", "h1")
    return render(request, page, {**context, "part": part, "heading": heading}, status=status)


def left(request: SignedRequest, url: str) -> HttpResponse:
    """The form was sent and is done with: on to the page at `url`."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)

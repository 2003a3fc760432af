"""The test mailbox: what the built-in mail server took, as its recipients would see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import TestMail
from odziv.models.keyset import Order, Slice, page_of
from odziv.testmail import store
from odziv.testmail.reading import Opened
from odziv.web import access

PAGE = 50
_SHOWN_SOURCE = 300_000
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_SANDBOX = "sandbox allow-downloads allow-popups allow-popups-to-escape-sandbox"


@require_GET
@access.signed_in
def index(request: access.SignedRequest) -> HttpResponse:
    """The list alone."""
    return render(request, "testmail/index.html", _list(request))


@require_GET
@access.signed_in
def rows(request: access.SignedRequest) -> HttpResponse:
    """The first page of the list anew, for the page that watches it; 204 while it is as `seen` says."""
    shown = _list(request)
    if request.GET.get("seen") == shown["mark"]:
        return HttpResponse(status=204)
    if request.GET.get("seen", "").startswith("-0-"):
        # Where there was nothing, the whole page becomes another one.
        return HttpResponse(headers={"HX-Refresh": "true"})
    chosen = request.GET.get("chosen")
    shown["chosen"] = access.test_mail(request.user, chosen) if chosen else None
    return render(request, "testmail/list.html", shown)


@require_GET
@access.signed_in
def mail(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """One message: GET show=html|text|source|headers, images=1."""
    chosen = access.test_mail(request.user, id)
    if chosen.read_at is None:
        chosen.read_at = clock.now()
        chosen.save(update_fields=["read_at"])
    opened = _opened(chosen)
    ways = _ways(opened)
    show = request.GET.get("show", "")
    show = show if show in ways else next(iter(ways))
    context = {
        "chosen": chosen,
        "opened": opened,
        "show": show,
        "tabs": [{"url": f"?show={way}", "label": label, "current": way == show} for way, label in ways.items()],
        "images": request.GET.get("images") == "1",
        "text": _linked(opened.text_piece.text) if opened and opened.text_piece and show == "text" else "",
        "source": opened.raw[:_SHOWN_SOURCE].decode("utf-8", "replace") if opened and show == "source" else "",
        "source_is_cut": opened is not None and len(opened.raw) > _SHOWN_SOURCE,
    }
    return render(request, "testmail/mail.html", {**_list(request), **context})


@require_GET
@access.signed_in
def frame(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The HTML in a document that can run nothing and load nothing but, with images=1, images."""
    opened = _opened(access.test_mail(request.user, id))
    if opened is None or opened.html_piece is None:
        raise Http404
    images = request.GET.get("images") == "1"
    response = HttpResponse(opened.framed_html(images=images), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = "; ".join(
        (
            _SANDBOX,
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            f"img-src {f'{ENV.edge_url} https: data:' if images else chr(39) + 'none' + chr(39)}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@access.signed_in
def part(request: access.SignedRequest, id: UUID, number: int) -> HttpResponse:
    """An attachment, always as a download."""
    opened = _opened(access.test_mail(request.user, id))
    piece = next((piece for piece in opened.files if piece.number == number), None) if opened else None
    if piece is None:
        raise Http404
    return _download(piece.content, piece.name or f"part-{number}", piece.content_type)


@require_GET
@access.signed_in
def source(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The message as it was taken."""
    chosen = access.test_mail(request.user, id)
    opened = _opened(chosen)
    if opened is None:
        raise Http404
    return _download(opened.raw, f"{chosen.subject or 'message'}.eml", "message/rfc822")


@require_POST
@access.signed_in
def empty(request: access.SignedRequest) -> HttpResponse:
    """Delete all of the organisation's test mail."""
    count = store.forget(TestMail.objects.for_(request.user))
    messages.success(
        request, ngettext("%(n)d message was deleted.", "%(n)d messages were deleted.", count) % {"n": count}
    )
    return redirect("test-mailbox")


def _list(request: access.SignedRequest) -> dict[str, Any]:
    mails = TestMail.objects.for_(request.user)
    page: Slice[TestMail] = page_of(mails, Order("received_at", descending=True), request.GET.get("cursor", ""), PAGE)
    count, unread = mails.count(), mails.unread().count()
    newest = page.rows[0].pk.hex if page.rows else ""
    return {"page": page, "count": count, "unread": unread, "mark": f"{newest}-{count}-{unread}"}


def _opened(chosen: TestMail) -> Opened | None:
    try:
        return Opened(store.read(chosen))
    except store.FileStoreError:
        return None


def _ways(opened: Opened | None) -> dict[str, str]:
    found = {}
    if opened and opened.html_piece:
        found["html"] = _("HTML")
    if opened and opened.text_piece:
        found["text"] = _("Plain text")
    return {**found, "source": _("Source"), "headers": _("Headers")}


def _linked(text: str) -> SafeString:
    """Plain text with its web addresses as links that open a new tab, as mail programs show it."""
    return mark_safe("".join(_pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?)'”“»")
        yield format_html("{}", text[end : found.start()])
        yield format_html('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>', address)
        end = found.start() + len(address)
    yield format_html("{}", text[end:])


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "_", name)[:100]
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=utf-8''{quote(name[:200], safe='')}"
    response["Content-Security-Policy"] = f"{_SANDBOX}; default-src 'none'"
    return response

"""Finding things: completion, the page of the search, and the command menu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from odziv.lib.text import fold
from odziv.models import Message, RecentRecord, Record, RecordKind, RecordWords, User
from odziv.models.keyset import Order, Slice, page_of
from odziv.web import access
from odziv.web.kinds import KINDS, kind_of
from odziv.web.navigation import FURTHER, NEW, PLACES, Place, Shown, shown

LONGEST_QUERY = 200
OPTIONS = 8
FOUND = 8  # of each kind on the page of the search
RECENT = 6  # records that the command menu offers before anything is typed
LEAST = 3  # letters before the command menu looks into e-mails
MAILS = 5  # e-mails that it shows


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the command menu: where it leads, or the dialog (#id) that it opens."""

    url: str
    icon: str
    label: str | Promise
    detail: str | Promise = ""
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the command menu under one head."""

    label: str
    options: Sequence[Option]


@access.signed_in
@require_safe
def options(request: access.SignedRequest) -> JsonResponse:
    """GET q, kind (may repeat), go: completion for pickers; with go, the values are addresses of pages.

    `{"options": [{"value", "label", "detail", "note", "icon"}]}`, at most eight.
    """
    words = _words(request)
    kinds = [RecordKind(kind) for kind in request.GET.getlist("kind") if kind in RecordKind.values] or list(RecordKind)
    rows = Record.objects.for_(request.user).of_kinds(kinds).with_emails()
    found = rows.suggested(words, OPTIONS) if words else []
    return JsonResponse({"options": [_completion(record, "go" in request.GET) for record in found]})


@access.signed_in
@require_safe
def page(request: access.SignedRequest) -> HttpResponse:
    """GET q: records of every kind, and e-mails, in which the words occur; without words, what one looked at last."""
    words, user = _words(request), request.user
    groups, records = [], Record.objects.for_(user).in_list().with_first_of(emails=True, phones=False)
    search = RecordWords.objects.search(user.organisation_id, words)
    for shape in KINDS.values() if words else ():
        found = records.of_kinds([shape.kind]).suggested(words, FOUND + 1, search)
        if found:
            groups.append({"kind": shape, "rows": found[:FOUND], "more": len(found) > FOUND})
    mails = _mails(user, words, FOUND) if words else None
    context = {
        "search_words": words,
        "groups": groups,
        "mails": mails.rows if mails else [],
        "more_mails": f"{reverse('activities')}?{urlencode({'q': words})}" if mails and mails.older else "",
        "recent": [] if words else RecentRecord.objects.of_person(user),
    }
    return render(request, "records/search.html", context)


@access.signed_in
@require_safe
def command(request: access.SignedRequest) -> HttpResponse:
    """GET q: the lines of the command menu. Without words: what one looked at last, every page, everything new."""
    words = _words(request)
    groups = _found(request, words) if words else _offered(request)
    return render(request, "command/options.html", {"groups": [group for group in groups if group.options]})


def _offered(request: access.SignedRequest) -> Iterable[Group]:
    recent = RecentRecord.objects.of_person(request.user, RECENT)
    yield Group(_("Recent"), [_option(record) for record in recent])
    yield Group(_("Create"), [_place(one, new=True) for one in shown(NEW, request)])
    yield Group(_("Go to"), [_place(one) for one in shown((*PLACES, *FURTHER), request)])
    yield Group(_("Help"), [_keys_help()])


def _found(request: access.SignedRequest, words: str) -> Iterable[Group]:
    records = Record.objects.for_(request.user).with_emails().suggested(words, OPTIONS)
    yield Group(_("Records"), [_option(record) for record in records])
    places = [_place(one, new=True) for one in shown(NEW, request)]
    places += [_place(one) for one in shown((*PLACES, *FURTHER), request)]
    places.append(_keys_help())
    yield Group(_("Pages and actions"), [option for option in places if _fits(option, words)])
    if len(words) >= LEAST:
        yield Group(_("E-mails"), [_mail(message) for message in _mails(request.user, words, MAILS).rows])
    everything = f"{reverse('search')}?{urlencode({'q': words})}"
    yield Group(_("Search"), [Option(everything, "search", _("Search everything for “%(words)s”") % {"words": words})])


def _mails(user: User, words: str, size: int) -> Slice[Message]:
    """The newest e-mails in which the words occur."""
    rows = Message.objects.visible_to(user).matching(words)
    return page_of(rows.with_row(), Order("at", descending=True), size=size)


def _fits(option: Option, words: str) -> bool:
    """Whether each typed word begins a word of the line."""
    here = fold(f"{option.label} {option.detail}").split()
    return all(any(word.startswith(typed) for word in here) for typed in fold(words).split())


def _place(one: Shown, *, new: bool = False) -> Option:
    place: Place = one.place
    label = _("New: %(what)s") % {"what": place.label} if new else place.label
    return Option(one.url, place.icon, label, keys=place.key)


def _keys_help() -> Option:
    return Option("#keys-help", "keyboard", _("Keyboard shortcuts"), keys="?")


def _option(record: Record) -> Option:
    shape = kind_of(record.kind)
    behind = record.account.name if record.account else record.company
    detail = " · ".join(str(part) for part in (shape.one, behind) if part)
    return Option(record.get_absolute_url(), shape.icon, record.name, detail)


def _mail(message: Message) -> Option:
    url = reverse("compose", args=[message.pk]) if message.state == "draft" else message.get_absolute_url()
    return Option(url, "mail", message.subject or _("(no subject)"), message.recipients)


def _completion(record: Record, go: bool) -> dict[str, str]:
    shape = kind_of(record.kind)
    behind = record.account.name if record.account else record.company
    return {
        "value": record.get_absolute_url() if go else str(record.pk),
        "label": record.name,
        "detail": " · ".join(filter(None, (behind, record.main_email))),
        "note": str(shape.one),
        "icon": shape.icon,
    }


def _words(request: access.SignedRequest) -> str:
    return request.GET.get("q", "")[:LONGEST_QUERY].strip()

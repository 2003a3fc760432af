"""Importing accounts, contacts and leads: a file, its columns, the decision, the report (R5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from odziv.lib import spreadsheet
from odziv.models import Duplicates, Import, ImportFault, ImportState, RecordKind
from odziv.models.keyset import Order, page_of
from odziv.records.importing import asking, report
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.fields import KINDS, Field
from odziv.records.importing.reading import sample_of
from odziv.records.importing.sniff import ENCODINGS, SEPARATORS
from odziv.records.importing.values import Entry, entry_of
from odziv.web import access
from odziv.web.files import csv_file
from odziv.web.kinds import kind_of
from odziv.web.lists.export import separator
from odziv.web.words import human_size

SIZE = 50
SHOWN = 6  # rows of the preview
FAULTS = 20  # on the page; the file has all of them
EXAMPLE = 60

_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 BE",
    "cp1250": gettext_lazy("Windows-1250 (Central European)"),
    "cp1252": gettext_lazy("Windows-1252 (Western European)"),
    "iso8859-2": "ISO 8859-2",
}
_SEPARATORS = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file on the page: its head, what stands in it, and the field that it is."""

    number: int
    head: str
    examples: list[str]
    field: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A row as the record that it would become."""

    entry: Entry
    faults: list[str]

    @property
    def company(self) -> str:
        return self.entry.account or self.entry.texts.get("company", "")

    @property
    def job_title(self) -> str:
        return self.entry.texts.get("job_title", "")

    @property
    def more(self) -> list[str]:
        """What has no column of its own on the page."""
        texts = [text for name, text in self.entry.texts.items() if name not in ("company", "job_title")]
        return [text[:EXAMPLE] for text in texts]


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """GET cursor: the imports of the user, an administrator's of everybody, the newest first."""
    rows = Import.objects.visible_to(request.user).newest_first()
    page = page_of(rows, Order("created_at", descending=True), request.GET.get("cursor", ""), SIZE)
    return render(request, "imports/index.html", {"page": page, "kinds": {kind.value: kind_of(kind) for kind in KINDS}})


@access.signed_in
def new(request: access.SignedRequest) -> HttpResponse:
    """GET kind; POST kind, file: keep the file and lead on to its columns. 422 with the reason beside the field."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    kind = kind if kind in KINDS else RecordKind.CONTACT
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or file.name is None:
                error = _("Choose a file.")
            else:
                return redirect(asking.begin(request.user, RecordKind(kind), file.name, file.chunks()))
        except Unreadable as unreadable:
            error = trouble(unreadable.trouble, unreadable.what)
        except asking.TooLarge:
            error = _("The file is larger than %(size)s. Divide it into several.") % {
                "size": human_size(asking.MAX_FILE)
            }
    context = {"kinds": [kind_of(one) for one in KINDS], "kind": kind, "error": error, "limit": asking.MAX_FILE}
    return render(request, "imports/new.html", context, status=422 if error else 200)


@access.signed_in
@require_safe
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Where the import stands, and what can be done about it."""
    of = access.import_(request.user, id)
    return render(request, "imports/page.html", _context(request, of))


@access.signed_in
@require_safe
def now(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The progress of a busy import, for htmx; when it is busy no more, the page is to be loaded anew."""
    of = access.import_(request.user, id)
    response = render(request, "imports/progress.html", {"import": of})
    if not of.is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@access.signed_in
def columns(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST column (once for each), make_accounts, and do=read (encoding, separator, has_head), preview or check."""
    of = access.import_(request.user, id)
    do = request.POST.get("do", "")
    if of.state != ImportState.MATCHING:
        return redirect(of)
    if do == "read":
        reading = asking.Reading(
            request.POST.get("encoding", ""), request.POST.get("separator", ""), request.POST.get("has_head") == "1"
        )
        try:
            asking.read_so(of, reading)
        except Unreadable as unreadable:
            messages.error(request, trouble(unreadable.trouble, unreadable.what))
        return redirect(of)
    asking.set_columns(
        of, request.POST.getlist("column"), make_accounts=request.POST.get("make_accounts") == "1"
    )  # fmt: skip
    if do == "check":
        if any(of.columns):
            asking.start_check(of)
            return redirect(of)
        messages.error(request, _("Say of at least one column what it is."))
    if request.htmx:
        return render(request, "imports/preview.html", _context(request, of) | {"oob": True})
    return redirect(of)


@require_POST
@access.signed_in
def decide(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST do=go|stop|back, duplicates: write what can be, write nothing, or look at the columns again."""
    of = access.import_(request.user, id)
    do = request.POST.get("do", "")
    wanted = request.POST.get("duplicates", "")
    if do == "go" and wanted in Duplicates.values:
        asking.go_on(of, Duplicates(wanted))
    elif do == "back":
        asking.back(of)
    elif do == "stop" and asking.stop(of):
        messages.success(request, _("Stopped. Nothing was imported."))
    return redirect(of)


@require_POST
@access.signed_in
def undo(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Remove what the import created and nobody touched since."""
    of = access.import_(request.user, id)
    asking.start_undo(of)
    return redirect(of)


@access.signed_in
@require_safe
def rejected(request: access.SignedRequest, id: UUID) -> StreamingHttpResponse:
    """The rows that became no record, as a CSV with their own columns, line and reason."""
    of = access.import_(request.user, id)
    stem = of.file_name.rpartition(".")[0] or of.file_name
    return csv_file(request.user, f"{stem}-{_('rejected')}.csv", _rejected(of))


def trouble(code: str, what: str) -> str:
    """Why a file cannot be read, in words."""
    return str(FileTrouble(code).label) % {"what": what}


def _rejected(of: Import) -> Iterator[str]:
    heads = [head or _("Column %(n)d") % {"n": number} for number, head in enumerate(report.heads_of(of), 1)]
    yield spreadsheet.BOM + spreadsheet.lines([[*heads, _("Line"), _("Reason")]], separator())
    batch: list[list[str]] = []
    for row in report.rejected(of):
        cells = [*row.cells, *[""] * (len(heads) - len(row.cells))]
        batch.append([*cells[: len(heads)], str(row.line), " ".join(row.reasons)])
        if len(batch) >= 200:
            yield spreadsheet.lines(batch, separator())
            batch = []
    yield spreadsheet.lines(batch, separator())


def _context(request: access.SignedRequest, of: Import) -> dict[str, Any]:
    context: dict[str, Any] = {"import": of, "kind": kind_of(of.kind), "duplicates": Duplicates.choices}
    if of.trouble:
        context["trouble"] = trouble(of.trouble, of.trouble_at)
    if of.state == ImportState.MATCHING:
        context |= _matching(of)
    if of.state in (ImportState.CHECKED, ImportState.DONE):
        faults = list(ImportFault.objects.for_(request.user).filter(of=of)[: FAULTS + 1])
        context["faults"] = [(fault.line, report.words(fault.reasons)) for fault in faults[:FAULTS]]
        context["more_faults"] = len(faults) > FAULTS
    return context


def _matching(of: Import) -> dict[str, Any]:
    try:
        heads, rows = sample_of(of, SHOWN)
    except Unreadable as unreadable:
        return {"trouble": trouble(unreadable.trouble, unreadable.what)}
    shown = [
        Column(
            number,
            head or _("Column %(n)d") % {"n": number + 1},
            [
                row.cells[number].strip()[:EXAMPLE]
                for row in rows
                if number < len(row.cells) and row.cells[number].strip()
            ][:3],
            field,
        )
        for number, (head, field) in enumerate(zip(heads, of.columns, strict=False))
    ]
    entries = [entry_of(row, of.columns, of.kind) for row in rows]
    return {
        "columns": shown,
        "matched": sum(bool(column.field) for column in shown),
        "groups": _groups(asking.fields_for(of)),
        "preview": [
            Preview(entry, report.words([(one.reason.value, one.field, one.value) for one in entry.faults]))
            for entry in entries
        ],
        "encodings": [(one, _ENCODINGS[one]) for one in ENCODINGS],
        "separators": [(one, _SEPARATORS[one]) for one in SEPARATORS],
    }


def _groups(fields: list[Field]) -> list[tuple[str, list[Field]]]:
    found: dict[str, list[Field]] = {}
    for one in fields:
        found.setdefault(str(one.group), []).append(one)
    return list(found.items())

"""The first visit: create the organisation and its administrator, or look around with sample data (O7).

Open to everybody until an organisation exists that is not the sample; then there is no such page.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from odziv import sample
from odziv.models import Organisation, SampleRun
from odziv.organisations import create_organisation
from odziv.web.accounts import BACKEND
from odziv.web.forms.people import FirstVisitForm, language

RUN = "sample_run"  # in the session


def index(request: HttpRequest) -> HttpResponse:
    """The two ways; sample data that is under way or ready is offered again."""
    _only_before_founding()
    return render(request, "first_visit/index.html", {"run": _run(request)})


def create(request: HttpRequest) -> HttpResponse:
    """The organisation and its administrator, who is then signed in."""
    _only_before_founding()
    form = FirstVisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = create_organisation(
            given["organisation"],
            admin_name=given["name"],
            email=given["email"],
            password=given["password"],
            language=language(),
            time_zone=given["time_zone"],
        )
        login(request, user, backend=BACKEND)
        return redirect("settings")
    return render(request, "first_visit/create.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def look_around(request: HttpRequest) -> HttpResponse:
    """Ask for sample data, or go on with what is under way or ready; the worker makes it."""
    _only_before_founding()
    run = _run(request)
    if run is None or run.error:
        request.session[RUN] = str(sample.start(language()).pk)
    return redirect("first-visit-progress")


def progress(request: HttpRequest) -> HttpResponse:
    """How far the sample data is; can be left and found again. For htmx only the part that changes."""
    _only_before_founding()
    run = _run(request)
    if run is None:
        return redirect("first-visit")
    page = "first_visit/progress_part.html" if request.headers.get("HX-Request") else "first_visit/progress.html"
    return render(request, page, {"run": run})


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as the administrator of the sample organisation that this visitor asked for."""
    _only_before_founding()
    run = _run(request)
    if run is None or not run.is_ready or run.visitor is None:
        return redirect("first-visit")
    login(request, run.visitor, backend=BACKEND)
    return redirect("home")


def _run(request: HttpRequest) -> SampleRun | None:
    """The sample data that this visitor asked for: known by their session alone, so nobody enters another's."""
    kept = request.session.get(RUN)
    return sample.progress(UUID(kept)) if kept else None


def _only_before_founding() -> None:
    if Organisation.objects.founded().exists():
        raise Http404

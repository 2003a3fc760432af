"""The health list: what is quick at once, what may keep one waiting row by row (O6)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import render

from odziv.environment import ENV
from odziv.health import LOOKS, Finding, Health, Look
from odziv.health.address import is_local
from odziv.lib import clock
from odziv.web import access

_BY_KEY = {look.key: look for look in LOOKS}
# Where one finding stands by itself: ?in=files shows it as the state of the section *Followed attachments*.
_PLACES = {
    "overview": "settings/health_item.html",
    "files": "settings/attachments_state.html",
    "edge": "settings/address_state.html",
    "reach": "settings/reach_state.html",
}


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """Every part with its state, reason and remedy."""
    return render(request, "settings/health.html", {"rows": rows(request)})


@access.administrators
def look(request: access.SignedRequest, key: str) -> HttpResponse:
    """GET in: one part, looked at now. 404 for a part that does not exist."""
    if key not in _BY_KEY:
        raise Http404
    [found] = _health(request).findings([_BY_KEY[key]])
    page = _PLACES.get(request.GET.get("in", ""), "settings/finding.html")
    return render(request, page, {"found": found, "late": True})


def rows(request: access.SignedRequest) -> list[dict[str, Look | Finding | None]]:
    """Every part, with what was found of those that are quick to look at."""
    found = {one.key: one for one in _health(request).findings(look for look in LOOKS if not look.slow)}
    return [{"look": look, "found": found.get(look.key)} for look in LOOKS]


@access.administrators
def public_address(request: access.SignedRequest) -> HttpResponse:
    """The public address of the edge, where it comes from, whether it is reached, and what the reverse proxy needs."""
    host = "track.example.com" if is_local(ENV.edge_url) else urlsplit(ENV.edge_url).hostname
    context = {"env": ENV, "host": host, "default": ENV.edge_url == f"http://{ENV.edge_listen}"}
    return render(request, "settings/public_address.html", context)


def _health(request: access.SignedRequest) -> Health:
    return Health(ENV, clock.now(), request.user.organisation_id)

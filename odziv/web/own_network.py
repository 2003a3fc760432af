"""Where a signed-in browser comes from is noted once a day, as a hint at the team's own views (J5)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from odziv.environment import ENV
from odziv.ingest.team import network_of, note_session
from odziv.lib import clock
from odziv.lib.peer import Proxies, normalised
from odziv.models import TeamNetwork

log = logging.getLogger("odziv.web")

NOTED = "network"  # in the session: what was noted last, and on which day


class OwnNetworkMiddleware:
    """Costs nothing more than a look into the session, but for the first request of a day or from another network."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._proxies = Proxies(ENV.trusted_proxies)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            try:
                self._note(request)
            except DatabaseError:
                # Only a hint: nobody's page fails for it.
                log.warning("the network of a session could not be noted", exc_info=True)
        return response

    def _note(self, request: HttpRequest) -> None:
        address = self._address(request)
        network = network_of(address)
        if not network or not request.user.is_authenticated:
            return
        now = clock.now()
        told = f"{now:%Y-%m-%d} {TeamNetwork.digest_of(request.user.organisation_id, network)[:16]}"
        if request.session.get(NOTED) != told:
            note_session(request.user, address, now)
            request.session[NOTED] = told

    def _address(self, request: HttpRequest) -> str:
        told = {
            name: request.META[key].encode("latin-1", "replace")
            for name, key in ((b"x-forwarded-for", "HTTP_X_FORWARDED_FOR"), (b"forwarded", "HTTP_FORWARDED"))
            if key in request.META
        }
        return self._proxies.peer(normalised(request.META.get("REMOTE_ADDR") or ""), told)

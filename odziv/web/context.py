"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from odziv import __version__
from odziv.assist.listing import counted
from odziv.lib import clock
from odziv.models import User


def frame(request: HttpRequest) -> dict[str, Any]:
    """Version, and of the signed-in user the organisation and the number of cards, for the frame around every page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"odziv_version": __version__, "organisation": None}
    count = SimpleLazyObject(lambda: counted(user, clock.now()))  # asked for only where the bell is drawn
    return {"odziv_version": __version__, "organisation": user.organisation, "card_count": count}

"""What every page's frame needs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from odziv import __version__
from odziv.assist.listing import counted
from odziv.lib import clock
from odziv.models import User
from odziv.web.notifications import push_key


def frame(request: HttpRequest) -> dict[str, Any]:
    """Version, and of the signed-in user the organisation and the number of cards, for the frame around every page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"odziv_version": __version__, "organisation": None}
    # A function, which templates call: the database is asked only where the bell is drawn, and once.
    count = lru_cache(maxsize=1)(lambda: counted(user, clock.now()))
    return {"odziv_version": __version__, "organisation": user.organisation, "card_count": count, "push_key": push_key}

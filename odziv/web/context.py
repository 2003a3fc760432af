"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from odziv import __version__


def frame(request: HttpRequest) -> dict[str, Any]:
    """Version and the organisation of the signed-in user, for the frame around every page."""
    user = getattr(request, "user", None)
    organisation = user.organisation if user is not None and user.is_authenticated else None
    return {"odziv_version": __version__, "organisation": organisation}

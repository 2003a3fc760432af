"""A mail as our own pages show it: looking at it here, and clicking in it, is nobody's opening or clicking (J5).

A reply quotes the copy that its writer got, with that copy's identifiers; a browser that is signed in here must not ask
the edge for any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from odziv.compose import originals
from odziv.environment import ENV
from odziv.lib.seal import KeyRing, Sealed, SealError, decode_file
from odziv.models import Attachment


def own_view(html: str, organisation: UUID, address_of: Callable[[UUID], str]) -> str:
    """The HTML with originals in the place of redirects, and images and files from `address_of`, by the identifier of
    an attachment. Beacons and hidden links are gone; what else would be loaded from the edge is not."""
    host = re.escape(ENV.edge_url.partition("://")[2])
    if not re.search(host, html, re.IGNORECASE):
        return html

    def image_of(sealed: Sealed) -> str | None:
        found = Attachment.objects.image_of(organisation, _key(sealed))
        return address_of(found.pk) if found else None

    def file_of(sealed: Sealed) -> str | None:
        found = Attachment.objects.file_of(organisation, _key(sealed))
        return address_of(found.pk) if found else "#"

    keys = KeyRing.load_or_create(ENV.seal_keys)
    html = originals.restored(html, ENV.edge_url, keys, organisation, image_of, file_of)
    return re.sub(rf"(?:https?:)?//{host}/(?=[oi]/)", "about:blank#", html, flags=re.IGNORECASE)


def _key(sealed: Sealed) -> str:
    try:
        return decode_file(sealed.tail).key
    except SealError:
        return ""

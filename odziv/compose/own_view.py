"""A mail as our own pages show it: looking at it here, and clicking in it, is nobody's opening or clicking (J5).

A reply quotes the copy that its writer got, with that copy's identifiers, and so does what somebody pastes out of a
mail program; a browser that is signed in here must not ask the edge for any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from odziv.compose import attachments, originals
from odziv.environment import ENV
from odziv.lib.seal import KeyRing, Sealed, SealError, decode_file
from odziv.models import Attachment, Message

AddressOf = Callable[[UUID], str]


def own_view(html: str, organisation: UUID, address_of: AddressOf) -> str:
    """The HTML with originals in the place of redirects, and images and files from `address_of`, by the identifier of
    an attachment. Beacons and hidden links are gone; what else would be loaded from the edge is not."""

    def file_of(sealed: Sealed) -> str | None:
        found = Attachment.objects.file_of(organisation, _key(sealed))
        return address_of(found.pk) if found else "#"

    return _unloaded(_restored(html, organisation, address_of, file_of))


def writable(html: str, organisation: UUID, address_of: AddressOf) -> str:
    """The same of a text in which somebody goes on to write: links to followed files stay as recipients need them."""
    return _unloaded(_restored(html, organisation, address_of))


def stored(html: str, draft: Message) -> str:
    """The HTML of a draft without what followed copies had put into it, so that nobody who gets it counts in their
    place; its images of theirs come along with the draft."""
    shared: dict[str, str] = {}

    def here(image: Attachment) -> str:
        key = str(image.file_id)
        if key not in shared:
            shared[key] = f"cid:{attachments.share(draft, image, inline=True).content_id}"
        return shared[key]

    return _restored(html, draft.organisation_id, here_of=here)


def _restored(
    html: str,
    organisation: UUID,
    address_of: AddressOf = str,
    file_of: originals.FileOf = lambda _sealed: None,
    here_of: Callable[[Attachment], str] | None = None,
) -> str:
    if not re.search(_edge(), html, re.IGNORECASE):
        return html
    place = here_of or (lambda image: address_of(image.pk))

    def image_of(sealed: Sealed) -> str | None:
        found = Attachment.objects.image_of(organisation, _key(sealed))
        return place(found) if found else None

    keys = KeyRing.load_or_create(ENV.seal_keys)
    return originals.restored(html, ENV.edge_url, keys, organisation, image_of, file_of)


def _unloaded(html: str) -> str:
    """What would still be loaded from the edge, another organisation's for example, leads nowhere."""
    return re.sub(rf"(?:https?:)?//{_edge()}/(?=[oi]/)", "about:blank#", html, flags=re.IGNORECASE)


def _edge() -> str:
    return re.escape(ENV.edge_url.partition("://")[2].rstrip("/"))


def _key(sealed: Sealed) -> str:
    try:
        return decode_file(sealed.tail).key
    except SealError:
        return ""

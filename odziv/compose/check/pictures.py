"""Images that nobody would see, and what those read who see none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem
from odziv.lib.html import Scanner, Tag, attributes, decode, value_of

_UNREACHABLE = frozenset({"empty", "relative", "scheme"})
_TINY = 3  # px; smaller ones keep distance or count, they show nothing
_FEW = 40  # characters beside which an image carries the message


class Picture(NamedTuple):
    """An `<img>`; `alt` is None when it has no such attribute."""

    source: str
    alt: str | None
    is_tiny: bool


def missing(seen: Seen) -> Iterator[Problem]:
    """Images of the message that it does not have any more."""
    found = seen.plans.html.images if seen.plans.html else ()
    gone = {image.source for image in found if image.reason == "missing"}
    if gone:
        text = ngettext(
            "%(n)d image of the text is not there any more; recipients would see an empty frame.",
            "%(n)d images of the text are not there any more; recipients would see empty frames.",
            len(gone),
        )
        yield Problem("image-missing", "body", text % {"n": len(gone)}, blocking=False)


def unreachable(seen: Seen) -> Iterator[Problem]:
    """Images with an address that means something on the writer's computer only, or nothing."""
    found = seen.plans.html.images if seen.plans.html else ()
    sources = {image.source for image in found if image.reason in _UNREACHABLE}
    if sources:
        text = ngettext(
            "%(n)d image has an address that nobody else can reach. Insert it again from a file.",
            "%(n)d images have addresses that nobody else can reach. Insert them again from files.",
            len(sources),
        )
        yield Problem("image-unreachable", "body", text % {"n": len(sources)}, blocking=False, near=min(sources))


def nothing_but_pictures(seen: Seen) -> Iterator[Problem]:
    """Most programs show no images of strangers at first: such a message is an empty page."""
    if pictures_in(seen.own_html) and not seen.own_text.strip():
        text = _(
            "There are images and no words. Many mail programs show images only on demand: say something beside them."
        )
        yield Problem("only-images", "body", text, blocking=False)


def undescribed(seen: Seen) -> Iterator[Problem]:
    """Images without a description: a question where they carry the message, else a note."""
    bare = [picture for picture in pictures_in(seen.own_html) if not (picture.alt or "").strip()]
    if not bare:
        return
    text = ngettext(
        "%(n)d image has no description; who does not see it reads nothing in its place.",
        "%(n)d images have no descriptions; who does not see them reads nothing in their place.",
        len(bare),
    )
    told = len(seen.own_text.strip()) >= _FEW
    yield Problem("image-undescribed", "body", text % {"n": len(bare)}, blocking=False, note=told, near=bare[0].source)


def pictures_in(html: str) -> list[Picture]:
    """The images that somebody is meant to see, in their order."""
    if "<img" not in html.lower():
        return []
    tags = Scanner(html, frozenset({"img"})).tags()
    found = (_picture(html, tag) for tag in tags if not tag.closing and not tag.conditional)
    return [picture for picture in found if not picture.is_tiny]


def _picture(html: str, tag: Tag) -> Picture:
    values = {}
    for name, match in attributes(html, tag.inside, tag.end).items():
        value = value_of(match)
        values[name] = decode(html[value.start : value.end])
    sizes = [values[name] for name in ("width", "height") if values.get(name, "").isdecimal()]
    return Picture(values.get("src", ""), values.get("alt"), any(int(size[:9]) <= _TINY for size in sizes))

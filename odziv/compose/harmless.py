"""HTML of somebody else's that becomes part of a draft: text, pictures, links, looks, and nothing that runs."""

from __future__ import annotations

import re

import nh3

_TAGS = nh3.ALLOWED_TAGS | {"font"}
_LOOKS = {"style", "align", "valign", "width", "height", "bgcolor", "color", "face", "size", "dir", "lang", "class"}
_ATTRIBUTES = {
    **{tag: nh3.ALLOWED_ATTRIBUTES.get(tag, set()) | _LOOKS for tag in _TAGS},
    "a": {"href", "title", *_LOOKS},
    "img": {"src", "alt", "title", "border", *_LOOKS},
    "table": {"border", "cellpadding", "cellspacing", "role", *_LOOKS},
}
_SCHEMES = {"http", "https", "mailto", "tel", "data", "cid"}


def harmless(html: str, images: re.Pattern[str]) -> str:
    """The HTML without scripts, forms, styles for the whole page, and images of other addresses than `images` match."""

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "src" and not images.match(value):
            return None
        return None if name == "href" and value.lower().startswith(("data:", "cid:")) else value

    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )

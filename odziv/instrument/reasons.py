"""The sentences for the codes of planning. Plain tables, because planning is pure: a door puts gettext around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

LINKS: Mapping[str, str] = {
    "": "Followed.",
    "marked": "You marked this link as not followed.",
    "placeholder": "A placeholder is left in this address.",
    "empty": "This link has no address.",
    "fragment": "This link leads to a place within the message.",
    "mailto": "This link starts an e-mail.",
    "tel": "This link starts a phone call.",
    "sms": "This link starts a text message.",
    "cid": "This link leads to a part of the message.",
    "data": "This link holds its content itself.",
    "scheme": "Only web links (http, https) are followed.",
    "relative": "This address is incomplete: it has no host.",
    "malformed": "This address is malformed: no host can be read from it.",
    "control": "This address holds control characters that a redirect cannot reproduce.",
    "own": "This link leads to Odziv already.",
    "listed": "This address is on the list of those that are never followed.",
    "unsubscribe": "Links for unsubscribing are never followed.",
    "long": "The redirect would be longer than mail programs reliably keep.",
    "line": "The redirect would make the line longer than plain text may have.",
    "off": "Links of this message are not followed.",
}

IMAGES: Mapping[str, str] = {
    "": "Loaded from Odziv.",
    "remote": "This image stays where it is on the web.",
    "missing": "The message has no image of this name.",
    "data": "This image is within the message itself.",
    "own": "This image is loaded from Odziv already.",
    "placeholder": "A placeholder is left in this address.",
    "empty": "This image has no address.",
    "relative": "This address is incomplete: it has no host.",
    "scheme": "This kind of address is left alone.",
}

PROBLEMS: Mapping[str, str] = {
    "placeholder": "A placeholder is left in a link: %(address)s. Put the real address in before sending.",
    "image-placeholder": "A placeholder is left in the address of an image: %(address)s.",
}


def sentence(code: str, of: Literal["link", "image"] = "link") -> str:
    """The English sentence for the reason of a link or an image."""
    return (LINKS if of == "link" else IMAGES)[code]

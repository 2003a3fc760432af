"""Which links are followed: one address in, the reason for leaving it alone out (SPEC I2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from odziv.instrument.placeholders import has_placeholder
from odziv.lib.addresses import MAX_REDIRECT, redirect_length
from odziv.lib.seal import can_redirect


@dataclass(frozen=True)
class Rules:
    """What holds for all links of a message.

    `edge_url` is the public address of the edge; what leads to it is a link of ours already.
    `leave_alone` are addresses that are never followed (those of the message's List-Unsubscribe, for example).
    `links` and `beacon` switch following off for one of the two. `honeypot` adds a link that nobody can see.
    """

    edge_url: str
    leave_alone: frozenset[str] = frozenset()
    links: bool = True
    beacon: bool = True
    honeypot: bool = False

    @cached_property
    def own_place(self) -> tuple[str, str]:
        """Host with port, and path, of the edge."""
        edge = urlsplit(self.edge_url)
        return _host(edge), edge.path.rstrip("/") + "/"


# How senders mark a link that shall not be followed: ours, then those of SendGrid, Postmark, Amazon SES, Mailgun,
# SparkPost, Mailchimp and Mautic, so that mail written for them keeps its meaning. None: the name alone says it.
_NO = frozenset({"0", "false", "no", "off"})
_YES = frozenset({"", "1", "true", "yes", "on"})
MARKS: Mapping[str, frozenset[str] | None] = {
    "data-odziv-follow": _NO,
    "clicktracking": _NO,
    "data-pm-no-track": None,
    "ses:no-track": None,
    "disable-tracking": _YES,
    "data-msys-clicktrack": _NO,
    "mc:disable-tracking": None,
    "mautic:disable-tracking": _YES,
}


def is_mark(name: str, value: str) -> bool:
    """Whether this attribute, one of `MARKS`, says that the link shall not be followed."""
    values = MARKS[name]
    return values is None or value.strip().lower() in values


_SPACE = re.compile(r"[\x00-\x20]")
_OUTER = "".join(map(chr, range(0x21)))
_LINE_ENDS = str.maketrans("", "", "\t\n\r")


def cleaned(value: str) -> str:
    """The attribute's value as the URL parser takes it (WHATWG URL, 4.4, steps 1 to 3)."""
    if not _SPACE.search(value):
        return value
    return value.strip(_OUTER).translate(_LINE_ENDS)


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_NAMED_SCHEMES = frozenset({"mailto", "tel", "sms", "cid", "data"})
# Browsers take backslashes and further slashes for the two of RFC 3986. One slash or none is another thing: relative to
# a page of the same scheme, so a redirect would lead to us.
_AUTHORITY = re.compile(
    r"(?:[/\\]{2,})(?:[^/\\?#]*@)?(\[[0-9A-Fa-f:.]+\]|[^/\\?#@:\[\]<>^|\s\x00-\x1f\x7f]+)(?::[0-9]*)?(?=[/\\?#]|$)"
)
_SAYS_NO = re.compile(
    r"(?<![a-z])(?:unsub(?:scri(?:b|ption)[a-z]*)?|opt[-_]?out|odjav[aeio]|abmeld(?:en|ung))(?![a-z])"
)


def reason_to_leave(address: str, rules: Rules, *, marked: bool = False) -> str:
    """A code of `reasons.LINKS`, or "" for a link to follow. `address` is `cleaned`. Total: any text gets an answer."""
    if marked:
        return "marked"
    if has_placeholder(address):
        return "placeholder"
    return _reason_of_form(address) or _reason_of_web_address(address, rules)


def _reason_of_form(address: str) -> str:
    if not address or address.startswith("#"):
        return "fragment" if address else "empty"
    scheme = _SCHEME.match(address)
    name = scheme[1].lower() if scheme else ""
    if name not in ("http", "https", ""):
        return name if name in _NAMED_SCHEMES else "scheme"
    # "\\server\share" is a file of the office network, "///" a path.
    if not scheme and (not address.startswith("//") or address.startswith("///")):
        return "relative"
    return "" if _AUTHORITY.match(address, scheme.end() if scheme else 0) else "malformed"


def _reason_of_web_address(address: str, rules: Rules) -> str:
    if not can_redirect(address):
        return "control"
    if is_own(address, rules):
        return "own"
    # A click there says no: nobody who says no is followed.
    if address in rules.leave_alone or says_no(address):
        return "listed" if address in rules.leave_alone else "unsubscribe"
    if redirect_length(rules.edge_url, address) > MAX_REDIRECT:
        return "long"
    return "" if rules.links else "off"


def says_no(address: str) -> bool:
    """Whether the address itself says that it ends a subscription."""
    lower = address.lower()
    return any(word in lower for word in ("unsub", "opt", "odjav", "abmeld")) and bool(_SAYS_NO.search(lower))


def is_own(address: str, rules: Rules) -> bool:
    """Whether a web address leads to the edge."""
    host, path = rules.own_place
    if not host or host.partition(":")[0] not in address[:300].lower():
        return False
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return False
    return _host(parts) == host and (parts.path + "/").startswith(path)


def _host(parts: SplitResult) -> str:
    """Host and port in lower case; the usual ports are left out."""
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(":80").removesuffix(":443").removesuffix(":")

"""A recipient of the demo: reads the bytes that arrived with the standard library's parsers, and acts over real HTTP.

Nothing of `odziv.instrument` is used here, so that the demo proves what is sent and not that we agree with ourselves.
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from html import unescape
from html.entities import html5
from html.parser import HTMLParser
from urllib.parse import urlsplit

_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
_COMPUTER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
_THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"
_SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"
AGENTS = (_PHONE, _COMPUTER, _THUNDERBIRD)

# What a browser's address parser drops: white space and control characters at the ends, tabs and line ends anywhere.
_ENDS = "".join(map(chr, range(0x21)))
_BREAKS = re.compile(r"[\t\r\n]")


_ATTRIBUTE = re.compile(
    r"""[\s"'/](?P<name>[^\s"'>/=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>][^\s>]*)))?"""
)
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|(?P<name>[A-Za-z][A-Za-z0-9]*;?))(?P<next>=?)")


def _as_browsers_read(value: str) -> str:
    """Decode references by the rule of attributes: without a semicolon, `&copy=` is no reference (WHATWG 13.2.5.73)."""

    def decoded(found: re.Match[str]) -> str:
        name = found["name"]
        is_reference = name is None or (name in html5 and (name.endswith(";") or not found["next"]))
        return unescape(found[0].removesuffix("=")) + found["next"] if is_reference else found[0]

    return _REFERENCE.sub(decoded, value)


class Hrefs(HTMLParser):
    """Collects the addresses of links and images in document order, also inside conditional comments."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.images: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = self._attribute("href") if tag not in ("link", "base") else None
        if href is not None:
            self.links.append(_BREAKS.sub("", href.strip(_ENDS)))
        src = self._attribute("src") if tag == "img" else None
        if src:
            self.images.append(src)

    def _attribute(self, name: str) -> str | None:
        """The first attribute of that name in the present tag, as a browser reads it."""
        for found in _ATTRIBUTE.finditer(self.get_starttag_text() or ""):
            if found["name"].lower() == name:
                return _as_browsers_read(found["double"] or found["single"] or found["bare"] or "")
        return None

    def handle_comment(self, data: str) -> None:
        start = re.match(r"\s*\[if[^\]]*\]>", data)
        if start:
            inner = read_html(data[start.end() :].removesuffix("<![endif]"))
            self.links += inner.links
            self.images += inner.images


def read_html(text: str) -> Hrefs:
    """The links and images of an HTML document."""
    parser = Hrefs()
    parser.feed(text)
    parser.close()
    return parser


@dataclass(frozen=True)
class Answer:
    """An answer of the edge; `location` as the bytes that came, `body` as they came."""

    status: int
    location: bytes
    body: bytes


@dataclass
class Recipient:
    """One recipient with the message that arrived for them, and what they did so far."""

    role: str
    address: str
    raw: bytes
    edge_url: str
    agent: str
    opens: int = 0
    clicks: int = 0
    attachment_views: int = 0
    machine_hits: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mail = parsed
        html, text = self.mail.get_body(("html",)), self.mail.get_body(("plain",))
        self.html = _content(html)
        self.text = _content(text)
        self.document = read_html(self.html)

    def beacons(self) -> list[str]:
        return [address for address in self.document.images if address.startswith(f"{self.edge_url}/o/")]

    def images(self) -> list[str]:
        return [address for address in self.document.images if address.startswith(f"{self.edge_url}/i/")]

    def links(self) -> list[str]:
        """The links of the HTML part as they arrived, without those to followed attachments."""
        return [address for address in self.document.links if not address.startswith(f"{self.edge_url}/a/")]

    def text_redirects(self) -> list[str]:
        return re.findall(rf"{re.escape(self.edge_url)}/c/[A-Za-z0-9_-]+", self.text)

    def followed_files(self) -> list[str]:
        found = [address for address in self.document.links if address.startswith(f"{self.edge_url}/a/")]
        return found or re.findall(rf"{re.escape(self.edge_url)}/a/[A-Za-z0-9_-]+/[^\s<>\"]+", self.text)

    def attached_files(self) -> list[bytes]:
        """The files that came with the message itself."""
        return [_bytes(part) for part in self.mail.iter_attachments()]

    def redirects(self) -> list[str]:
        """The links of the HTML part that lead over the edge."""
        return [address for address in self.links() if address.startswith(f"{self.edge_url}/c/")]

    def open(self) -> None:
        """Let the mail program load the pictures: one open, however many pictures the message has."""
        for address in dict.fromkeys([*self.beacons(), *self.images()]):
            answer = self.fetch(address)
            if answer.status != 200 or not answer.body:
                self.faults.append(f"a picture answered {answer.status}")
        self.opens += bool(self.beacons() or self.images())

    def click(self, redirect: str) -> bytes:
        """Follow a redirect; returns where it leads."""
        answer = self.fetch(redirect)
        if answer.status != 302:
            self.faults.append(f"a link answered {answer.status}")
        self.clicks += 1
        return answer.location

    def view(self, address: str) -> bytes:
        """Download a followed attachment."""
        answer = self.fetch(address)
        if answer.status != 200:
            self.faults.append(f"an attachment answered {answer.status}")
        self.attachment_views += 1
        return answer.body

    def be_scanned(self) -> None:
        """A security gateway looks at the message before the person does: none of this is engagement (J5)."""
        for address in self.beacons():
            self.fetch(address, method="HEAD")
            self.machine_hits += 1
        for address in self.redirects()[:3]:
            self.fetch(address, agent=_SCANNER)
            self.machine_hits += 1

    def fetch(self, address: str, *, method: str = "GET", agent: str = "") -> Answer:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request(method, parts.path, headers={"User-Agent": agent or self.agent, "Accept": "*/*"})
            answer = connection.getresponse()
            # http.client reads header values as ISO-8859-1, so this gives back the bytes that came.
            return Answer(answer.status, (answer.getheader("Location") or "").encode("latin-1"), answer.read())
        finally:
            connection.close()


def _content(part: MIMEPart | None) -> str:
    return "" if part is None else _bytes(part).decode(part.get_content_charset("utf-8"), "replace")


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""

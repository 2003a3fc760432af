"""Every answer of the edge, as bytes ready to be sent but for date and connection."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class FileBody:
    """A part of a file, to be sent piece by piece: `length` bytes from where `open` leaves the stream.

    It is opened when its turn comes, since an asker can order many files at once. `open` may raise OSError and
    FileStoreError, and blocks.
    """

    open: Callable[[], BinaryIO]
    length: int


class Answer:
    """`status` as `200 OK`; `fields` are whole header lines, each with its line end, without Date and Connection."""

    __slots__ = ("_date", "_whole", "body", "fields", "status", "unrecorded")

    def __init__(self, status: bytes, fields: bytes, body: bytes | FileBody = b"") -> None:
        self.unrecorded: Answer | None = None
        """What is true instead of this answer when the hit could not be recorded, where that makes a difference."""
        self.status = status
        self.fields = fields
        self.body = body
        self._date = b""
        self._whole = b""

    def head(self, *, date: bytes, connection: bytes = b"") -> bytes:
        """Status line and header. `connection` is a whole header line or empty."""
        return b"HTTP/1.1 %b\r\nDate: %b\r\n%b%b\r\n" % (self.status, date, self.fields, connection)

    def whole(self, date: bytes) -> bytes:
        """Everything of an answer whose body is bytes, to a GET of HTTP/1.1 on a connection that stays.

        It is kept: most answers of a second are the same one.
        """
        if self._date is not date:
            assert isinstance(self.body, bytes)
            self._date, self._whole = date, self.head(date=date) + self.body
        return self._whole


def http_date(at: float) -> bytes:
    """The value of a Date field (RFC 9110, section 5.6.7)."""
    return formatdate(at, usegmt=True).encode()


def fields(**lines: str | int) -> bytes:
    """Header lines from keywords: `content_type="image/gif"`. Values are ours or checked; none holds a line end."""
    return "".join(f"{name.replace('_', '-').title()}: {value}\r\n" for name, value in lines.items()).encode()


NO_STORE = "no-store, no-cache, must-revalidate, max-age=0, private"
"""An answer from a cache is an open or a click that nobody sees (E5)."""

_NEVER_KEPT = {"cache_control": NO_STORE, "pragma": "no-cache", "expires": "Thu, 01 Jan 1970 00:00:00 GMT"}

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;
color:#223;background:#fff}}@media(prefers-color-scheme:dark){{body{{color:#dde;background:#161a20}}a{{color:#9cf}}}}</style>
</head><body>{content}</body></html>
"""


def page(status: str, document: str, *, policy: str = "", **more: str) -> Answer:
    """A whole HTML document that loads and runs nothing; `policy` is what its Content-Security-Policy says besides."""
    policy = "; ".join(filter(None, ("default-src 'none'", "style-src 'unsafe-inline'", policy)))
    return _text(status, document, "text/html; charset=utf-8", content_security_policy=policy, **more)


def _page(status: str, title: str, content: str, **more: str) -> Answer:
    return page(status, _PAGE.format(title=title, content=content), **more)


def _text(status: str, text: str, content_type: str = "text/plain; charset=utf-8", **more: str) -> Answer:
    body = text.encode()
    head = fields(
        content_type=content_type,
        content_length=len(body),
        cache_control="no-store",
        x_content_type_options="nosniff",
        **more,
    )
    return Answer(status.encode(), head, body)


BEACON = Answer(
    b"200 OK",
    fields(
        content_type="image/gif",
        content_length=len(_GIF),
        **_NEVER_KEPT,
        x_content_type_options="nosniff",
        cross_origin_resource_policy="cross-origin",
    ),
    _GIF,
)
NOT_FOUND = _page("404 Not Found", "Not found", "<p>Nothing is here.</p><p lang=sl>Tukaj ni ničesar.</p>")
FILE_GONE = _page(
    "404 Not Found",
    "File no longer available",
    "<h1>This file is no longer available</h1><p>Its sender has removed it or its time is over. "
    "Please ask the sender for it.</p>"
    "<div lang=sl><h2>Ta datoteka ni več na voljo</h2><p>Pošiljatelj jo je odstranil ali pa je potekla. "
    "Prosimo, obrnite se na pošiljatelja.</p></div>",
)
FILE_STORE_AWAY = _page(
    "503 Service Unavailable",
    "File not available just now",
    "<h1>This file cannot be loaded just now</h1><p>Please try again in a few minutes.</p>"
    "<div lang=sl><h2>Datoteke trenutno ni mogoče naložiti</h2><p>Prosimo, poskusite znova čez nekaj minut.</p></div>",
    retry_after="120",
)
ROBOTS = _text("200 OK", "User-agent: *\nDisallow: /\n")
BAD_REQUEST = _text("400 Bad Request", "Bad request.\n")
METHOD_NOT_ALLOWED = _text("405 Method Not Allowed", "Only GET and HEAD.\n", allow="GET, HEAD")
PREFERENCE_METHODS = _text("405 Method Not Allowed", "Only GET, HEAD and POST.\n", allow="GET, HEAD, POST")
REQUEST_TIMEOUT = _text("408 Request Timeout", "The request took too long.\n")
CONTENT_TOO_LARGE = _text("413 Content Too Large", "The request is too large.\n")
HEADER_TOO_LARGE = _text("431 Request Header Fields Too Large", "The header is too large.\n")
SERVER_ERROR = _text("500 Internal Server Error", "Something went wrong here.\n")
OVERLOADED = _text("503 Service Unavailable", "Too many connections, please try again.\n", retry_after="5")
VERSION_NOT_SUPPORTED = _text("505 HTTP Version Not Supported", "HTTP/1.1, please.\n")


def health(text: str) -> Answer:
    """The figures of this process, in Prometheus' text format."""
    return _text("200 OK", text, "text/plain; version=0.0.4; charset=utf-8")


ALIVE = _text("200 OK", "alive\n")
READY = _text("200 OK", "ready\n")


def not_ready(trouble: str) -> Answer:
    """For who asks whether requests should come here."""
    return _text("503 Service Unavailable", f"{trouble}\n", retry_after="5")


_SPECIAL = b"&<>\"'"
_LINK = b'<!doctype html><title>Found</title><a rel="noreferrer" href="%b">%b</a>\n'
_FOUND = fields(
    content_type="text/html; charset=utf-8",
    **_NEVER_KEPT,
    x_content_type_options="nosniff",
    content_security_policy="default-src 'none'",
    referrer_policy="no-referrer",
)


def redirect(address: bytes) -> Answer:
    """To an address that was in a sent message. It has no control characters: `seal.fits_location` has seen it."""
    shown = address
    if not address.isascii() or len(address.translate(None, _SPECIAL)) != len(address):
        shown = html.escape(address.decode(errors="replace")).encode()
    body = _LINK % (shown, shown)
    # The bytes as they were sealed, whatever is in them: a Location in UTF-8 is read by browsers as the link was.
    return Answer(b"302 Found", b"Location: %b\r\nContent-Length: %d\r\n%b" % (address, len(body), _FOUND), body)

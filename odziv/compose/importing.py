"""An .html or .eml file becomes the content of a draft; the HTML comes through character by character."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from html import unescape

from odziv.compose import attachments, drafts
from odziv.compose.cleaning import one_line
from odziv.compose.drafts import DraftFields
from odziv.models import Message

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file of the imported mail; `content_id` marks an image that the HTML shows by `cid:`."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What was read. `text` is empty when the mail had no plain-text part."""

    subject: str
    html: str
    text: str = ""
    images: tuple[FileContent, ...] = ()
    files: tuple[FileContent, ...] = ()


def from_html(raw: bytes) -> DraftContent:
    """An HTML file; the subject is its title. Never raises.

    The encoding is that of its mark, else what its <meta> says, else UTF-8, else windows-1250 (WHATWG HTML, 13.2.3.2).
    """
    html = _decoded(raw)
    title = _TITLE.search(html[:100_000])
    return DraftContent(subject=one_line(unescape(title[1]))[:500] if title else "", html=html)


def from_eml(raw: bytes) -> DraftContent:
    """An Internet message: its subject, the HTML and text parts that a mail program would show, images and files.

    Never raises: what cannot be read as mail has no parts, and is taken as plain text.
    """
    try:
        return _content(raw)
    except (MessageError, ValueError, LookupError, AttributeError, RecursionError):
        # Python's header parser gives up on some malformed headers, and on parts within parts, hundreds deep.
        return DraftContent("", "", _decoded(raw))


def _content(raw: bytes) -> DraftContent:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    html_part, text_part = _body(mail, "html"), _body(mail, "plain")
    html, text = _text(html_part), _text(text_part)
    images: list[FileContent] = []
    files: list[FileContent] = []
    for number, part in enumerate(_leaves(mail), 1):
        if part is html_part or part is text_part:
            continue
        found = _file(part, number, html)
        (images if found.content_id else files).append(found)
    return DraftContent(_subject(mail), html, text, tuple(images), tuple(files))


def fill(
    message: Message, content: DraftContent, follow: Callable[[FileContent], bool] = lambda _file: False
) -> Message:
    """Put the content into a draft; `follow` says which files leave as links. Raises as `drafts.save` and `attach`."""
    for image in content.images:
        attachments.attach(
            message, image.name, image.content_type, [image.content], inline=True, content_id=image.content_id
        )
    for file in content.files:
        attachments.attach(message, file.name, file.content_type, [file.content], followed=follow(file))
    fields = DraftFields(subject=content.subject, html=content.html, text=content.text)
    return drafts.save(message, fields)


def _decoded(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    declared = _META.search(raw[:1024])
    names = [declared[1].decode("ascii")] if declared else []
    for encoding in [*names, "utf-8"]:
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("windows-1250", "replace")


def _body(mail: EmailMessage, subtype: str) -> MIMEPart | None:
    try:
        return mail.get_body((subtype,))
    except (MessageError, AttributeError, KeyError, LookupError):
        return None


def _leaves(mail: MIMEPart) -> list[MIMEPart]:
    return [part for part in mail.walk() if isinstance(part, MIMEPart) and not part.is_multipart()]


def _subject(mail: EmailMessage) -> str:
    try:
        return one_line("".join(mail.get("Subject", "")))[:500]
    except (MessageError, ValueError, IndexError):
        return ""


def _text(part: MIMEPart | None) -> str:
    """The decoded part, line ends as they are."""
    if part is None:
        return ""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"))
    except (ValueError, LookupError):
        return _decoded(raw)


def _file(part: MIMEPart, number: int, html: str) -> FileContent:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    kind = part.get_content_type()
    content_id = str(part.get("Content-ID", "")).strip().strip("<>")
    is_shown = bool(content_id) and kind.startswith("image/") and f"cid:{content_id}" in html
    suffix = kind.partition("/")[2].partition("+")[0]
    name = part.get_filename() or f"file-{number}.{suffix}"
    return FileContent(name, kind, content, content_id if is_shown else "")

"""A mail that came, read whatever it is like, and stored as an e-mail in the thread of the one that it answers (P3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mail_
from email.utils import getaddresses
from re import IGNORECASE, compile

from odziv.compose import attachments
from odziv.compose.addresses import parse_line
from odziv.compose.cleaning import content_type, file_name, one_line, storable
from odziv.compose.harmless import harmless
from odziv.compose.limits import MAX_SUBJECT
from odziv.compose.plaintext import from_html
from odziv.lib.thread_index import head_of
from odziv.models import (
    Activity,
    ActivityKind,
    ActivityState,
    Attachment,
    Direction,
    FollowState,
    Message,
    MessageState,
    Party,
    PartyRole,
)
from odziv.records.matching import match
from odziv.replies.kinds.mail import Mail, Part
from odziv.replies.kinds.mail import read as parse

MOST_FILES = 50
MOST_PEOPLE = 100
_LONGEST_BODY = 2_000_000
_INSIDE = compile(r"cid:|data:image/(?:png|jpeg|gif|webp);base64,", IGNORECASE)


@dataclass(frozen=True)
class File:
    """A file of a mail; an image of the text when it has a Content-ID."""

    name: str
    kind: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Letter:
    """What a mail says; texts are decoded, everything fits the database. `to` and `cc` are (name, address)."""

    message_id: str
    from_name: str
    from_address: str
    subject: str
    to: list[tuple[str, str]]
    cc: list[tuple[str, str]]
    in_reply_to: str
    references: str
    thread_index: str
    text: str
    html: str
    files: list[File]


def read(raw: bytes) -> Letter:
    """Read a mail. Never raises: what cannot be read is left out."""
    mail = parse(raw)
    name, address = (_people(mail, "from") or [("", "")])[0]
    return Letter(
        message_id=_line(mail, "message-id")[:300],
        from_name=name[:200],
        from_address=address[:254],
        subject=_line(mail, "subject")[:MAX_SUBJECT],
        to=_people(mail, "to"),
        cc=_people(mail, "cc"),
        in_reply_to=_line(mail, "in-reply-to")[:1000],
        references=_line(mail, "references")[:20_000],
        thread_index=head_of(_line(mail, "thread-index")),
        text=storable(mail.plain[:_LONGEST_BODY] or from_html(mail.html[:_LONGEST_BODY])),
        html=storable(mail.html[:_LONGEST_BODY]),
        files=_files(mail),
    )


def store_reply(answered: Message, letter: Letter, at: datetime, now: datetime) -> Message:
    """The reply as an e-mail regarding the same record, in the same thread; files in the file store."""
    thread = Message.objects.thread_of(answered.pk)
    activity = Activity.objects.create(
        organisation_id=answered.organisation_id,
        kind=ActivityKind.EMAIL,
        subject=letter.subject,
        owner_id=answered.owner_id,
        regarding_id=answered.activity.regarding_id,
        state=ActivityState.DONE,
        at=at,
        created_at=now,
    )
    message = Message.objects.create(
        activity=activity,
        organisation_id=answered.organisation_id,
        direction=Direction.IN,
        state=MessageState.SENT,
        owner_id=answered.owner_id,
        mailbox_id=answered.mailbox_id,
        from_name=letter.from_name,
        from_address=letter.from_address,
        subject=letter.subject,
        recipients=(letter.from_name or letter.from_address)[:280],
        html=harmless(letter.html, _INSIDE) if letter.html else "",
        text=letter.text,
        wants_following=False,
        follow_state=FollowState.OFF,
        message_id=letter.message_id,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        thread_index=letter.thread_index,
        thread=thread,
        sent_at=at,
        at=at,
        created_at=now,
        updated_at=now,
    )
    _store_people(message, letter, at)
    _store_files(message, letter.files)
    return message


def _store_people(message: Message, letter: Letter, at: datetime) -> None:
    people = [(PartyRole.FROM, (letter.from_name, letter.from_address))] if letter.from_address else []
    people += [(PartyRole.TO, one) for one in letter.to] + [(PartyRole.CC, one) for one in letter.cc]
    people = people[:MOST_PEOPLE]
    records = match(message.organisation_id, (address for _role, (_name, address) in people))
    for position, (role, (name, address)) in enumerate(people):
        party = Party(
            organisation_id=message.organisation_id,
            message=message,
            role=role,
            position=position,
            name=name[:200],
            address=address[:254],
            at=at,
        )
        party.record = next(iter(records.get(address.lower(), ())), None)
        party.save()


def _store_files(message: Message, files: list[File]) -> None:
    ordinals = {True: 0, False: 0}
    for file in files[:MOST_FILES]:
        inline = bool(file.content_id)
        stored = attachments.stored(message.organisation_id, file.name, [file.content])
        Attachment.objects.create(
            organisation_id=message.organisation_id,
            message=message,
            file=stored,
            ordinal=ordinals[inline],
            name=file.name,
            content_type=file.kind,
            inline=inline,
            content_id=file.content_id[:200],
        )
        ordinals[inline] += 1


def _files(mail: Mail) -> list[File]:
    """Attachments and pictures; a picture that the text shows keeps its Content-ID."""
    files: list[File] = []
    for part in mail.parts:
        name = one_line(part.parameters.get("name", "") or _given_name(part))
        if not (part.is_attachment or name or part.content_type.startswith("image/")):
            continue
        cid = part.headers.get("content-id").strip().strip("<>")
        is_shown = bool(cid) and part.content_type.startswith("image/") and cid in mail.html
        clean = file_name(name or "file")
        files.append(File(clean, content_type(part.content_type, clean), part.content, cid if is_shown else ""))
    return files[:MOST_FILES]


def _given_name(part: Part) -> str:
    """The name in Content-Disposition (RFC 2183, 2.3); RFC 2231's own spelling too."""
    disposition = Mail_()
    disposition["Content-Disposition"] = one_line(part.headers.get("content-disposition"))[:2000]
    try:
        return disposition.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        return ""


def _line(mail: Mail, name: str) -> str:
    return one_line(mail.headers.get(name)[:50_000])


def _people(mail: Mail, name: str) -> list[tuple[str, str]]:
    values = [value[:50_000] for value in mail.headers.all(name)[:5]]
    found = [(one_line(shown), one_line(address)) for shown, address in getaddresses(values)]
    return [(shown, address) for shown, address in found if parse_line(address).mailboxes][:MOST_PEOPLE]

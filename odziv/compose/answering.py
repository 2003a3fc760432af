"""Reply, reply to all, forward: a draft in the thread of an e-mail, with that one quoted below (C5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from html import escape

import css_inline
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from odziv.compose import attachments, bodies, drafts, originals, signatures
from odziv.compose.addresses import Mailbox as Address
from odziv.compose.drafts import DraftFields
from odziv.compose.harmless import harmless
from odziv.compose.limits import MAX_SUBJECT
from odziv.environment import ENV
from odziv.lib.seal import FileRef, KeyRing, Sealed, SealError, decode_file
from odziv.models import Attachment, Direction, Mailbox, Message, Party, PartyRole, User

MOST_REFERENCES = 30


class Answer(StrEnum):
    """What one does with an e-mail that came or went."""

    REPLY = "reply"
    REPLY_ALL = "all"
    FORWARD = "forward"


class NotAnswerable(Exception):
    """The e-mail has not left yet; nothing was made."""


# What mail programs put before a subject, in the languages that come in here; perhaps counted: "Re[2]:".
_BEFORE = r"(?:re|aw|sv|antw|odg|vs|rép|rif|r|fw|fwd|wg|tr|i|posr|posl|prosl|pr|pd|rv)"
_PREFIXES = re.compile(rf"^(?:\s*{_BEFORE}\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_IMAGES = re.compile(r"https?://|cid:|data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
_STYLE = "margin:0 0 0 .8ex;border-left:2px solid #b9aeb5;padding-left:1ex"


@transaction.atomic
def answer(message: Message, user: User, kind: Answer, now: datetime) -> Message:
    """A draft of the user that answers this e-mail, or the one that they have begun already.

    To whom a reply goes, of one's own e-mail, is to whom that went. A forwarded e-mail brings its files along.
    Raises NotAnswerable for an e-mail that has not left.
    """
    if message.direction == Direction.OUT and message.sent_at is None:
        raise NotAnswerable
    to, cc = _recipients(message, user, kind)
    reply = kind != Answer.FORWARD and bool(message.message_id)
    begun = None if not reply else Message.objects.answering(user, message, wide=bool(cc))
    if begun is not None:
        return begun
    draft = drafts.new_draft(user, message.activity.regarding, now=now)
    _join(draft, message, reply=kind != Answer.FORWARD)
    with override(user.language):
        quoted = _quoted(draft, message, kind)
    if kind == Answer.FORWARD:
        for file in message.attachments.files().select_related("file"):
            attachments.share(draft, file, inline=False)
    fields = DraftFields(to=to, cc=cc, subject=_subject(message.subject, kind), html=_body(draft, quoted))
    saved = drafts.save(draft, fields, now=now)
    Message.objects.filter(pk=saved.pk).update(version=1)  # nothing of it was written by the user yet
    saved.version = 1
    return saved


def _join(draft: Message, message: Message, *, reply: bool) -> None:
    """Into the thread of the message, by identifiers (RFC 5322, 3.6.4) and by our own."""
    thread = Message.objects.thread_of(message.pk)
    earlier = (message.references or message.in_reply_to).split()
    references = [*dict.fromkeys([*earlier, message.message_id])]
    if len(references) > MOST_REFERENCES:  # the first one and the nearest, as RFC 5322's forebears advise
        references = [references[0], *references[-MOST_REFERENCES + 1 :]]
    draft.thread, draft.references = thread, " ".join(filter(None, references))
    draft.in_reply_to = message.message_id if reply else ""
    draft.save(update_fields=["thread", "references", "in_reply_to"])


def _recipients(message: Message, user: User, kind: Answer) -> tuple[str, str]:
    """The lines To and Cc."""
    if kind == Answer.FORWARD:
        return "", ""
    parties = list(Party.objects.of_message(message.pk).order_by("position"))
    sender = [party for party in parties if party.role == PartyRole.FROM]
    to = [party for party in parties if party.role == PartyRole.TO]
    cc = [party for party in parties if party.role == PartyRole.CC]
    if message.direction == Direction.IN:
        to, cc = sender, [*to, *cc]
    mine = {box.address.lower() for box in Mailbox.objects.usable_by(user)}
    main = _line(to)
    others = [party for party in cc if party.address.lower() not in mine and party.key not in {one.key for one in to}]
    return main, _line(others) if kind == Answer.REPLY_ALL else ""


def _line(parties: Iterable[Party]) -> str:
    return ", ".join(str(Address(party.name, party.address)) for party in parties)


def _subject(subject: str, kind: Answer) -> str:
    """With one *Re:* or *Fwd:*, whatever programs had put before it (RFC 5322, 3.6.5)."""
    bare = _PREFIXES.sub("", subject)
    return f"{'Fwd' if kind == Answer.FORWARD else 'Re'}: {bare}"[:MAX_SUBJECT]


def _body(draft: Message, quoted: str) -> str:
    """An empty line, the signature of the mailbox, and the quotation."""
    signature = signatures.of(draft.mailbox, draft.owner)
    return bodies.begun(draft.owner.language, f"<p><br></p>{signature}{quoted}")


def _quoted(draft: Message, message: Message, kind: Answer) -> str:
    inner = _clean(draft, message)
    if kind == Answer.FORWARD:
        return f"<div {signatures.QUOTE}>{_forwarded_head(message, draft.owner)}{inner}</div>"
    said = f"<p>{escape(_attribution(message, draft.owner))}</p>"
    return f'<div {signatures.QUOTE}>{said}<blockquote style="{_STYLE}">{inner}</blockquote></div>'


def _attribution(message: Message, user: User) -> str:
    return _("On %(time)s, %(name)s wrote:") % {
        "time": _when(message, user),
        "name": message.from_name or message.from_address,
    }


def _forwarded_head(message: Message, user: User) -> str:
    parties = list(Party.objects.visible_in(message).order_by("position"))
    lines = [
        (_("From"), str(Address(message.from_name, message.from_address))),
        (_("Sent"), _when(message, user)),
        (_("Subject"), message.subject),
        (_("To"), _line(party for party in parties if party.role == PartyRole.TO)),
        (_("Cc"), _line(party for party in parties if party.role == PartyRole.CC)),
    ]
    rows = "<br>".join(f"<b>{escape(name)}:</b> {escape(value)}" for name, value in lines if value)
    title = escape(_("Forwarded message"))
    return f"<p>{title}<br>{rows}</p>"


def _when(message: Message, user: User) -> str:
    return date_format((message.sent_at or message.at).astimezone(user.zone), "DATETIME_FORMAT")


def _clean(draft: Message, message: Message) -> str:
    """The body as something to quote: nothing that runs, nothing of our own copies, its images with the draft."""
    keys = KeyRing.load_or_create(ENV.seal_keys)
    if not message.html:
        text = originals.restored_text(message.text, ENV.edge_url, keys, draft.organisation_id)
        return f'<div style="white-space:pre-wrap">{escape(text)}</div>'
    shown: dict[str, str] = {}

    def here(image: Attachment) -> str:
        key = str(image.file_id)
        if key not in shown:
            shown[key] = f"cid:{attachments.share(draft, image, inline=True).content_id}"
        return shown[key]

    def image_of(sealed: Sealed) -> str | None:
        image = Attachment.objects.image_of(draft.organisation_id, _file(sealed))
        return here(image) if image is not None else None

    html = originals.restored(message.html, ENV.edge_url, keys, draft.organisation_id, image_of)
    own = {image.content_id: image for image in message.attachments.images().select_related("file")}
    sources = {cid: here(image) for cid, image in own.items() if cid and cid in html}
    html = bodies.with_sources(html, sources) if sources else html
    return harmless(_in_elements(html), _IMAGES)


def _in_elements(html: str) -> str:
    """What stands in the body, with the rules of its style sheets in the elements: a quotation has no head."""
    if "<style" in html.lower():
        try:
            html = css_inline.inline(html, load_remote_stylesheets=False, keep_style_tags=False)
        except css_inline.InlineError:
            return bodies.document(html).inner
    return bodies.document(html).inner


def _file(sealed: Sealed) -> str:
    try:
        ref: FileRef = decode_file(sealed.tail)
    except SealError:
        return ""
    return ref.key

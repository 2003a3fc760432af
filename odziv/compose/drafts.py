"""Drafts: made, saved with a version so that nobody overwrites anybody, discarded (C1, C3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from odziv import discarding
from odziv.compose import attachments, bodies, own_view, signatures
from odziv.compose.addresses import Mailbox as Address
from odziv.compose.addresses import parse_line
from odziv.compose.cleaning import one_line, storable
from odziv.compose.limits import MAX_BODY, MAX_LINE, MAX_RECIPIENTS, MAX_SUBJECT
from odziv.compose.problems import DraftRefused, Problem, StaleDraft
from odziv.lib import clock
from odziv.models import (
    Activity,
    ActivityKind,
    Discarded,
    Mailbox,
    Message,
    MessageState,
    Party,
    PartyRole,
    Record,
    RecordKind,
    Reminder,
    User,
)
from odziv.records.matching import match


class Keep(Enum):
    """Said of a field that a save leaves as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class DraftFields:
    """What a save changes; a field that is not given stays.

    `to`, `cc`, `bcc` are address lines as typed; they are kept even when they cannot be read. `html` and `text` are
    stored as they are, but `data:` images in `html` become stored inline images, and nothing of a copy of ours stays in
    it (`own_view.stored`).
    """

    to: str | Keep = KEEP
    cc: str | Keep = KEEP
    bcc: str | Keep = KEEP
    subject: str | Keep = KEEP
    html: str | Keep = KEEP
    text: str | Keep = KEEP
    mailbox: Mailbox | Keep | None = KEEP
    regarding: Record | Keep | None = KEEP
    wants_following: bool | Keep = KEEP


_LINES = {"to": PartyRole.TO, "cc": PartyRole.CC, "bcc": PartyRole.BCC}


@transaction.atomic
def new_draft(
    user: User, regarding: Record | None = None, to: str = "", *, signed: bool = False, now: datetime | None = None
) -> Message:
    """An empty draft of the user, from their first mailbox. Without `to`, it goes to the record's own address.

    `signed`: with the mailbox's signature (C6), as a person begins to write; programs bring the whole text.
    """
    now = now or clock.now()
    activity = Activity.objects.create(
        organisation_id=user.organisation_id,
        kind=ActivityKind.EMAIL,
        owner=user,
        regarding=_own(regarding, user),
        at=now,
        created_at=now,
    )
    message = Message(
        activity=activity,
        organisation_id=user.organisation_id,
        owner=user,
        to_line=to or (address_of(regarding) if regarding else ""),
        created_at=now,
        updated_at=now,
        at=now,
    )
    set_mailbox(message, Mailbox.objects.usable_by(user).first())
    message.save(force_insert=True)
    if signed and (html := signed_html(message, message.mailbox)):
        message.html = bodies.with_stored_images(message, html)
        message.save(update_fields=["html"])
    write_parties(message)
    return message


@transaction.atomic
def beside(original: Message, user: User, *, now: datetime | None = None) -> Message:
    """A draft of the user beside an e-mail of theirs: with its HTML and its files, followed ones followed."""
    draft = new_draft(user, original.activity.regarding, original.to_line, now=now)
    draft.html = original.html
    draft.save(update_fields=["html"])
    for one in original.attachments.files().select_related("file"):
        attachments.share(draft, one, inline=False, followed=one.followed)
    return draft


def signed_html(message: Message, mailbox: Mailbox | None) -> str:
    """The HTML of a draft with this mailbox's signature in the place of a former one; `data:` images as they are."""
    signature = signatures.of(mailbox, message.owner)
    if signature and not message.html:
        return bodies.begun(message.owner.language, signatures.placed("", signature))
    return signatures.placed(message.html, signature)


def address_of(record: Record) -> str:
    """The address line of an e-mail to this record: its first address; for an opportunity its primary contact's."""
    person = record.primary_contact if record.kind == RecordKind.OPPORTUNITY else record
    if person is None or not person.main_email:
        return ""
    return str(Address(person.name, person.main_email))


@transaction.atomic
def save(message: Message, fields: DraftFields, version: int | None = None, *, now: datetime | None = None) -> Message:
    """Write what `fields` names and return the message as it is now; its version rises when something changed.

    `version` is the one that the writer has seen; None overwrites whatever is there. Raises StaleDraft when it is not
    the stored one or the message is no draft any more, DraftRefused when something cannot be stored. No longer wishing
    to follow turns followed attachments into files; wishing it again turns them back.
    """
    stored = locked(message)
    if version is not None and stored.version != version:
        raise StaleDraft(stored.version)
    before, wished = _state(stored), stored.wants_following
    _apply(stored, fields)
    if _state(stored) == before:
        return stored
    stored.version += 1
    stored.updated_at = stored.at = stored.activity.at = now or clock.now()
    stored.activity.subject = stored.subject
    stored.activity.save(update_fields=["subject", "regarding", "at"])
    stored.save()
    if stored.wants_following != wished:
        _turn_files(stored)
    if any(getattr(fields, name) is not KEEP for name in _LINES):
        write_parties(stored)
    return stored


def _turn_files(stored: Message) -> None:
    if stored.wants_following:
        stored.attachments.filter(followed_before=True).update(followed=True, followed_before=False)
    else:
        stored.attachments.filter(followed=True).update(followed=False, followed_before=True)


def locked(message: Message) -> Message:
    """The stored draft, held against others until the transaction ends. Raises StaleDraft when it is none any more."""
    rows = Message.objects.of(message.organisation_id).select_related("activity__regarding", "owner", "organisation")
    drafts = rows.select_for_update(of=("self",)).filter(pk=message.pk, state=MessageState.DRAFT)
    stored = drafts.first()
    if stored is None:
        raise StaleDraft(None)
    return stored


@transaction.atomic
def discard(message: Message, *, now: datetime | None = None) -> Discarded:
    """Delete the draft with its attachments; what brings it back for a day. Raises StaleDraft when it is no draft."""
    stored = locked(message)
    return discarding.discard([stored.activity], stored.owner, now or clock.now())


@transaction.atomic
def forget(message: Message, version: int) -> bool:
    """Delete, without a way back, a draft that was made for a dialog, if it is as it was made; whether it was.

    That is `version`, with neither file nor reminder nor a time chosen for it. Raises StaleDraft when it is no draft.
    """
    stored = locked(message)
    held = Reminder.objects.filter(message=stored).exists() or stored.attachments.files().exists()
    if held or stored.version != version or stored.send_zone:
        return False
    stored.activity.delete()
    return True


def _apply(stored: Message, fields: DraftFields) -> None:
    problems = list(_too_large(fields))
    if problems:
        raise DraftRefused(problems)
    for name in _LINES:
        if (line := getattr(fields, name)) is not KEEP:
            setattr(stored, f"{name}_line", storable(line))
    if not isinstance(fields.subject, Keep):
        stored.subject = one_line(fields.subject)
    if not isinstance(fields.text, Keep):
        stored.text = storable(fields.text)
    if not isinstance(fields.html, Keep):
        stored.html = bodies.with_stored_images(stored, own_view.stored(storable(fields.html), stored))
    if not isinstance(fields.mailbox, Keep):
        if fields.mailbox is not None and fields.mailbox.user_id != stored.owner_id:
            raise DraftRefused([Problem("mailbox", "from", _("Choose one of your own mailboxes."))])
        moved = fields.mailbox != stored.mailbox
        if moved and isinstance(fields.html, Keep) and (stored.html or not stored.text):
            stored.html = bodies.with_stored_images(stored, signed_html(stored, fields.mailbox))
        set_mailbox(stored, fields.mailbox)
    if not isinstance(fields.regarding, Keep):
        stored.activity.regarding = _own(fields.regarding, stored.owner)
    if not isinstance(fields.wants_following, Keep):
        stored.wants_following = fields.wants_following


def _too_large(fields: DraftFields) -> list[Problem]:
    problems = []
    for name in _LINES:
        if len(getattr(fields, name) if getattr(fields, name) is not KEEP else "") > MAX_LINE:
            text = _("This line is longer than %(limit)d characters; send the message in portions.")
            problems.append(Problem("line-too-long", name, text % {"limit": MAX_LINE}))
    if not isinstance(fields.subject, Keep) and len(one_line(fields.subject)) > MAX_SUBJECT:
        text = _("The subject has %(length)d characters; it may have %(limit)d.")
        values = {"length": len(one_line(fields.subject)), "limit": MAX_SUBJECT}
        problems.append(Problem("subject-too-long", "subject", text % values))
    for body in (fields.html, fields.text):
        if not isinstance(body, Keep) and (problem := body_too_large(body)):
            problems.append(problem)
    return problems


def body_too_large(body: str) -> Problem | None:
    """The problem of a body beyond the limit."""
    # A character takes one to four bytes, so most bodies need no encoding to be told fit.
    size = len(body) if len(body) * 4 <= MAX_BODY else len(body.encode("utf-8", "surrogatepass"))
    if size <= MAX_BODY:
        return None
    text = _("The text has %(size)s MB; a message may have %(limit)d MB. Attach the long part as a file.")
    return Problem(
        "body-too-large",
        "body",
        text % {"size": number_format(size / 1024 / 1024, 1), "limit": MAX_BODY // 1024 // 1024},
    )


def _own(record: Record | None, user: User) -> Record | None:
    if record is not None and record.organisation_id != user.organisation_id:
        raise DraftRefused([Problem("regarding", "regarding", _("Choose one from the list."))])
    return record


def set_mailbox(message: Message, mailbox: Mailbox | None) -> None:
    """Let the message come from a mailbox, by its name and address as they are now."""
    message.mailbox = mailbox
    message.from_name = one_line(mailbox.name)[:200] if mailbox else ""
    message.from_address = mailbox.address if mailbox else ""


def _state(message: Message) -> tuple[object, ...]:
    lines = (message.to_line, message.cc_line, message.bcc_line)
    bodies_ = (message.subject, message.html, message.text)
    return (*lines, *bodies_, message.mailbox_id, message.activity.regarding_id, message.wants_following)


def write_parties(message: Message) -> None:
    """Make the rows of what can be read in the lines, and the summary that lists show."""
    message.parties.all().delete()
    rows = parties(message)
    Party.objects.bulk_create(rows[:MAX_RECIPIENTS])
    message.recipients = summary(rows)
    message.save(update_fields=["recipients"])


def parties(message: Message) -> list[Party]:
    """Unsaved rows for To, Cc and Bcc as they can be read, in their order, each matched to its record (R4)."""
    read = [
        (role, one) for name, role in _LINES.items() for one in parse_line(getattr(message, f"{name}_line")).mailboxes
    ]
    records = match(message.organisation_id, (one.address for _role, one in read))
    return [
        Party(
            organisation_id=message.organisation_id,
            message=message,
            role=role,
            position=position,
            name=one.name,
            address=one.address,
            key=one.key,
            record=next(iter(records.get(one.key, ())), None),
        )
        for position, (role, one) in enumerate(read, 1)
    ]


_SUMMARY = 280


def summary(rows: list[Party]) -> str:
    """`Maja Novak, jan@alpine.example +2`: names for lists, as many as fit."""
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.key, row.name or (row.record.name if row.record else row.address))
    shown: list[str] = []
    length = 0
    for name in names.values():
        if shown and (length + len(name) > _SUMMARY or len(shown) == 3):
            break
        shown.append(name[:_SUMMARY])
        length += len(name) + 2
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" +{rest}" if rest else "")

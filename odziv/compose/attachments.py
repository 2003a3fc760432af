"""Files and inline images of a draft: into the file store first, then a row (I5, C2)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from odziv.compose.cleaning import content_type as clean_type
from odziv.compose.cleaning import file_name
from odziv.compose.limits import MAX_ATTACHMENTS, MAX_FILE
from odziv.compose.problems import DraftRefused, Problem, StaleDraft
from odziv.environment import ENV
from odziv.lib.files import FileStore, FileStoreError, StoredRef, store_from
from odziv.models import Attachment, Message, MessageState, StoredFile

log = logging.getLogger("odziv.compose")

_CONTENT_ID = re.compile(r"[^\s<>\"'()&,\\\x00-\x20\x7f]{1,200}")


def file_store() -> FileStore:
    """Where the content of attachments lies."""
    return store_from(ENV.file_store)


def attach(
    message: Message,
    name: str,
    content_type: str,
    chunks: Iterable[bytes],
    followed: bool = False,
    inline: bool = False,
    content_id: str = "",
) -> Attachment:
    """Add a file, read piece by piece; an inline image gets a Content-ID unless it brings one of its own.

    Raises DraftRefused (too large, no image, too many, not followable, file store out of order) and StaleDraft when
    the message is no draft any more. Nothing is half done: without the row, the content is not found by anybody.
    """
    name = file_name(name)
    kind = clean_type(content_type, name)
    if inline and not kind.startswith("image/"):
        raise _refusal("not-an-image", _("“%(name)s” is not an image."), name)
    _has_room(message)
    file = stored(message.organisation_id, name, chunks)
    with transaction.atomic():
        draft = held(message)
        if followed:
            may_follow(draft)
        return Attachment.objects.create(
            organisation_id=message.organisation_id,
            message=message,
            file=file,
            ordinal=_next_ordinal(message, inline),
            name=name,
            content_type=kind,
            followed=followed and not inline,
            inline=inline,
            content_id=_content_id(content_id) if inline else "",
        )


@transaction.atomic
def remove(attachment: Attachment) -> None:
    """Take a file off the draft; its content stays for others who have the same. Raises StaleDraft."""
    held(attachment.message)
    attachment.delete()


@transaction.atomic
def set_followed(attachment: Attachment, followed: bool) -> Attachment:
    """Let a file leave as a link that is followed, or as a file. Raises DraftRefused, StaleDraft."""
    draft = held(attachment.message)
    if attachment.inline:
        raise _refusal("inline", _("“%(name)s” is an image of the text."), attachment.name)
    if followed:
        may_follow(draft)
    attachment.followed, attachment.followed_before = followed, False
    attachment.save(update_fields=["followed", "followed_before"])
    return attachment


def followed_in(message: Message) -> int:
    """How many of the message's files leave as links."""
    return message.attachments.filter(followed=True).count()


class Kept(Protocol):
    """A file or image that another message of the organisation, or a template, has already."""

    @property
    def file(self) -> StoredFile: ...
    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...


@transaction.atomic
def share(message: Message, kept: Kept, *, inline: bool, followed: bool = False) -> Attachment:
    """The same file on another draft of the organisation; as an image of the text it gets a Content-ID of its own.

    `followed` holds as far as the draft is to be followed. Raises DraftRefused when the draft has as
    many files as it can have, and StaleDraft.
    """
    draft = held(message)
    _has_room(message)
    return Attachment.objects.create(
        organisation_id=message.organisation_id,
        message=message,
        file=kept.file,
        ordinal=_next_ordinal(message, inline),
        name=kept.name,
        content_type=kept.content_type,
        followed=followed and not inline and draft.organisation.engagement and draft.wants_following,
        inline=inline,
        content_id=_content_id("") if inline else "",
    )


def stored(organisation: UUID, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """The content in the file store and its row, the same one for the same content. Raises DraftRefused."""
    ref = _store(organisation, name, chunks)
    file, _new = StoredFile.objects.get_or_create(
        organisation_id=organisation, sha256=ref.sha256, defaults={"size": ref.size, "key": ref.key}
    )
    return file


def _has_room(message: Message) -> None:
    if message.attachments.count() >= MAX_ATTACHMENTS:
        text = _("A message can have %(limit)d files and images.") % {"limit": MAX_ATTACHMENTS}
        raise DraftRefused([Problem("too-many-files", "attachments", text)])


def _store(organisation: UUID, name: str, chunks: Iterable[bytes]) -> StoredRef:
    try:
        return file_store().put(organisation, _limited(name, chunks))
    except FileStoreError as error:
        log.error("an attachment could not be stored: %s", error)
        text = _(
            "“%(name)s” could not be stored: the file store is out of order. Your administrator finds the reason in "
            "Settings."
        )
        raise _refusal("file-store", text, name) from error


def _limited(name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_FILE:
            text = _("“%(name)s” is larger than %(limit)d MB. Put it where people can download it, and send the link.")
            raise _refusal("file-too-large", text, name, limit=MAX_FILE // 1024 // 1024)
        yield chunk


def _refusal(code: str, text: str, name: str, **values: object) -> DraftRefused:
    return DraftRefused([Problem(code, "attachments", text % {"name": name, **values})])


def held(message: Message) -> Message:
    """The draft, held against others until the transaction ends. Raises StaleDraft when it is none any more."""
    draft = Message.objects.select_for_update().filter(pk=message.pk, state=MessageState.DRAFT).first()
    if draft is None:
        raise StaleDraft(None)
    return draft


def may_follow(draft: Message) -> None:
    """Raises DraftRefused when attachments of the draft cannot be followed."""
    if not (draft.organisation.engagement and draft.wants_following):
        text = _("This e-mail is not followed, so its attachments cannot be.")
        raise DraftRefused([Problem("not-followed", "attachments", text)])


def _next_ordinal(message: Message, inline: bool) -> int:
    last = Attachment.objects.filter(message=message, inline=inline).aggregate(last=Max("ordinal"))["last"]
    return 0 if last is None else last + 1


def _content_id(wanted: str) -> str:
    return wanted if _CONTENT_ID.fullmatch(wanted) else f"{uuid4()}@odziv"

"""Several files of a draft at once: followed, not followed, removed, and brought back (C2, I5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from odziv.compose import attachments
from odziv.models import Attachment, Message, StoredFile


@dataclass(frozen=True, slots=True)
class Removed:
    """What must be known of a removed file to bring it back; its content stays in the file store."""

    name: str
    content_type: str
    file: str
    followed: bool
    ordinal: int


@transaction.atomic
def follow(message: Message, ids: Iterable[UUID], followed: bool) -> int:
    """Let these files of the draft leave as links, or as files; returns how many. What is no file of it is passed over.

    Raises DraftRefused when the draft is not followed, StaleDraft when it is no draft any more.
    """
    draft = attachments.held(message)
    if followed:
        attachments.may_follow(draft)
    rows = Attachment.objects.of(draft.organisation_id).files().filter(message=draft, pk__in=list(ids))
    return rows.update(followed=followed, followed_before=False)


@transaction.atomic
def remove(message: Message, ids: Iterable[UUID]) -> list[Removed]:
    """Take these files off the draft, in their order. Raises StaleDraft."""
    draft = attachments.held(message)
    rows = Attachment.objects.of(draft.organisation_id).files().filter(message=draft, pk__in=list(ids))
    gone = [Removed(one.name, one.content_type, str(one.file_id), one.followed, one.ordinal) for one in rows]
    rows.delete()
    return gone


@transaction.atomic
def bring_back(message: Message, removed: Iterable[Removed]) -> int:
    """Put removed files back where they stood; returns how many. Raises DraftRefused when there is no room, StaleDraft.

    Who asks vouches for `removed`: the files are taken from the organisation of the draft only.
    """
    draft = attachments.held(message)
    wanted = list(removed)
    known = {str(one.pk): one for one in StoredFile.objects.of(draft.organisation_id).filter(pk__in=_files(wanted))}
    taken = set(draft.attachments.files().values_list("ordinal", flat=True))
    back = [one for one in wanted if one.file in known]
    for one in back:
        row = attachments.share(draft, _Kept(known[one.file], one), inline=False, followed=one.followed)
        if one.ordinal not in taken:
            row.ordinal = one.ordinal
            row.save(update_fields=["ordinal"])
        taken.add(row.ordinal)
    return len(back)


def _files(removed: list[Removed]) -> set[str]:
    return {one.file for one in removed}


class _Kept:
    """A removed file as `attachments.share` takes one."""

    def __init__(self, file: StoredFile, removed: Removed) -> None:
        self.file, self.name, self.content_type = file, removed.name, removed.content_type

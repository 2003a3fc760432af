"""What sending needs of a draft and takes time: worked out before the transaction that sends it.

SQLite has one writer at a time, and a body with 50,000 links takes seconds to read: nobody else must wait for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from odziv.compose.planning import Plans, plans, text_part
from odziv.compose.problems import StaleDraft
from odziv.compose.templates.kinship import still_made_from
from odziv.models import Attachment, Message, MessageState


@dataclass(frozen=True)
class Ready:
    """A draft as it was read, with its files, the text part with which it will leave, and the plan of its copies."""

    draft: Message
    attachments: list[Attachment]
    text: str

    @classmethod
    def of(cls, message: Message) -> Ready:
        """Read the draft and work it out; takes long for a long one. Raises StaleDraft when it is none any more."""
        rows = Message.objects.of(message.organisation_id).filter(pk=message.pk, state=MessageState.DRAFT)
        draft = rows.select_related(
            "activity__regarding", "owner", "organisation", "mailbox", "template_version"
        ).first()
        if draft is None:
            raise StaleDraft(None)
        return cls(draft, list(draft.attachments.select_related("file")), text_part(draft))

    @cached_property
    def plans(self) -> Plans:
        """The plan of copies that are followed; unfollowed ones have the same links, all left alone."""
        return plans(self.draft, self.attachments, followed=True, text=self.text)

    @cached_property
    def template_version_id(self) -> UUID | None:
        """The version that the message counts for: none when nothing of its template is left in it (T2)."""
        version = self.draft.template_version
        if version is None or not still_made_from(version.html, self.text):
            return None
        return version.pk

    def fits(self, stored: Message) -> bool:
        """Whether the stored draft is still the one that was read, with the same files."""
        files = set(stored.attachments.values_list("pk", "followed"))
        return stored.version == self.draft.version and files == {(one.pk, one.followed) for one in self.attachments}

"""A draft as the steps see it: what was worked out for sending, and what else some of them ask for, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from odziv.compose import drafts, follow, plaintext, reminders, signatures
from odziv.compose.attachments import file_store
from odziv.compose.follow import FollowCheck
from odziv.compose.planning import Plans
from odziv.compose.problems import Problem
from odziv.compose.ready import Ready
from odziv.lib.files import FileStoreError
from odziv.models import Attachment, FollowState, Message

_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)  # RFC 3676, 4.3
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """A draft on its way to be sent at `now`."""

    ready: Ready
    now: datetime

    @property
    def draft(self) -> Message:
        return self.ready.draft

    @property
    def plans(self) -> Plans:
        """Links and images with what happens to each."""
        return self.ready.plans

    @cached_property
    def files(self) -> list[Attachment]:
        """What stands in the attachment grid."""
        return [one for one in self.ready.attachments if not one.inline]

    @cached_property
    def follow(self) -> FollowCheck:
        """The follow state that the message would have."""
        draft = self.draft
        return follow.evaluate(draft.organisation, drafts.parties(draft), draft.wants_following)

    @property
    def is_followed(self) -> bool:
        return self.follow.state == FollowState.ON

    @cached_property
    def own_html(self) -> str:
        """The HTML without the signature and without what is quoted."""
        return signatures.own_part(self.draft.html)

    @cached_property
    def own_text(self) -> str:
        """What the writer says: no signature, nothing quoted."""
        draft = self.draft
        if not draft.html:
            return _QUOTED.sub("", _SIGNATURE.split(draft.text, maxsplit=1)[0])
        whole = not draft.text and len(self.own_html) == len(draft.html)
        return self.ready.text if whole else plaintext.from_html(self.own_html)

    @cached_property
    def lost(self) -> list[Attachment]:
        """Files and images whose content the store does not have."""
        return [one for one in self.ready.attachments if not _is_stored(one)]

    @cached_property
    def of_reminder(self) -> list[Problem]:
        """What is wrong with the reminder."""
        leaves = self.draft.send_at if self.draft.send_zone and self.draft.send_at else self.now
        return reminders.problems(self.draft, self.follow.state, leaves)


def _is_stored(attachment: Attachment) -> bool:
    try:
        file_store().size(attachment.file.key)
    except FileStoreError:
        return False
    return True

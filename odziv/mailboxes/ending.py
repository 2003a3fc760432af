"""A mailbox is disconnected: what waits to leave from it does not vanish (C3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.compose.hold import AlreadyLeaving, take_back
from odziv.models import Mailbox, Message


def waiting_in(mailbox: Mailbox) -> list[Message]:
    """The scheduled e-mails that would leave from it, the next one first."""
    return list(Message.objects.of(mailbox.organisation_id).leaving_from(mailbox).with_row())


@transaction.atomic
def disconnect(mailbox: Mailbox, now: datetime) -> int:
    """Forget the mailbox with its passwords and permissions. Its scheduled e-mails become drafts; returns how many.

    Sent e-mails keep their sender's name and address.
    """
    stopped = 0
    for message in waiting_in(mailbox):
        try:
            take_back(message, now)
        except AlreadyLeaving:
            continue
        stopped += 1
    mailbox.delete()
    return stopped

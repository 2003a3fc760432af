"""Which server keeps a mailbox's mail, and how it is signed in there."""

from __future__ import annotations

from odziv.models import Mailbox, SecretUnreadable
from odziv.replies.connection import Server
from odziv.replies.trouble import ImapTrouble, Reason


def server_of(mailbox: Mailbox) -> Server:
    """The reading side of a mailbox that `reads`. Raises ImapTrouble when it cannot be signed in at all now."""
    try:
        password = mailbox.imap_password
    except SecretUnreadable as error:
        raise ImapTrouble(Reason.PASSWORD_LOST) from error
    return Server(mailbox.imap_host, mailbox.imap_port, mailbox.imap_security, mailbox.imap_login, password)

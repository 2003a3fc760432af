"""Which server takes a mailbox's mail, and how it is signed in there."""

from __future__ import annotations

from odziv.deliver.session import Server
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.models import Mailbox, MailboxKind, SecretUnreadable, Security
from odziv.testmail.login import password_for, username_for

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def server_of(mailbox: Mailbox) -> Server:
    """The server of a mailbox. Raises Trouble when its stored password cannot be decrypted any more."""
    if mailbox.kind == MailboxKind.TEST:
        return Server(
            host=_ANY.get(ENV.mail_listen.host, ENV.mail_listen.host),
            port=ENV.mail_listen.port,
            security=Security.NONE,
            username=username_for(mailbox.organisation_id),
            password=password_for(mailbox.organisation_id),
        )
    try:
        password = mailbox.smtp_password
    except SecretUnreadable as error:
        raise Trouble(Reason.PASSWORD_LOST, Outcome.TEMPORARY, mailbox_wide=True) from error
    return Server(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_username, password)

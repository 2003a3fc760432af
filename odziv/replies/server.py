"""Which server keeps a mailbox's mail, and how it is signed in there."""

from __future__ import annotations

from odziv.lib import clock
from odziv.models import Mailbox, SecretUnreadable
from odziv.oauth import tokens
from odziv.oauth.trouble import OAuthTrouble
from odziv.replies.connection import Connection, Server
from odziv.replies.trouble import ImapTrouble, Reason


def server_of(mailbox: Mailbox) -> Server:
    """The reading side of a mailbox that `reads`. Raises ImapTrouble when it cannot be signed in at all now."""
    if mailbox.uses_oauth:
        username = mailbox.smtp_username or mailbox.address
        return Server(mailbox.imap_host, mailbox.imap_port, mailbox.imap_security, username, token=_token(mailbox))
    try:
        password = mailbox.imap_password
    except SecretUnreadable as error:
        raise ImapTrouble(Reason.PASSWORD_LOST) from error
    return Server(mailbox.imap_host, mailbox.imap_port, mailbox.imap_security, mailbox.imap_login, password)


def opened(mailbox: Mailbox, *, timeout: float) -> Connection:
    """A connection to a mailbox that `reads`, signed in; how that ended is noted for the health list (O6).

    Raises ImapTrouble.
    """
    try:
        connection = Connection(server_of(mailbox), timeout=timeout)
        try:
            connection.open()
        except ImapTrouble as trouble:
            found = refused(mailbox, trouble)
            if found is trouble:
                raise
            raise found from trouble
    except ImapTrouble as trouble:
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), trouble.reason, trouble.words)
        raise
    Mailbox.objects.note_reading(mailbox.pk, clock.now())
    return connection


def refused(mailbox: Mailbox, trouble: ImapTrouble) -> ImapTrouble:
    """What a refused sign-in means: with a permission, the provider knows whether it still holds."""
    if trouble.reason != Reason.LOGIN or not mailbox.uses_oauth:
        return trouble
    found = tokens.doubted(mailbox, clock.now())
    return ImapTrouble(Reason(found.reason.value), found.words) if found is not None else trouble


def _token(mailbox: Mailbox) -> str:
    try:
        return tokens.access_token(mailbox, clock.now())
    except OAuthTrouble as trouble:
        raise ImapTrouble(Reason(trouble.reason.value), trouble.words) from trouble

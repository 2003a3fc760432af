"""Which server takes a mailbox's mail, and how it is signed in there."""

from __future__ import annotations

from odziv.deliver.session import Server
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Mailbox, MailboxKind, SecretUnreadable, Security
from odziv.oauth import tokens
from odziv.oauth.trouble import OAuthTrouble
from odziv.testmail.login import password_for, username_for

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def server_of(mailbox: Mailbox) -> Server:
    """The server of a mailbox. Raises Trouble when it cannot be signed in there: no password, no permission."""
    if mailbox.kind == MailboxKind.TEST:
        return Server(
            host=_ANY.get(ENV.mail_listen.host, ENV.mail_listen.host),
            port=ENV.mail_listen.port,
            security=Security.NONE,
            username=username_for(mailbox.organisation_id),
            password=password_for(mailbox.organisation_id),
        )
    if mailbox.uses_oauth:
        username = mailbox.smtp_username or mailbox.address
        return Server(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security, username, token=_token(mailbox))
    try:
        password = mailbox.smtp_password
    except SecretUnreadable as error:
        raise Trouble(Reason.PASSWORD_LOST, Outcome.TEMPORARY, mailbox_wide=True) from error
    return Server(mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_username, password)


def refused(mailbox: Mailbox, trouble: Trouble) -> Trouble:
    """What a refused sign-in means: with a permission, the provider knows whether it still holds."""
    if trouble.reason != Reason.LOGIN or not mailbox.uses_oauth:
        return trouble
    found = tokens.doubted(mailbox, clock.now())
    return _as_trouble(found) if found is not None else trouble


def _token(mailbox: Mailbox) -> str:
    try:
        return tokens.access_token(mailbox, clock.now())
    except OAuthTrouble as trouble:
        raise _as_trouble(trouble) from trouble


def _as_trouble(found: OAuthTrouble) -> Trouble:
    return Trouble(found.reason, Outcome.TEMPORARY, found.words, mailbox_wide=True)

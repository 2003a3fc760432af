"""The e-mail of an invitation, in the language that its sender chose (O2)."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from odziv.deliver.answers import what_happened, what_next
from odziv.deliver.note import send_note
from odziv.deliver.trouble import Trouble
from odziv.models import Invitation, Mailbox, User


def sending_mailbox(user: User) -> Mailbox | None:
    """From where the user's invitations leave; None when only the test mailbox is there, which nothing leaves."""
    return Mailbox.objects.usable_by(user).real().first()


def send(invitation: Invitation, link: str, *, by: User, now: datetime) -> bool:
    """Send the link from a mailbox of `by`, and note whether it left.

    False when there is no mailbox, or when its server did not take it: `invitation.trouble` says why, in the language
    of whoever waits for it. Never raises Trouble.
    """
    mailbox = sending_mailbox(by)
    if mailbox is None:
        return False
    subject, text, html = letter(invitation, link, by)
    try:
        send_note(mailbox, invitation.email, subject, text, html, now=now)
    except Trouble as trouble:
        said = f"“{trouble.words}”" if trouble.words else ""
        pieces = (what_happened(trouble.reason), said, what_next(trouble.reason))
        invitation.trouble = " ".join(filter(None, pieces))[:1000]
    else:
        invitation.mailed_at = now
    invitation.save(update_fields=["mailed_at", "trouble"])
    return invitation.mailed_at is not None


def letter(invitation: Invitation, link: str, by: User) -> tuple[str, str, str]:
    """Subject, text and HTML."""
    with translation.override(invitation.language):
        told = {"who": by.name, "organisation": invitation.organisation.name, "address": invitation.email}
        subject = _("%(who)s invites you to %(organisation)s in Odziv") % told
        lines = [
            _("%(who)s invites you to work with %(organisation)s in Odziv, a tool for sales e-mail.") % told,
            _("Choose a name and a password here; you will sign in with %(address)s:") % told,
        ]
        rest = _("The address works once, within seven days. If you do not know what this is about, just ignore it.")
        button = _("Accept the invitation")
    text = "\n\n".join([*lines, link, rest]) + "\n"
    html = format_html(
        '<p>{}</p><p>{}</p><p><a href="{}">{}</a></p><p style="color:#555">{}</p>', *lines, link, button, rest
    )
    return subject, text, html

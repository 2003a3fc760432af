"""What became of a copy, in a person's words: what happened, what stays safe, what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from odziv.deliver.claim import DELAYS
from odziv.deliver.trouble import Reason
from odziv.models import Delivery, DeliveryState

_WHAT: dict[str, str | Promise] = {
    Reason.UNREACHABLE: lazy("The mail server could not be reached."),
    Reason.GREETING: lazy("The mail server does not take connections at the moment."),
    Reason.TLS: lazy("Encryption with the mail server could not be started."),
    Reason.CERTIFICATE: lazy("The mail server could not prove who it is: its certificate is not valid for this name."),
    Reason.NO_STARTTLS: lazy("The mail server does not offer the encryption (STARTTLS) that the mailbox asks for."),
    Reason.NO_ENCRYPTION: lazy("The password was not sent: it would have travelled in plain text."),
    Reason.LOGIN: lazy("The mail server refused the user name or the password."),
    Reason.NO_LOGIN: lazy("The mail server offers no way of signing in that Odziv knows (PLAIN, LOGIN)."),
    Reason.PASSWORD_LOST: lazy("The stored password cannot be read any more: the key that encrypted it is gone."),
    Reason.SIGN_IN_AGAIN: lazy("The permission to use the mailbox is not valid any more."),
    Reason.REGISTRATION: lazy("The provider does not accept your organisation's registration."),
    Reason.PROVIDER: lazy("The provider that renews the permission to use the mailbox could not be reached."),
    Reason.TIMEOUT: lazy("The mail server did not answer in time."),
    Reason.CLOSED: lazy("The mail server ended the connection before the message was complete."),
    Reason.CONFUSED: lazy("What answered there does not speak as a mail server does."),
    Reason.LIMIT: lazy("The mailbox has sent as many e-mails as it may within an hour."),
    Reason.BUSY: lazy("The mail server takes no mail at the moment."),
    Reason.SENDER: lazy("The mail server does not take mail from this sender's address."),
    Reason.RECIPIENT: lazy("The mail server does not take mail for this recipient."),
    Reason.CONTENT: lazy("The mail server did not take the message."),
    Reason.TOO_BIG: lazy("The message is larger than the mail server takes."),
    Reason.NO_UTF8: lazy("The mail server cannot handle addresses with letters such as č before the @."),
    Reason.UNANSWERED: lazy("The message was handed over, but the mail server's answer never came."),
    Reason.BOUNCED: lazy("The mail came back: a server further on could not deliver it."),
    Reason.ABANDONED: lazy("Odziv was interrupted just when the mail server may have taken the message."),
    Reason.RESTORED: lazy("Odziv's data were restored from a backup, which does not know whether it has left since."),
    Reason.UNBUILDABLE: lazy("The message could not be made into correct mail."),
    Reason.FILE: lazy("An attached file could not be read from the file store."),
    Reason.NO_MAILBOX: lazy("The mailbox from which it should leave was removed."),
    Reason.WITHDRAWN: lazy("A recipient said no to being followed while the message was being handed over."),
    Reason.FAULT: lazy("A fault of Odziv's own; the worker's log says which."),
}

_NEXT: dict[str, str | Promise] = {
    Reason.UNREACHABLE: lazy(
        "Check the server's name and port in the mailbox's settings, and whether the server is up."
    ),
    Reason.GREETING: lazy("Usually this passes by itself; else ask whoever runs the server."),
    Reason.TLS: lazy("Check that port and encryption belong together: usually 587 with STARTTLS, 465 with TLS."),
    Reason.CERTIFICATE: lazy(
        "Enter the server's name as it stands in its certificate, or have the certificate renewed."
    ),
    Reason.NO_STARTTLS: lazy("Choose TLS from the start (usually port 465), or ask whoever runs the server."),
    Reason.NO_ENCRYPTION: lazy("Choose STARTTLS or TLS in the mailbox's settings."),
    Reason.LOGIN: lazy(
        "Enter user name and password anew in the mailbox's settings; some providers want an app password."
    ),
    Reason.NO_LOGIN: lazy(
        "If the server takes mail without signing in, leave the user name empty; else ask whoever runs it."
    ),
    Reason.PASSWORD_LOST: lazy("Enter the password anew in the mailbox's settings."),
    Reason.SIGN_IN_AGAIN: lazy("Open the mailbox in Settings and sign in again; what waits leaves right after."),
    Reason.REGISTRATION: lazy("Ask an administrator to look at Settings, Sign-in with Google and Microsoft."),
    Reason.PROVIDER: lazy("Usually this passes by itself."),
    Reason.TIMEOUT: lazy("If it stays so, check the server's name and port in the mailbox's settings."),
    Reason.CLOSED: lazy("Usually this passes by itself; else ask whoever runs the server."),
    Reason.CONFUSED: lazy("Check the server's name, port and encryption in the mailbox's settings."),
    Reason.LIMIT: lazy("It leaves by itself when the hour is over; the limit stands in the mailbox's settings."),
    Reason.BUSY: lazy("Usually this passes by itself; else ask whoever runs the server."),
    Reason.SENDER: lazy("Check that the mailbox's address belongs to the account with which it signs in."),
    Reason.RECIPIENT: lazy("Check the address."),
    Reason.CONTENT: lazy("The server's words say why; change the message, or ask whoever runs the server."),
    Reason.TOO_BIG: lazy("Let large attachments be followed, so that they leave as links, or make them smaller."),
    Reason.NO_UTF8: lazy("Ask the recipient for another address."),
    Reason.UNANSWERED: lazy("Ask the recipient whether it arrived before you send it again."),
    Reason.BOUNCED: lazy("Check the address on the record; ask the recipient by another way."),
    Reason.ABANDONED: lazy("Ask the recipient whether it arrived before you send it again."),
    Reason.RESTORED: lazy(
        "Look into your mailbox's folder of sent mail, or ask the recipient, before you send it again."
    ),
    Reason.UNBUILDABLE: lazy("Write the message anew without what is named here."),
    Reason.FILE: lazy("Have the file store checked in Settings, or write the message anew with the file."),
    Reason.NO_MAILBOX: lazy("Write the message anew from another mailbox."),
    Reason.WITHDRAWN: lazy("It leaves by itself in a moment, not followed."),
    Reason.FAULT: lazy("Tell your administrator."),
}

_OF_ONE_COPY = frozenset({Reason.SENDER, Reason.RECIPIENT, Reason.CONTENT})


@dataclass(frozen=True)
class Explanation:
    """`words` are the server's own, as they came, or empty; the rest is in the reader's language."""

    what: str
    safe: str
    next: str
    words: str

    @property
    def text(self) -> str:
        """All of it in one paragraph, the server's words in quotation marks."""
        said = _("It said: “%(words)s”.") % {"words": self.words} if self.words else ""
        return " ".join(filter(None, (self.what, said, self.safe, self.next)))


def explain(delivery: Delivery) -> Explanation:
    """What became of a copy, for the message page; without a code only what the server said."""
    words = " ".join(filter(None, (str(delivery.answer_code or ""), delivery.answer)))
    if delivery.state == DeliveryState.ACCEPTED:
        return Explanation(_("The mail server took it."), "", "", words)
    if not delivery.reason:
        return Explanation("", "", "", words)
    # A server that says "not now" to a single copy leaves nothing to do but wait.
    waits = delivery.state == DeliveryState.WAITING and delivery.reason in _OF_ONE_COPY
    advice = "" if waits else what_next(delivery.reason)
    return Explanation(what_happened(delivery.reason), _safe(delivery), advice, words)


def what_happened(reason: str) -> str:
    """The sentence for a code of `trouble.Reason`."""
    return str(_WHAT.get(reason, ""))


def what_next(reason: str) -> str:
    """What a person can do about it."""
    return str(_NEXT.get(reason, ""))


def _safe(delivery: Delivery) -> str:
    if delivery.state == DeliveryState.UNCERTAIN:
        return _("It is not sent again by itself, so that nobody gets it twice.")
    if delivery.state == DeliveryState.REFUSED:
        if delivery.attempts > len(DELAYS):
            return _("It was tried for two days. Nothing was sent to this recipient.")
        return _("Nothing was sent to this recipient; the copies of the others are not affected.")
    if delivery.state == DeliveryState.BOUNCED:
        return _("It is not sent again by itself; the copies of the others are not affected.")
    return _("Nothing is lost: it is tried again by itself.")

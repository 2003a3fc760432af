"""Does a mailbox's server take mail? For the settings page, which wants to know exactly what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from odziv.deliver.answers import Explanation, what_happened, what_next
from odziv.deliver.copies import envelope_address
from odziv.deliver.server import server_of
from odziv.deliver.session import Session
from odziv.deliver.trouble import Trouble
from odziv.environment import ENV
from odziv.models import Mailbox

_PATIENCE = 10.0  # a person waits for the page


@dataclass(frozen=True)
class ConnectionReport:
    """`code` is empty when all went well, else one of `trouble.Reason`; `words` are the server's own."""

    code: str = ""
    words: str = ""

    @property
    def works(self) -> bool:
        return not self.code

    @property
    def text(self) -> str:
        """What failed, the server's words, and how to mend it; in the reader's language."""
        if self.works:
            return _("The server answers and takes mail from this address.")
        return Explanation(what_happened(self.code), "", what_next(self.code), self.words).text


def check_mailbox(mailbox: Mailbox) -> ConnectionReport:
    """Connect, encrypt, sign in, ask whether mail from the mailbox's address is taken, and hang up. Never raises
    Trouble; nothing is sent. Takes at most ten seconds for each answer of the server.
    """
    try:
        name = urlsplit(ENV.web_url).hostname or "localhost"
        session = Session(server_of(mailbox), timeout=min(ENV.smtp_timeout, _PATIENCE), name=name)
        try:
            session.open()
            session.offer_sender(envelope_address(mailbox.address))
        finally:
            session.close()
    except Trouble as trouble:
        words = " ".join(filter(None, (str(trouble.code or ""), trouble.words)))
        return ConnectionReport(trouble.reason, words)
    return ConnectionReport()

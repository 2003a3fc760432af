"""Why an event is what it is: codes, which are stored, and the sentences that people read (J5).

A code is never renamed: rows of the journal hold it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD = "head"
PREFETCH = "prefetch"
NO_AGENT = "no-agent"
SCANNER = "scanner"
BOT = "bot"
APPLE_PRIVACY = "apple-privacy"
GMAIL_PREFETCH = "gmail-prefetch"
IMAGE_PROXY = "image-proxy"
PERSON_AGENT = "person-agent"
FLOOD = "flood"
SAME_OPEN = "same-open"
SAME_DOWNLOAD = "same-download"
IMPLIES_OPEN = "implies-open"

SENTENCES: dict[str, str | Promise] = {
    HEAD: _("It asked only for the header (HEAD), which mail programs and browsers do not do when somebody reads."),
    PREFETCH: _("It said that it loads in advance (prefetch), before anybody has looked."),
    NO_AGENT: _("It did not say what program it is; mail programs and browsers always do."),
    SCANNER: _("The program calls itself a security scanner."),
    BOT: _("The program is not a mail program or browser: it is a robot, a link preview or a script."),
    APPLE_PRIVACY: _(
        "Apple's privacy protection loads every picture on its own, whether or not the mail is read; it says nothing "
        "about the reader."
    ),
    GMAIL_PREFETCH: _("Gmail loaded it in advance, when the mail arrived."),
    IMAGE_PROXY: _("The mail service fetched it for the reader at the moment of reading; the device stays hidden."),
    PERSON_AGENT: _("An ordinary mail program or browser asked for it."),
    FLOOD: _("So many requests came for this copy that no person can have made them."),
    SAME_OPEN: _("It belongs to an open that is already counted."),
    SAME_DOWNLOAD: _("It is a further piece of a download that is already counted."),
    IMPLIES_OPEN: _("Nothing else showed that the mail was opened, so this counts as an open too."),
}


def sentences(codes: Iterable[str]) -> list[str]:
    """The reasons in the reader's language. Codes that nobody knows any more are left out."""
    return [str(SENTENCES[code]) for code in codes if code in SENTENCES]

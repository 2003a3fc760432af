"""Why an event is what it is: codes, which are stored, and the sentences that people read (J5).

A code is never renamed: rows of the journal hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def _(text: str) -> str:
    """Marks a text that has a translation. Django's own mark would want settings, which `odziv explain` has not."""
    return text


HEAD = "head"
PREFETCH = "prefetch"
NO_AGENT = "no-agent"
SCANNER = "scanner"
BOT = "bot"
APPLE_PRIVACY = "apple-privacy"
GMAIL_PREFETCH = "gmail-prefetch"
HONEYPOT = "honeypot"
IMAGE_PROXY = "image-proxy"
OTHER_PROXY = "other-proxy"
PERSON_AGENT = "person-agent"
EARLY_CLICK = "early-click"
SOON_CLICK = "soon-click"
EARLY_OPEN = "early-open"
OPENED_BEFORE = "opened-before"
BURST = "burst"
ALL_LINKS = "all-links"
MANY_LINKS = "many-links"
TWO_AT_ONCE = "two-at-once"
TWO_LINKS = "two-links"
REPEATED = "repeated"
SAME_SOURCE = "same-source"
BESIDE_MACHINE = "beside-machine"
SECURITY_NETWORK = "security-network"
CLOUD_NETWORK = "cloud-network"
TEAM_NETWORK = "team-network"  # stored with the user: team-network:<identifier>
COLLEAGUES = "colleagues"
SOME_COLLEAGUES = "some-colleagues"
COLLEAGUES_OPENED = "colleagues-opened"
CONFIRMED = "confirmed"
REPLIED = "replied"
FLOOD = "flood"
SAME_OPEN = "same-open"
SAME_DOWNLOAD = "same-download"
IMPLIES_OPEN = "implies-open"

SENTENCES: dict[str, str] = {
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
    HONEYPOT: _("It followed a link that nobody can see."),
    IMAGE_PROXY: _("The mail service fetched it for the reader at the moment of reading; the device stays hidden."),
    OTHER_PROXY: _("A mail service fetched it; whether it does so only when somebody reads is not known."),
    PERSON_AGENT: _("An ordinary mail program or browser asked for it."),
    EARLY_CLICK: _("It came within two minutes after the mail was accepted, when security scanners follow links."),
    SOON_CLICK: _("It came within five minutes after the mail was accepted; some security scanners take as long."),
    EARLY_OPEN: _("It came within seconds after the mail was accepted; hardly anybody reads that fast."),
    OPENED_BEFORE: _("The mail had been opened before, as people do who read first."),
    BURST: _("Three or more different links were followed within two seconds; no person clicks that fast."),
    ALL_LINKS: _("Every link of the mail was followed once, one after the other, as security scanners do."),
    MANY_LINKS: _("Many links were followed in a short time."),
    TWO_AT_ONCE: _("Opening and clicking happened within a second."),
    TWO_LINKS: _("Two different links were followed within a second."),
    REPEATED: _("The same was asked for more than ten times within a minute."),
    SAME_SOURCE: _("The same program at the same address behaved as only machines do."),
    BESIDE_MACHINE: _("A machine was at work on this mail at that moment."),
    SECURITY_NETWORK: _("It came from the network of a mail security service."),
    CLOUD_NETWORK: _("It came from a data centre; few people come from there."),
    TEAM_NETWORK: _("It came from a network on which your team uses Odziv; it may have been a look of your own."),
    COLLEAGUES: _("The same program at the same address did so in the mail of several colleagues at the same moment."),
    SOME_COLLEAGUES: _("The same program at the same address followed links in the mail of colleagues at that time."),
    COLLEAGUES_OPENED: _("The same program at the same address loaded the mail of colleagues at that time."),
    CONFIRMED: _("Later a person came from another network, so the mail has been read."),
    REPLIED: _("The recipient has answered, so the mail has been read."),
    FLOOD: _("So many requests came for this copy that no person can have made them."),
    SAME_OPEN: _("It belongs to an open that is already counted."),
    SAME_DOWNLOAD: _("It is a further piece of a download that is already counted."),
    IMPLIES_OPEN: _("Nothing else showed that the mail was opened, so this counts as an open too."),
}
"""In English; `sentences` translates them. Plain, so that a command can say them without any settings."""


_NAMED = {
    TEAM_NETWORK: _("It came from the network on which %(name)s uses Odziv; it may have been a look of your own."),
}


def evidence_of(code: str) -> str:
    """The piece of evidence, without what it was stored with."""
    return code.partition(":")[0]


def sentences(codes: Iterable[str], names: Mapping[str, str] = {}) -> list[str]:
    """The reasons in the reader's language; `names` are those of people, by identifier. Codes that nobody knows any
    more are left out."""
    from django.utils.translation import gettext  # here, so that judging needs no Django

    told = []
    for code in codes:
        evidence, _colon, who = code.partition(":")
        if evidence in _NAMED and who in names:
            told.append(gettext(_NAMED[evidence]) % {"name": names[who]})
        elif evidence in SENTENCES:
            told.append(gettext(SENTENCES[evidence]))
    return told


def people_in(codes: Iterable[str]) -> set[str]:
    """The identifiers of users that stand in codes."""
    return {who for code in codes if (who := code.partition(":")[2])}

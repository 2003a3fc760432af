"""What the rules look at: a mail's own statements, each worked out when it is asked for."""

from __future__ import annotations

import re
from functools import cached_property

from odziv.replies.kinds import bounces, notices, wording
from odziv.replies.kinds.bounces import Failure
from odziv.replies.kinds.html import text_of
from odziv.replies.kinds.mail import Mail, head

# Servers, by the address or by the whole name that they send under.
_DAEMON = re.compile(
    r"^(?:mailer-?daemon|mdaemon|mail-?daemon|mail\.delivery\.system|microsoftexchange\w*|"
    r"bounce-?handler)@|^mailer-?daemon$",
    re.IGNORECASE,
)
_DAEMONS_NAME = re.compile(
    r"^\W*(?:mailer[ -]?daemon|(?:internet )?mail delivery (?:sub)?(?:system|service)|"
    r"(?:mail )?delivery subsystem|mdaemon)\W*(?:<|$)|"
    r"\(mail delivery system\)|mailer-daemon",
    re.IGNORECASE,
)
# People use these as well, for what they write themselves.
_DESK = re.compile(
    r"^(?:postmaster|mailer|mailadmin|mail-?system|administrator|sysadmin)@|postmaster\b|"
    r"system administrator|ndr administrator",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"^(?:no-?_?\.?reply|do-?_?not-?_?reply|donotrespond|notifications?|auto-?confirm|no-?_?response|"
    r"autoresponder|auto-?reply|"
    r"autoresponse|noreply-[\w-]+|[\w.-]+[-_.+]no-?reply)"
    r"(?:[-_.+][\w-]*)?@|^(?:mailer-daemon|root|nobody|daemon|cron|listserv|majordomo|mailman)@",
    re.IGNORECASE,
)
# A server's answer (RFC 5321, 4.2; RFC 3463), or a list of those who were not reached.
_ANSWER = re.compile(
    r"\b[45]\d\d[ -]\d?|\b[45]\.\d{1,3}\.\d{1,3}\b|(?:delivered|reach|address(?:es)?|"
    r"recipients?)\W{0,9}[^\s@]+@[\w.-]+"
)
_OPENING = 3_000


class Evidence:
    """A mail as the rules see it."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self.headers = mail.headers

    @cached_property
    def subject(self) -> str:
        return wording.plain(self.headers.get("subject")[:1000])

    @cached_property
    def sender(self) -> str:
        """The first address in From, in lower case."""
        return next(iter(self.headers.addresses("from")), "")

    @cached_property
    def is_from_mailer(self) -> bool:
        """Whether a server sent it; a postmaster who answers something is a person."""
        name = self.headers.get("from")[:500]
        if _DAEMON.search(self.sender or name) or _DAEMONS_NAME.search(name) or name.strip() == "<>":
            return True
        is_desk = _DESK.search(self.sender) or _DESK.search(name)
        return bool(is_desk) and not (self.is_threaded and self.is_prefixed)

    @cached_property
    def is_from_nobody(self) -> bool:
        """From an address that says of itself that nobody reads it."""
        return bool(_NOBODY.search(self.sender))

    @cached_property
    def has_null_path(self) -> bool:
        """`Return-Path: <>`: the envelope of everything that must not be answered (RFC 5321, 4.5.5)."""
        return any(value.replace(" ", "") == "<>" for value in self.headers.all("return-path")[:1])

    @cached_property
    def is_threaded(self) -> bool:
        return any(self.headers.get(name).strip() for name in ("in-reply-to", "references"))

    @cached_property
    def body(self) -> str:
        return self.mail.plain or text_of(self.mail.html)

    @cached_property
    def opening(self) -> str:
        """The first words as `wording.plain` folds them, without quoted lines."""
        lines = [line for line in self.body[: 4 * _OPENING].split("\n") if not line.lstrip().startswith(">")]
        return wording.plain("\n".join(lines)[:_OPENING])

    @cached_property
    def has_original(self) -> bool:
        """Whether a message, or the headers of one, is attached as it is to what servers return."""
        return bool(self.mail.of_type("message/rfc822", "text/rfc822-headers", "message/global-headers"))

    @cached_property
    def original_id(self) -> str:
        """The Message-ID of the message that is returned or reported on; empty when it is not told."""
        for part in self.mail.of_type(
            "message/rfc822", "text/rfc822-headers", "message/global-headers", "message/global"
        ):
            if found := head(part.content[:262_144].lstrip())[0].get("message-id"):
                return found
        for part in self.mail.of_type("message/disposition-notification", "message/feedback-report"):
            if found := head(part.content[:65_536].lstrip())[0].get("original-message-id"):
                return found
        named = re.search(r"^[ >]*message-id:\s*(<[^<>\s]{3,400}>)", self.body[:100_000], re.IGNORECASE | re.MULTILINE)
        return named[1] if named else ""

    @cached_property
    def report_type(self) -> str:
        """That of a multipart/report (RFC 3462), in lower case."""
        value = self.headers.get("content-type")
        found = re.search(r"report-type\s*=\s*\"?([\w.-]+)", value, re.IGNORECASE)
        return found[1].lower() if found and "multipart/report" in value.lower() else ""

    @cached_property
    def reported(self) -> list[Failure]:
        """By recipient, what a server's report says; a report that a person sends on is none."""
        is_servers = bool(self.report_type) or self.is_from_mailer or self.has_null_path
        if not is_servers and self.is_answer:
            return []
        return bounces.reported(self.mail, damaged=is_servers)

    def outcomes(self) -> set[str]:
        return {failure.outcome for failure in self.reported}

    @cached_property
    def says_delayed(self) -> bool:
        """Whether a notice without a report says that the server goes on trying."""
        return self._delays or (bool(notices.DELAY_OPENING.search(self.subject)) and not self._is_final)

    @cached_property
    def _notice(self) -> str:
        return wording.plain(bounces.notice_of(self.body))

    @property
    def _is_final(self) -> bool:
        return bool(notices.GIVEN_UP.search(self._notice))

    @cached_property
    def _delays(self) -> bool:
        return bool(notices.DELAY_OPENING.search(self._notice)) and not self._is_final

    @cached_property
    def is_notice(self) -> bool:
        """Whether it says in words, as servers do, that a message was not delivered.

        It takes two of three: that it comes from a mailer, that its subject says so, that its first lines say so; a
        person who writes *Re: Undeliverable* has at most the subject. Some subjects no person writes: they are enough.
        """
        if self.headers.get("x-failed-recipients"):
            return True
        if notices.BOUNCE_WHOLE_SUBJECT.match(self.subject) and not self.is_threaded:
            return True
        subject = bool(notices.BOUNCE_SUBJECT.search(self.subject)) and not self.is_answer
        opening = bool(notices.BOUNCE_OPENING.search(self.opening) or self._delays)
        if self.is_from_mailer:
            return subject or opening or self.has_original
        if self.has_null_path or self.is_from_nobody:
            return subject or (opening and (self.has_original or bool(_ANSWER.search(self.opening))))
        is_named = bool(_ANSWER.search(self.opening)) or "@" in self.opening
        return subject and (self.has_original or (opening and is_named)) and not self.is_threaded

    @cached_property
    def is_prefixed(self) -> bool:
        """Whether its subject begins as that of a person's answer or forward does."""
        return bool(re.match(wording.ANSWER, self.subject) or wording.FORWARDED.match(self.subject))

    @property
    def is_answer(self) -> bool:
        return self.is_prefixed and not self.is_from_mailer

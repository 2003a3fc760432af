"""Why a copy is not accepted: a stable code, how it ends, and the server's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from odziv.lib.dial import Fault

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST = 500


class Reason(StrEnum):
    """Stored with a delivery; `answers` says each in a person's words."""

    UNREACHABLE = "unreachable"  # no connection to the server
    GREETING = "greeting"  # it greeted with a refusal
    TLS = "tls"  # encryption could not be started
    CERTIFICATE = "certificate"  # its certificate does not prove that it is this server
    NO_STARTTLS = "no-starttls"  # encryption is wanted and not offered
    NO_ENCRYPTION = "no-encryption"  # a password would travel through foreign networks in plain text
    LOGIN = "login"  # user name or password refused
    NO_LOGIN = "no-login"  # it offers no way to sign in that is known here
    PASSWORD_LOST = "password-lost"  # the stored password cannot be decrypted
    SIGN_IN_AGAIN = "sign-in-again"  # the provider does not accept the permission any more, or there is none
    REGISTRATION = "registration"  # the provider does not accept the organisation's registration
    PROVIDER = "provider"  # the provider that renews the permission cannot be reached
    TIMEOUT = "timeout"  # no answer in time, before the message was complete
    CLOSED = "closed"  # it hung up before the message was complete
    CONFUSED = "confused"  # its answer was not SMTP
    LIMIT = "limit"  # the mailbox has sent as much as it may within an hour
    BUSY = "busy"  # 421: it takes nothing at the moment
    SENDER = "sender"  # MAIL FROM refused
    RECIPIENT = "recipient"  # RCPT TO refused
    CONTENT = "content"  # the message itself refused
    TOO_BIG = "too-big"
    NO_UTF8 = "no-utf8"  # the address needs SMTPUTF8, which the server does not offer
    UNANSWERED = "unanswered"  # the message was complete, and no answer came
    BOUNCED = "bounced"  # a server further on could not deliver it, and sent it back
    ABANDONED = "abandoned"  # our own process ended between the last byte and the answer
    RESTORED = "restored"  # it may have left in the time that was lost when a backup was put back
    UNBUILDABLE = "unbuildable"  # the copy cannot be made into correct mail
    FILE = "file"  # an attached file cannot be read
    NO_MAILBOX = "no-mailbox"  # the mailbox was removed
    WITHDRAWN = "withdrawn"  # somebody said no while it was on its way followed
    FAULT = "fault"  # a fault of ours, written to the log


class Outcome(StrEnum):
    """What a trouble means for the copy."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Answer:
    """What a server said: its code and its words, in one line without control characters."""

    code: int
    words: str


@dataclass
class Trouble(Exception):
    """Raised where a copy cannot go on. `mailbox_wide`: no other copy of the mailbox can go on now either.

    `fault`: what exactly failed, when that is known more closely than the reason says.
    """

    reason: Reason
    outcome: Outcome
    words: str = ""
    code: int | None = None
    mailbox_wide: bool = False
    fault: Fault | None = None


def readable(words: bytes | str) -> str:
    """Foreign text in one line, without control characters, not longer than 500."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _CONTROL.sub(" ", text).strip()[:_LONGEST]


def outcome_of(code: int) -> Outcome:
    """5xx is permanent, everything else that is no success temporary (RFC 5321, 4.2.1)."""
    return Outcome.PERMANENT if 500 <= code <= 599 else Outcome.TEMPORARY

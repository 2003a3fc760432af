"""Why a mailbox cannot be read or filed into: a stable code and the server's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from odziv.lib.dial import Fault

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST = 500


class Reason(StrEnum):
    """Stored with a mailbox; `mailboxes.advice` says each in a person's words. Equal codes mean the same for SMTP."""

    UNREACHABLE = "unreachable"
    GREETING = "greeting"
    TLS = "tls"
    CERTIFICATE = "certificate"
    NO_STARTTLS = "no-starttls"
    NO_ENCRYPTION = "no-encryption"
    LOGIN = "login"
    NO_LOGIN = "no-login"
    PASSWORD_LOST = "password-lost"
    SIGN_IN_AGAIN = "sign-in-again"
    REGISTRATION = "registration"
    PROVIDER = "provider"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    CONFUSED = "confused"
    BUSY = "busy"  # not now: too many connections, maintenance (RFC 5530: UNAVAILABLE, INUSE, LIMIT)
    FOLDER = "folder"  # there is no such folder
    FULL = "full"  # the mailbox takes no more (RFC 5530: OVERQUOTA)
    TOO_BIG = "too-big"
    REFUSED = "refused"  # any other NO
    FAULT = "fault"  # a fault of ours, written to the log


@dataclass
class ImapTrouble(Exception):
    """Raised where a conversation cannot go on. `fault`: what exactly failed, when that is known more closely."""

    reason: Reason
    words: str = ""
    fault: Fault | None = None


def readable(words: bytes | str) -> str:
    """Foreign text in one line, without control characters, not longer than 500."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _CONTROL.sub(" ", text).strip()[:_LONGEST]

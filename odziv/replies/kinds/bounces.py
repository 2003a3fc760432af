"""Who was not reached, and why: reports as RFC 3464 has them, then what many servers write instead."""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flufl.bounce import all_failures

from odziv.replies.kinds import reasons
from odziv.replies.kinds.mail import Mail, head

# It logs each of its detectors, and a traceback where one stumbles, which `_by_library` expects.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

FAILED, DELAYED, DELIVERED = "failed", "delayed", "delivered"
_ACTIONS = {
    "failed": FAILED,
    "failure": FAILED,
    "fail": FAILED,
    "error": FAILED,
    "expired": FAILED,
    "deleted": FAILED,
    "delayed": DELAYED,
    "deferred": DELAYED,
    "transient-failure": DELAYED,
    "delivered": DELIVERED,
    "relayed": DELIVERED,
    "expanded": DELIVERED,
}

# Of a text without structure, this much is looked at; the returned message stands behind it.
_LONGEST_NOTICE = 20_000
_LONGEST_FOR_LIBRARY = 200_000
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=/'#&~^{}|!$*?-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_RETURNED = re.compile(
    r"^[ \t>*=#~_-]*(?:below this line is a copy|original (?:message|mail)|(?:this|here|below|"
    r"the following) is a copy of|"
    r"(?:the )?(?:header|returned|unsent|original|source|first)[^\n]{0,40}(?:message|mail|header|text|"
    r"content|lines)\b[^\n]{0,40}$|"
    r"mensaje original|ursprüngliche nachricht|message d'origine|messaggio originale|izvirno sporočilo|"
    r"return-path:|received: |begin forwarded|included (?:is|below)|forwarded message|undelivered message)",
    re.IGNORECASE | re.MULTILINE,
)
# Messaging Server, MailEnable and others put a word before each.
_LABELLED = re.compile(
    r"^[ \t]*(?:(?:failed |final[ -]|invalid )?recipient(?: address)?|undeliverable address)[ \t]*:[ \t]*"
    rf"(?:\[?smtp:|rfc822;)?[ \t]*<?({_ADDRESS.pattern})",
    re.IGNORECASE | re.MULTILINE,
)
_DESK = re.compile(r"(?:postmaster|mailer-daemon|support|abuse|hostmaster|helpdesk)@", re.IGNORECASE)
_STAGE = re.compile(r"in reply to [a-z ]{0,20}data\b|after end of data|>>> data <<< 5", re.IGNORECASE)
_QUOTED_SUBJECT = re.compile(r"^[ \t>]*subject:[^\n]*(?:\n[ \t]+[^\n]*)*", re.IGNORECASE | re.MULTILINE)
_NAMED = re.compile(
    r"(?:failed|following|recipients?|address(?:es)?|address\(es\)|deliver\w*|addressed|undeliverable|"
    r"reach|rcpt to|to|user|mailbox|for|unknown|adres\w*|empf\w*|"
    r"destinat\w*|prejemnik\w*|primatelj\w*|naslov\w*)[^@]{0,160}?[<\[(\s:;'\"]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient of a report: `outcome` is failed, delayed or delivered; `status` an enhanced code or empty;
    `severity` hard, soft, delayed or empty; `reason` a name of `reasons.REASONS`; `answer` what the server said."""

    address: str
    outcome: str
    status: str = ""
    severity: str = ""
    reason: str = ""
    answer: str = ""


def reported(mail: Mail, *, damaged: bool) -> list[Failure]:
    """What the message/delivery-status parts say of each recipient (RFC 3464, 2.3); with `damaged` also one that stands
    inside of the text because the multipart around it is broken."""
    blocks = [part.content for part in mail.of_type("message/delivery-status", "message/global-delivery-status")]
    if damaged and not blocks and (at := mail.whole.lower().find(b"content-type: message/delivery-status")) >= 0:
        blocks = [mail.whole[at : at + 65_536].partition(b"\n")[2].lstrip(b"\n")]
    notice = " ".join(notice_of(mail.plain).split())
    found: dict[str, Failure] = {}
    for block in blocks:
        for failure in _groups(block[:262_144], notice):
            found.setdefault(failure.address.lower(), failure)
    return list(found.values())


def _groups(block: bytes, notice: str) -> Iterator[Failure]:
    """Groups of fields, between blank lines; the first one speaks of the message and has no recipient."""
    start = 0
    for _ in range(1_000):
        if start >= len(block):
            return
        fields, end = head(block, start)
        start = end if end > start else (block.find(b"\n", start) + 1 or len(block))
        # The address as the sender wrote it, where it is told (RFC 3464, 2.3.1): the other is what became of it.
        recipient = (
            fields.get("original-recipient") or fields.get("final-recipient") or fields.get("x-actual-recipient")
        )
        if not recipient and "action" not in fields:
            continue
        status = reasons.status_in(fields.get("status")) or fields.get("status").split(" ")[0]
        answer = fields.get("diagnostic-code").partition(";")[2].strip() or fields.get("diagnostic-code")
        answer = " ".join(answer.split())
        outcome = _outcome(fields.get("action"), status)
        # A report's own code is often less telling than the one in the server's answer.
        told = reasons.status_in(answer) or status
        name, severity = reasons.diagnose(f"{answer} {_stage(notice)}", told, notice)
        if outcome == DELAYED:
            severity = reasons.DELAYED
        final = fields.get("final-recipient")
        yield Failure(_address(recipient) or _address(final), outcome, told, severity, name, answer[:1000])


def _stage(notice: str) -> str:
    """At which command the server answered, when the notice tells."""
    found = _STAGE.search(notice)
    return found[0] if found else ""


def _outcome(action: str, status: str) -> str:
    word = action.strip().lower().split(" ")[0].split("(")[0]
    if word in _ACTIONS:
        return _ACTIONS[word]
    return {"2": DELIVERED, "4": DELAYED}.get(status[:1], FAILED)


def _address(field: str) -> str:
    """Of `rfc822; <ana@x.example>` or whatever stands there in its place."""
    _kind, separator, value = field.partition(";")
    value = (value if separator else field).strip().strip("<>\"' ")
    found = _ADDRESS.search(value)
    if found:
        return found[0]
    return value.split()[0].strip("<>\"'") if value.split() else ""


def told(mail: Mail, *, delayed: bool) -> list[Failure]:
    """What a notice without a report says: the field that some servers add, then the library, then the text itself."""
    text = notice_of(mail.plain or mail.html)
    addresses = [address for value in mail.headers.all("x-failed-recipients") for address in _ADDRESS.findall(value)]
    addresses = addresses or _by_library(mail) or _LABELLED.findall(text)[:100] or _named_in(mail, text)
    known = {address.lower(): address for address in reversed(addresses)}
    # Where each has a line that begins with a word for it, what follows there speaks of it, until the next one.
    places = [(found[1].lower(), found.start(), found.end()) for found in list(_LABELLED.finditer(text))[:101]]
    ends = [start for _one, start, _end in places[1:]] + [len(text)]
    said = {one: text[start : min(end, start + 600)] for (one, start, _), end in zip(places, ends, strict=False)}
    return [_of_text(one, text, said.get(one.lower(), ""), delayed=delayed) for one in reversed(known.values())]


def answer_in(mail: Mail, *, delayed: bool) -> Failure:
    """Why, when nobody is named."""
    return _of_text("", notice_of(mail.plain or mail.html), delayed=delayed)


def notice_of(text: str) -> str:
    """The server's own words: what stands before the returned message."""
    text = text[:_LONGEST_NOTICE]
    returned = next((match for match in _RETURNED.finditer(text) if match.start() > 40), None)
    return _QUOTED_SUBJECT.sub("", text[: returned.start()] if returned else text)


def _of_text(address: str, text: str, said: str = "", *, delayed: bool) -> Failure:
    around = said or text
    if not said and address and text.count("@") > 1 and (at := text.lower().rfind(address.lower())) >= 0:
        around = text[at : at + 600]
    status = reasons.status_in(around) or reasons.status_in(text)
    answer = " ".join(around.split())
    name, severity = reasons.diagnose(answer, status, " ".join(text.split()))
    outcome = DELAYED if delayed else FAILED
    return Failure(address, outcome, status, reasons.DELAYED if delayed else severity, name, answer[:1000])


def _by_library(mail: Mail) -> list[str]:
    """flufl.bounce knows the notices of many servers; it gets a bounded piece, because it searches with regexes."""
    if len(mail.parts) > 50:
        return []
    message = email.message_from_bytes(mail.whole[:_LONGEST_FOR_LIBRARY])
    try:
        temporary, permanent = all_failures(message)
    except (LookupError, ValueError, AssertionError, TypeError, AttributeError, IndexError):
        return []  # its detectors stumble over charsets and damaged parts
    found = {address.decode("ascii", "replace").strip("<> ") for address in {*permanent, *temporary}}
    return sorted(address for address in found if _ADDRESS.fullmatch(address))


def _named_in(mail: Mail, text: str) -> list[str]:
    """Addresses in the notice at the beginning of a line or behind a word that points to a recipient; where there is
    none, all but the server's own and those that it was sent from and to."""
    others = {*mail.headers.addresses("from"), *mail.headers.addresses("to"), *mail.headers.addresses("reply-to")}
    pointed, found = [], []
    for match in list(_ADDRESS.finditer(text))[:1_000]:
        address = match[0].rstrip(".")
        if _DESK.match(address):
            continue
        before = text[max(0, match.start() - 200) : match.start()]
        line = before.rpartition("\n")[2].strip(" \t<[(*'\"")
        if not line or _NAMED.search(before):
            pointed.append(address)
        elif address.lower() not in others:
            found.append(address)
    return list(dict.fromkeys(pointed or found))[:100]

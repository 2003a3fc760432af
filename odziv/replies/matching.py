"""To which sent e-mail a mail answers: by identifiers, never by subject, never across organisations (P1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import compat32
from email.utils import getaddresses
from uuid import UUID

from odziv.environment import ENV
from odziv.lib import thread_index
from odziv.lib.reply_address import copies_in, may_have_tokens
from odziv.lib.seal import KeyRing
from odziv.models import Delivery, Message
from odziv.models.reach import address_key

_ID = re.compile(r"<[^<>\s@\0]{1,250}@[^<>\s\0]{1,250}>")
_MOST_IDS = 200
_LONGEST_HEADER = 64 * 1024
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_READ_OF_REPORT = 400_000  # bytes in which a report's original is looked for


@dataclass(frozen=True)
class Match:
    """`by` is in-reply-to, references, reply-address, thread-index, or original (a report names the message that it is
    about). `copy`: the one whose reply address was written to.
    """

    message: Message
    by: str
    copy: Delivery | None = None


def referenced(mail: Mail) -> Mapping[str, list[str]]:
    """The identifiers that the headers name, the nearest first, by the header that names them."""
    return {
        "in-reply-to": _ids(mail.get_all("In-Reply-To", [])),
        "references": _ids(mail.get_all("References", []))[::-1],
    }


def match(organisation_id: UUID, mail: Mail, envelope: Sequence[str] = ()) -> Match | None:
    """By the headers of a reply: identifiers, then the reply address, then Outlook's Thread-Index; never by subject.

    `envelope`: the addresses to which it was delivered, where they are known.
    """
    found = _by_identifier(organisation_id, mail) or _by_address(organisation_id, mail, envelope)
    return found or _by_conversation(organisation_id, mail)


def _by_identifier(organisation_id: UUID, mail: Mail) -> Match | None:
    named = referenced(mail)
    found = Message.objects.sent_as(organisation_id, [one for ids in named.values() for one in ids][:_MOST_IDS])
    for by, ids in named.items():
        for one in ids:
            if one in found:
                return Match(found[one], by)
    return None


def _by_address(organisation_id: UUID, mail: Mail, envelope: Sequence[str]) -> Match | None:
    """By the sealed token of a copy; one of another organisation, damaged or forged, matches nothing."""
    fields = (str(value)[:20_000] for name in _ADDRESSED for value in mail.get_all(name, [])[:5])
    texts = [*envelope, *fields]
    if not any(map(may_have_tokens, texts)):
        return None
    named = copies_in(texts, KeyRing.load_or_create(ENV.seal_keys))
    copy = Delivery.objects.named(organisation_id, named) if named else None
    return Match(copy.message, "reply-address", copy) if copy else None


def _by_conversation(organisation_id: UUID, mail: Mail) -> Match | None:
    """By the conversation of Outlook: the newest e-mail in it that went to the sender, else the newest of all."""
    head = thread_index.head_of(str(mail.get("Thread-Index", "")))
    if not head:
        return None
    rows = Message.objects.in_conversation(organisation_id, head)
    if not rows:
        return None
    senders = [
        address_key(address) for _name, address in getaddresses([str(mail.get("From", "")).replace("\0", "")[:2000]])
    ]
    mine = Message.objects.to_any([row.pk for row in rows], senders)
    return Match(next((row for row in rows if row.pk in mine), rows[0]), "thread-index")


def belonging(
    organisation_id: UUID, head: bytes, whole: Callable[[], bytes], envelope: Sequence[str] = ()
) -> tuple[Match | None, bytes]:
    """To which e-mail a mail belongs, by its beginning, and its content; `whole` is asked for that only when something
    of it may be ours.
    """
    mail = message_from_bytes(_header(head), policy=compat32)
    found = match(organisation_id, mail, envelope)
    if found is None and not may_be_report(mail):
        return None, b""
    raw = whole()
    return found or match_report(organisation_id, raw), raw


def _header(raw: bytes) -> bytes:
    """A mail's header, whatever its lines end with, at most 64 KiB: nothing behind it is worth parsing for this."""
    begun = raw[:_LONGEST_HEADER].lstrip(b"\r\n")
    ends = [end for mark in (b"\r\n\r\n", b"\n\n", b"\r\r") if (end := begun.find(mark)) >= 0]
    return begun[: min(ends)] + b"\r\n\r\n" if ends else begun


def match_report(organisation_id: UUID, raw: bytes) -> Match | None:
    """By the identifiers that a report's body names: that of the message it is about is among them."""
    text = raw[:_READ_OF_REPORT].decode("latin-1")
    ids = list(dict.fromkeys(_ID.findall(text)))[:_MOST_IDS]
    found = Message.objects.sent_as(organisation_id, ids)
    first = next((one for one in ids if one in found), None)
    return Match(found[first], "original") if first else None


def may_be_report(mail: Mail) -> bool:
    """Whether a mail without a reference of ours may still be about one: sent by a program, not by a person."""
    sender = str(mail.get("From", "")).lower()
    return (
        (mail.get_content_maintype() == "multipart" and mail.get_content_subtype() == "report")
        or mail.get("Return-Path", "").strip() == "<>"
        or mail.get("Auto-Submitted", "no").strip().lower() not in ("", "no")
        or any(name in mail for name in ("X-Failed-Recipients", "X-Autoreply", "X-Auto-Response-Suppress"))
        or any(name in sender for name in ("mailer-daemon", "postmaster", "mail delivery", "no-reply", "noreply"))
    )


def copy_of(message: Message, addresses: list[str]) -> Delivery | None:
    """The copy of the first of these addresses that the message went to; None when it went to none of them."""
    copies = list(Delivery.objects.filter(message=message).select_related("party").order_by("pk")[:2000])
    by_key = {copy.party.key: copy for copy in copies}
    return next((by_key[key] for key in map(address_key, addresses) if key in by_key), None)


def is_stranger(message: Message, address: str) -> bool:
    """Whether a sender is neither a recipient nor at a recipient's domain."""
    parties = list(message.parties.values_list("key", flat=True)[:2000])
    key = address_key(address)
    domain = key.rpartition("@")[2]
    return key not in parties and (not domain or domain not in {one.rpartition("@")[2] for one in parties})


def _ids(values: list[str]) -> list[str]:
    return list(dict.fromkeys(one for value in values for one in _ID.findall(str(value)[:20_000])))[:_MOST_IDS]

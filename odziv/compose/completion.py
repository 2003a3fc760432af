"""Whom an e-mail could go to: contacts, leads and accounts with an address (C1)."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.compose.addresses import Mailbox
from odziv.lib.text import fold
from odziv.models import Dead, HardBounce, Record, RecordEmail, RecordKind, User

MOST = 10
_PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD, RecordKind.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One address of a record, as an address line takes it; `dead` when mail to it comes back (P2)."""

    record: Record
    mailbox: Mailbox
    dead: Dead | None = None


def suggest(user: User, text: str) -> list[Suggestion]:
    """At most ten addresses of the user's organisation for what was typed: name, company, account or address.

    Every word must begin one of these; names that begin with the text come first. A bounded number of queries.
    """
    words = fold(text).split()
    found: list[Suggestion] = []
    for record in Record.objects.for_(user).of_kinds(_PEOPLE).with_email().with_emails().suggested(text, MOST):
        found += [Suggestion(record, Mailbox(record.name, email.address)) for email in _fitting(record, words)]
    dead = HardBounce.objects.for_(user).dead(one.mailbox.address for one in found)
    # Addresses that work come before those from which everything comes back.
    known = [Suggestion(one.record, one.mailbox, dead.get(one.mailbox.key)) for one in found]
    return sorted(known, key=lambda one: one.dead is not None)[:MOST]


def _fitting(record: Record, words: list[str]) -> list[RecordEmail]:
    """The addresses in which a word was found; when it was the name that fitted, the first one."""
    emails = list(record.emails.all())
    return [email for email in emails if any(word in email.key for word in words)] or emails[:1]

"""What a word is: those that the texts of a row are stored as, and those that a search asks for."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from odziv.lib.text import digits, fold

if TYPE_CHECKING:
    from odziv.models.messages import Message
    from odziv.models.records import Record

MOST_TYPED = 8
_MOST_WORDS = 100  # of a row
_LONGEST = 40  # characters of a word
_LEAST_DIGITS = 3  # of a phone number that is looked for
MARK = 5  # characters of an organisation's mark
_SIGN = "§"  # begins the sign of an owner, and no word
_SIGNS = 4  # characters behind it: few share one, and of what is theirs lists ask by themselves
_NUMBER = frozenset("0123456789+-/().,")
OF_MAIL = ("subject", "recipients", "from_name", "from_address")
NEEDED = {*OF_MAIL, "direction", "owner"}  # a save of one of these changes the words of a message


def marked_words(organisation_id: UUID, texts: Iterable[str]) -> str:
    """Each word once, folded and with its organisation's mark, behind a space; letters and digits only."""
    mark = _mark(organisation_id)
    words = dict.fromkeys(word[:_LONGEST] for word in _split(" ".join(texts)))
    return "".join(f" {mark}{word}" for word in islice(words, _MOST_WORDS))


def owner_sign(owner_id: UUID) -> str:
    """What the words of an owner's e-mails end with; that of another one may be the same."""
    return f"{_SIGN}{_short(owner_id)[:_SIGNS]}"


def typed_words(organisation_id: UUID, text: str) -> list[str]:
    """The beginnings of words that a search asks for, as `marked_words` has them; none when nothing is a word."""
    mark = _mark(organisation_id)
    words = (
        word for typed in fold(text).split() for word in ([_dialled(typed)] if _is_number(typed) else _split(typed))
    )
    return [f"{mark}{word[:_LONGEST]}" for word in dict.fromkeys(words)][:MOST_TYPED]


def _is_number(typed: str) -> bool:
    return set(typed) <= _NUMBER and len(digits(typed)) >= 2 * _LEAST_DIGITS


def _dialled(typed: str) -> str:
    """Without the noughts before a country's or an area's code, as numbers are stored."""
    return digits(typed).lstrip("0") or digits(typed)


def _split(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()


def _mark(organisation_id: UUID) -> str:
    return _short(organisation_id)[:MARK]


def _short(identifier: UUID) -> str:
    return b32encode(sha256(identifier.bytes).digest()).decode().lower()


def message_words(message: Message, *, regarding: bool = True) -> str:
    """Of an e-mail, with or without its regarding, and behind them the sign of its owner."""
    record = message.activity.regarding if regarding else None
    sender = (message.from_name, message.from_address) if message.direction == "in" else ()
    about = (record.name,) if record else ()
    words = marked_words(message.organisation_id, (message.subject, message.recipients, *about, *sender))
    return f"{words} {owner_sign(message.owner_id)}"


def record_words(record: Record, *, account: bool = True) -> str:
    """Of a record, with or without its account."""
    own = (record.name, record.company, record.job_title, record.industry)
    behind = record.account.name if account and record.account else ""
    emails = [email.key for email in record.emails.all()]
    phones = [phone.digits for phone in record.phones.all()]
    return words_of_record(record.organisation_id, (*own, behind), emails, phones)


def words_of_record(organisation_id: UUID, texts: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> str:
    """Of a record with these texts, keys of addresses and digits of numbers, which are found from each digit on."""
    ends = [phone[start:] for phone in phones for start in range(len(phone) - _LEAST_DIGITS + 1)]
    return marked_words(organisation_id, (*texts, *emails, *ends))

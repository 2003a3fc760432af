"""What comes back for the sample's e-mail: people's answers, absences, addresses that nobody has. Pure, given chance.

What comes out are mails as a mailbox would have got them; the product itself finds out what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from random import Random
from typing import NamedTuple

_ANSWERS = {
    "en": (
        "Thank you, this looks good. Could you call me tomorrow morning?",
        "We like the offer, but the delivery time is too long for us. What could you do?",
        "Please send the same for 20 pieces. We would decide by the end of the month.",
    ),
    "sl": (
        "Hvala, videti je dobro. Me lahko pokličete jutri zjutraj?",
        "Ponudba nam je všeč, le dobavni rok je za nas predolg. Kaj lahko naredite?",
        "Prosim, pošljite še za 20 kosov. Odločili bi se do konca meseca.",
    ),
}
_AWAY = {
    "en": ("Automatic reply: {subject}", "I am out of the office until {day:%Y-%m-%d}. I will answer when I am back."),
    "sl": ("Samodejni odgovor: {subject}", "Odsotna oseba: v pisarni me ni do {day.day}. {day.month}. {day.year}."),
}
_BOUNCE = """From: Mail Delivery Subsystem <MAILER-DAEMON@mx.{domain}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{number}@mx.{domain}>
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

<{address}>: there is nobody with this address.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--=_b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--=_b--
"""


class Came(NamedTuple):
    """A mail, and when it arrived."""

    at: datetime
    raw: bytes


@dataclass(frozen=True)
class Sent:
    """A copy, as whoever answers it has it."""

    message_id: str
    subject: str
    sender: str
    name: str
    address: str
    language: str
    accepted_at: datetime
    appeal: float


def comes_back(copy: Sent, chance: Random) -> Came | None:
    """At most one mail: seldom a bounce, sometimes an absence, more often an answer where the letter appeals."""
    dice = chance.random()
    if dice < 0.02:
        return bounce(copy, chance)
    if dice < 0.06:
        at = copy.accepted_at + timedelta(seconds=chance.uniform(5, 60))
        return absence(copy, at, (at + timedelta(days=chance.randrange(3, 15))).date(), chance)
    return answer(copy, chance) if dice < 0.06 + 0.16 * copy.appeal else None


def bounce(copy: Sent, chance: Random) -> Came:
    """Nobody has the address."""
    at = copy.accepted_at + timedelta(seconds=chance.uniform(2, 40))
    text = _BOUNCE.format(
        domain=copy.address.rpartition("@")[2], sender=copy.sender, date=format_datetime(at),
        number=chance.getrandbits(64), address=copy.address, message_id=copy.message_id,
    )  # fmt: skip
    return Came(at, text.replace("\n", "\r\n").encode())


def absence(copy: Sent, at: datetime, until: date, chance: Random) -> Came:
    """An automatic reply that says until when its writer is away."""
    subject, text = _AWAY.get(copy.language, _AWAY["en"])
    mail = _mail(copy, at, subject.format(subject=copy.subject), chance)
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text.format(day=until))
    return Came(at, bytes(mail))


def answer(copy: Sent, chance: Random) -> Came:
    """What a person wrote."""
    at = copy.accepted_at + timedelta(hours=chance.lognormvariate(1.6, 1.1))
    mail = _mail(copy, at, f"Re: {copy.subject}", chance)
    mail.set_content(f"{chance.choice(_ANSWERS.get(copy.language, _ANSWERS['en']))}\n\n{copy.name}\n")
    return Came(at, bytes(mail))


def _mail(copy: Sent, at: datetime, subject: str, chance: Random) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = formataddr((copy.name, copy.address)), copy.sender, subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{chance.getrandbits(64)}@{copy.address.rpartition('@')[2]}>"
    mail["In-Reply-To"] = copy.message_id
    return mail

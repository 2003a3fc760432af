"""Ninety days of the sample's e-mail: written, sent and delivered by the product itself, at the times of the past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from html import escape
from random import Random
from uuid import UUID

from django.db import transaction

from odziv.compose import drafts, reminders, send
from odziv.compose.chosen import at_instant
from odziv.compose.templates import insertion
from odziv.deliver.claim import Claim
from odziv.deliver.round import Round
from odziv.lib import clock
from odziv.lib.hit import Hit
from odziv.models import (
    Arrival,
    ArrivalKind,
    Condition,
    Delivery,
    Message,
    Record,
    RecordKind,
    Template,
    User,
)
from odziv.replies.matching import match, match_report
from odziv.replies.storing import Came, store
from odziv.sample import replies
from odziv.sample.behaviour import NETWORKS, Copy, hits
from odziv.sample.material import CLOSINGS, GREETINGS, LETTERS, PAGE, Letter
from odziv.sample.people import LANGUAGES, Staff
from odziv.sample.replies import comes_back

MESSAGES, DAYS = 300, 90
_COUNTRIES = {language: country for country, language in LANGUAGES.items()}


@dataclass
class Office:
    """Sends the letters of one sample organisation; keeps one conversation with the mail server for each mailbox."""

    staff: Staff
    people: Sequence[Record]  # contacts and leads with an address
    chance: Random
    now: datetime
    templates: Mapping[Letter, Template]
    _rounds: dict[UUID, Round] = field(default_factory=dict)
    _at: datetime = field(init=False)

    def letters(self) -> Iterator[list[Hit]]:
        """Write and deliver the letters, oldest first; yields for each what its recipients did until now."""
        times = sorted(self._moment() for _ in range(MESSAGES))
        try:
            for at in times:
                yield self._letter(at)
        finally:
            for one in self._rounds.values():
                one.close()

    def _moment(self) -> datetime:
        """Some minute of a working day."""
        while True:
            day = self.now - timedelta(days=self.chance.uniform(0, DAYS))
            at = day.replace(hour=self.chance.randrange(7, 16), minute=self.chance.randrange(60))
            if at.weekday() < 5 and at < self.now:
                return at

    def _letter(self, at: datetime) -> list[Hit]:
        person = self.chance.choice(self.people)
        seller = self.staff.visitor if self.chance.random() < 0.4 else self.chance.choice(self.staff.sellers)
        letter = self.chance.choice(LETTERS[self._language(person)])
        colleagues = [one for one in self.people if one.account_id and one.account_id == person.account_id]
        cc = [one for one in colleagues if one != person][: int(self.chance.random() < 0.15)]
        self._at = at
        with transaction.atomic():
            message = self._sent(letter, seller, person, cc, at)
            claims = self._claims(message)
        for claim in claims:
            self._round(claim.copy.mailbox_id).attempt(claim)
        came = {claim.copy.pk: self._comes_back(claim.copy.pk, letter) for claim in claims}
        # Who has no mailbox there opens nothing.
        read = [pk for pk, arrival in came.items() if arrival is None or arrival.kind != ArrivalKind.BOUNCE]
        return [hit for pk in read for hit in self._reactions(pk, letter)]

    def _comes_back(self, delivery: UUID, letter: Letter) -> Arrival | None:
        """What the recipient's side answers until now, taken in as the product takes in what it finds in a mailbox."""
        copy = _sent_copy(delivery, letter)
        mail = comes_back(copy, self.chance) if copy else None
        return self._arrives(delivery, mail) if mail is not None and mail.at < self.now else None

    def _arrives(self, delivery: UUID, mail: replies.Came) -> Arrival | None:
        message = Delivery.objects.select_related("message__mailbox").get(pk=delivery).message
        parsed = message_from_bytes(mail.raw)
        found = match(message.organisation_id, parsed) or match_report(message.organisation_id, mail.raw)
        return store(Came(mail.raw, mail.at, message.mailbox), found, mail.at) if found else None

    def absence(self) -> None:
        """The visitor's newest unanswered e-mail meets an absence, and a reminder of it comes before its end (M)."""
        visitor = self.staff.visitor
        newest = Delivery.objects.newest_of(visitor, besides=Arrival.objects.counted().values("message"))
        language = visitor.language if visitor.language in LETTERS else "en"
        copy = _sent_copy(newest.pk, LETTERS[language][0]) if newest else None
        if newest is None or copy is None:
            return
        soon = at_instant(self.now + timedelta(days=2), visitor.zone)
        reminders.remind(newest.message, visitor, Condition.ANYWAY, soon, "", self.now)
        until = (self.now + timedelta(days=6)).date()
        self._arrives(
            newest.pk, replies.absence(copy, min(copy.accepted_at + timedelta(minutes=1), self.now), until, self.chance)
        )

    def _language(self, person: Record) -> str:
        """In which one writes to them: their own, else English; most of what an English visitor reads is English."""
        spoken = person.language if person.language in LETTERS else "en"
        if self.staff.visitor.language == "en" and self.chance.random() < 0.65:
            return "en"
        return spoken

    def _sent(self, letter: Letter, seller: User, person: Record, cc: Sequence[Record], at: datetime) -> Message:
        message = drafts.new_draft(seller, regarding=person, now=at)
        subject, html = self._written(message, letter, person, seller)
        fields = drafts.DraftFields(cc=", ".join(drafts.address_of(one) for one in cc), subject=subject, html=html)
        return send.submit(drafts.save(message, fields, now=at), seller, at)

    def _written(self, message: Message, letter: Letter, person: Record, seller: User) -> tuple[str, str]:
        """Subject and text: by its template, which brings its file, or by hand."""
        template = self.templates.get(letter)
        if template is not None:
            inserted = insertion.insert(message, template, str)
            return inserted.subject, inserted.html
        company = person.account.name if person.account else person.company
        return letter.subject.format(company=company), _body(letter, person, seller, company)

    def _claims(self, message: Message) -> list[Claim]:
        """Take the copies in the transaction that makes them: the worker, whose clock is right, never sees them."""
        waiting = Delivery.objects.filter(message=message).values_list("pk", flat=True)
        claims = [claim for pk in waiting if (claim := Claim.take(pk, lambda: self._at)) is not None]
        Delivery.objects.filter(message=message).update(lease_until=clock.now() + timedelta(hours=1))
        return claims

    def _round(self, mailbox: UUID | None) -> Round:
        assert mailbox is not None, "every seller of the sample has a mailbox"
        if mailbox not in self._rounds:
            self._rounds[mailbox] = Round(mailbox, lambda: self._at)
        return self._rounds[mailbox]

    def _reactions(self, delivery: UUID, letter: Letter) -> list[Hit]:
        copy = Delivery.objects.select_related("party__record", "message").get(pk=delivery)
        if copy.accepted_at is None or not copy.followed or copy.party.record is None:
            return []
        country = _COUNTRIES.get(copy.party.record.language, "SI")
        return hits(
            Copy(
                organisation=copy.organisation_id,
                delivery=copy.pk,
                accepted_at=copy.accepted_at,
                country=country if country in NETWORKS else "SI",
                links=len(letter.links),
                files=1 if letter.file else 0,
                appeal=letter.appeal,
                guarded=copy.party.record.language in ("de", "it"),
                through_gmail=copy.party.record.kind == RecordKind.LEAD,
            ),
            self.chance,
            self.now,
        )


def _sent_copy(delivery: UUID, letter: Letter) -> replies.Sent | None:
    """The copy as its recipient has it; None when it was not accepted."""
    copy = Delivery.objects.select_related("party", "message").get(pk=delivery)
    if copy.accepted_at is None:
        return None
    message, party = copy.message, copy.party
    language = next(language for language, letters in LETTERS.items() if letter in letters)
    return replies.Sent(
        message.message_id, message.subject, message.from_address, party.name or party.address, party.address,
        language, copy.accepted_at, letter.appeal,
    )  # fmt: skip


def _body(letter: Letter, person: Record, seller: User, company: str) -> str:
    language = next(language for language, letters in LETTERS.items() if letter in letters)
    paragraphs = [GREETINGS[language].format(name=escape(person.name))]
    paragraphs += [escape(text.format(company=company)) for text in letter.paragraphs]
    paragraphs += [f'<a href="{PAGE}{escape(path)}">{escape(text)}</a>' for text, path in letter.links]
    paragraphs.append(f"{CLOSINGS[language]}<br>{escape(seller.name)}")
    return "".join(f"<p>{text}</p>\n" for text in paragraphs)

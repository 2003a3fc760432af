"""Messages with all that hangs on them, in the order of time over all organisations, as they come in real life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from bench.seed.chance import Chance, Few, moment
from bench.seed.journal import Figures, Journal
from bench.seed.people import YEAR, Organisation, Person, Rows
from bench.seed.scale import Scale

PIECE = 5_000  # messages
_STARTS = (
    "Ponudba,Predračun,Re: Ponudba,Sestanek,Naročilo,Vaše povpraševanje,Cenik,Dogovor,Vabilo,Re: Naročilo,Račun,"
    "Pogodba,Offer,Meeting,Question,Price list,Re: Meeting,Reminder,Invoice,Delivery"
).split(",")
_LINK = "https://www.org.example/products/catalogue?item="


@dataclass(slots=True)
class _Letter:
    """What is drawn for one message before its rows are written."""

    id: str
    at: float
    organisation: Organisation
    owner: tuple[str, str, str, str]
    regarding: Person | None
    recipients: list[Person]
    subject: str
    state: str = "sent"
    inward: bool = False
    followed: bool = False


class Mail:
    """Draws messages and their rows; `file` is a stored file of the first organisation."""

    def __init__(self, scale: Scale, chance: Chance, organisations: list[Organisation], ends: float) -> None:
        self._scale, self._chance, self._ends = scale, chance, ends
        self._organisations = organisations
        self._until = list(accumulate(one.weight for one in organisations))
        self._words = Few(chance.words(5_000, (1, 4)), 20)
        self._sentences = [self._sentence() for _ in range(300)]
        self._journal = Journal(scale, chance, ends)

    def pieces(self) -> Iterator[Rows]:
        """Rows by the names of the tables in `columns`, some thousand messages at a time."""
        rows: Rows = {}
        step = 3 * YEAR / self._scale.drawn
        for number in range(self._scale.drawn):
            at = self._ends - 3 * YEAR + (number + self._chance.random()) * step
            flood = number == self._scale.drawn * 9 // 10
            self._message(rows, self._letter(at, number, flood), flood)
            if self._chance.random() < 0.05:
                self._task(rows, at)
            if (number + 1) % PIECE == 0:
                yield rows
                rows = {}
        yield rows

    def _sentence(self) -> str:
        return " ".join(self._words.one(self._chance) for _ in range(12)).capitalize() + "."

    def _organisation(self) -> Organisation:
        [found] = self._chance.choices(self._organisations, cum_weights=self._until)
        return found

    def _letter(self, at: float, number: int, flood: bool) -> _Letter:
        chance = self._chance
        organisation = self._organisations[0] if flood else self._organisation()
        person = organisation.people.one(chance)
        recipients = [person]
        others = 120 if flood else 0 if chance.random() < 0.75 else chance.randint(1, 3)
        recipients += [organisation.people.one(chance) for _ in range(others)]
        draw = chance.random()
        regarding = person if draw < 0.7 else organisation.deals.one(chance) if draw < 0.9 else None
        subject = f"{chance.choice(_STARTS)} {' '.join(self._words.one(chance) for _ in range(chance.randint(1, 5)))}"
        letter = _Letter(
            chance.timed_uuid(at),
            at,
            organisation,
            organisation.users.one(chance),
            regarding,
            list({one.id: one for one in recipients if one.address}.values()),
            subject,
        )
        self._fate(letter, flood)
        return letter

    def _fate(self, letter: _Letter, flood: bool) -> None:
        draw = 0.5 if flood else self._chance.random()
        late = letter.at > self._ends - 30 * 86400
        if draw < 0.08:
            letter.inward = True
        elif draw < 0.085:
            letter.state = "failed"
        elif draw < 0.10 and late:
            letter.state = "draft" if draw < 0.097 else "scheduled"
        elif draw < 0.101 and letter.at > self._ends - 3600:
            letter.state = "sending"
        letter.followed = not letter.inward and letter.state != "draft" and (flood or self._chance.random() < 0.65)

    def _message(self, rows: Rows, letter: _Letter, flood: bool) -> None:
        chance, at = self._chance, moment(letter.at)
        owner, name, address, mailbox = letter.owner
        organisation = letter.organisation.id
        regarding = letter.regarding.id if letter.regarding else None
        shown = ", ".join(one.name for one in letter.recipients[:3])
        shown += f" +{len(letter.recipients) - 3}" if len(letter.recipients) > 3 else ""
        line = ", ".join(f"{one.name} <{one.address}>" for one in letter.recipients)
        if letter.inward:
            sender, shown, line = letter.recipients[:1], name, address
            name, address = (sender[0].name, sender[0].address) if sender else ("", "unknown@nowhere.example")
        copies = self._parties(rows, letter, name, address, at)
        figures = Figures()
        if letter.followed and letter.state == "sent":
            figures = self._journal.of_message(rows, organisation, letter.id, letter.at, copies, flood)
        sent = at if letter.state in ("sent", "failed") else None
        text = " ".join(chance.choice(self._sentences) for _ in range(4))
        _put(
            rows,
            "activity",
            id=letter.id,
            organisation_id=organisation,
            kind="email",
            subject=letter.subject,
            regarding_id=regarding,
            account_id=letter.regarding.account if letter.regarding else None,
            owner_id=owner,
            state="done" if sent else "open",
            at=at,
            created_at=at,
        )
        _put(
            rows,
            "message",
            activity_id=letter.id,
            organisation_id=organisation,
            direction="in" if letter.inward else "out",
            state=letter.state,
            owner_id=owner,
            mailbox_id=mailbox,
            from_name=name,
            from_address=address,
            subject=letter.subject,
            recipients=shown,
            regarding_key=letter.regarding.name_key if letter.regarding else "",
            to_line=line,
            html=f"<html><body><p>{text}</p><p>{text[::-1]}</p></body></html>",
            text=text,
            follow_state="on" if letter.followed else "off",
            message_id=f"<{letter.id}@org.example>",
            sent_at=sent,
            send_at=moment(self._ends + chance.random() * 30 * 86400) if letter.state == "scheduled" else None,
            at=at,
            created_at=at,
            updated_at=at,
            **figures.values(),
        )
        if letter.followed:
            for ordinal in range(3 if flood else 1):
                _put(
                    rows,
                    "link",
                    id=chance.timed_uuid(letter.at),
                    organisation_id=organisation,
                    message_id=letter.id,
                    ordinal=ordinal,
                    address=f"{_LINK}{letter.id[-6:]}{ordinal}",
                )

    def _parties(self, rows: Rows, letter: _Letter, name: str, address: str, at: str) -> list[str]:
        """The parties and their copies; returns the identifiers of the copies."""
        chance, organisation = self._chance, letter.organisation.id
        copies: list[str] = []
        sender = letter.recipients[0] if letter.inward and letter.recipients else None
        if letter.state != "draft":
            _put(
                rows,
                "party",
                id=chance.timed_uuid(letter.at),
                organisation_id=organisation,
                message_id=letter.id,
                role="from",
                position=0,
                name=name,
                address=address,
                key=address,
                record_id=sender.id if sender else None,
                account_id=sender.account if sender else None,
                at=at,
            )
        for position, one in enumerate([] if letter.inward else letter.recipients, 1):
            party = chance.timed_uuid(letter.at)
            _put(
                rows,
                "party",
                id=party,
                organisation_id=organisation,
                message_id=letter.id,
                role="to" if position < 3 else "cc",
                position=position,
                name=one.name,
                address=one.address,
                key=one.address,
                record_id=one.id,
                account_id=one.account,
                at=at,
            )
            if letter.state == "draft":
                continue
            copy = chance.random_uuid()
            copies.append(copy)
            state = {"sent": "accepted", "failed": "refused"}.get(letter.state, "waiting")
            if state == "accepted" and chance.random() < 0.004:
                state = "bounced" if chance.random() < 0.7 else "uncertain"
            _put(
                rows,
                "delivery",
                id=copy,
                organisation_id=organisation,
                message_id=letter.id,
                party_id=party,
                state=state,
                due_at=at,
                attempts=int(state != "waiting"),
                followed=int(letter.followed),
                accepted_at=at if state == "accepted" else None,
                tried_at=None if state == "waiting" else at,
            )
        return copies

    def _task(self, rows: Rows, at: float) -> None:
        chance, organisation = self._chance, self._organisation()
        person, due = organisation.people.one(chance), at + chance.random() * 20 * 86400
        call = chance.random() < 0.5
        _put(
            rows,
            "activity",
            id=chance.timed_uuid(at),
            organisation_id=organisation.id,
            kind="call" if call else "task",
            subject=f"{'Call' if call else 'Send catalogue to'} {person.name}",
            regarding_id=person.id,
            account_id=person.account,
            owner_id=organisation.users.one(chance)[0],
            state="open" if chance.random() < 0.1 else "done",
            at=moment(due),
            created_at=moment(at),
            due_at=moment(due),
        )


def _put(rows: Rows, table: str, **row: object) -> None:
    rows.setdefault(table, []).append(row)

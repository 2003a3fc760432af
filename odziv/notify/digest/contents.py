"""What a summary holds: open cards, what people did, reminders due and e-mails that leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from odziv.assist.listing import Shown, cards_of, counted
from odziv.measure.days import Done, done_by_people
from odziv.models import Message, Reminder, User
from odziv.notify.digest.days import Span, span_of

MOST = 10  # of each kind; the rest is counted


@dataclass(frozen=True, slots=True)
class Summary:
    """Each with at most `MOST`, and how many more there are."""

    user: User
    day: date
    span: Span
    cards: list[Shown]
    more_cards: int
    done: list[Done]
    more_done: int
    reminders: list[Reminder]
    more_reminders: int
    leaving: list[Message]
    more_leaving: int

    @property
    def is_empty(self) -> bool:
        """Nothing to say; then no e-mail leaves."""
        return not (self.cards or self.done or self.reminders or self.leaving)


def gather(user: User, day: date, now: datetime) -> Summary:
    """For a user whose organisation was read with them. A bounded number of queries and rows."""
    span = span_of(user, day)
    done = done_by_people(user, span.since, span.until) if user.organisation.engagement else []
    reminders = Reminder.objects.until(user, span.end)
    leaving = Message.objects.for_(user).leaving_before(user, span.end)
    cards = cards_of(user, now, MOST)
    return Summary(
        user,
        day,
        span,
        cards,
        counted(user, now) - len(cards),
        done[:MOST],
        max(0, len(done) - MOST),
        list(reminders[:MOST]),
        max(0, reminders.count() - MOST),
        list(leaving.with_row()[:MOST]),
        max(0, leaving.count() - MOST),
    )

"""What a card says, in one sentence, in the active language."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.assist.reminding import NOT_FOLLOWED, NOT_READ, NOT_SENT
from odziv.models import Card, CardKind, Condition


class Told(NamedTuple):
    """A pattern and what belongs in it, so that a page can set names apart."""

    pattern: str
    values: dict[str, str]

    def __str__(self) -> str:
        return self.pattern % self.values


def title_of(card: Card) -> str:
    """The few words above the sentence: the reminder's own title, else the kind."""
    return card.reminder.title if card.reminder else str(CardKind(card.kind).label)


def told(card: Card, who: str) -> Told:
    """The sentence of a card that was read with its message and reminder; `who` is the recipient that it is about."""
    subject = (card.message.subject if card.message else "") or _("(no subject)")
    pattern = _PATTERNS[CardKind(card.kind)](card)
    mailbox = card.mailbox.address if card.mailbox else ""
    values = {"who": who or _("A recipient"), "subject": subject, "n": str(card.told), "mailbox": mailbox}
    return Told(pattern, values)


def _reminder(card: Card) -> str:
    reminder = card.reminder
    if reminder is None or reminder.condition == Condition.ANYWAY:
        return _("You wanted to be reminded of “%(subject)s”.")
    notes = {
        NOT_SENT: _("“%(subject)s” has not been sent yet, so nobody can have opened or answered it."),
        NOT_FOLLOWED: _("“%(subject)s” left without following, so nobody can say whether it was opened or answered."),
        NOT_READ: _("No reply to “%(subject)s” is known, but your mailbox could not be read for the last time."),
    }
    if reminder.note in notes:
        return notes[reminder.note]
    if reminder.condition == Condition.NOT_OPENED and card.message is not None and card.message.opens_unmeasurable:
        return _(
            "There is no sign that “%(subject)s” was opened; none would show, as its pictures are loaded in advance."
        )
    if reminder.condition == Condition.NOT_OPENED:
        return _("There is no sign that “%(subject)s” was opened.")
    return _("Nobody has answered “%(subject)s”.")


def _failed(card: Card) -> str:
    return ngettext(
        "“%(subject)s” could not be delivered to %(who)s.",
        "“%(subject)s” could not be delivered to %(n)s recipients, %(who)s among them.",
        card.told,
    )


def _bounced(card: Card) -> str:
    return ngettext(
        "“%(subject)s” came back from %(who)s.",
        "“%(subject)s” came back from %(n)s recipients, %(who)s among them.",
        card.told,
    )


def _uncertain(card: Card) -> str:
    return ngettext(
        "It is not certain whether %(who)s got “%(subject)s”: the connection broke before the server answered.",
        "It is not certain whether %(n)s recipients, %(who)s among them, got “%(subject)s”: the connection broke "
        "before the server answered.",
        card.told,
    )


_PATTERNS: dict[CardKind, Callable[[Card], str]] = {
    CardKind.OPENED: lambda _card: _("%(who)s opened “%(subject)s”."),
    CardKind.REPLIED: lambda _card: _("%(who)s answered “%(subject)s”."),
    CardKind.REMINDER: _reminder,
    CardKind.FAILED: _failed,
    CardKind.BOUNCED: _bounced,
    CardKind.UNCERTAIN: _uncertain,
    CardKind.MAILBOX: lambda _card: _(
        "The server of “%(mailbox)s” no longer accepts its sign-in. E-mails wait and replies are not found until you "
        "mend it; nothing is lost."
    ),
    CardKind.UNFOLLOWED: lambda _card: _(
        "“%(subject)s” left without following, because a recipient does not allow it any more. Followed attachments "
        "were attached as files."
    ),
}

"""Sales > Activities: the views of e-mails, their columns and filters (V2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from odziv.models import DeliveryState, Direction, Message, MessageState, Record, Template, User
from odziv.models.message_queries import MessageQuerySet
from odziv.web.lists.filters import Choice, Days, Filter, Person, RecordOf, Text
from odziv.web.lists.of_template import TemplateOf
from odziv.web.lists.shape import Column, View, Words

SUBJECT = Column("subject", _("Subject"), "subject", fixed=True)
REGARDING = Column("regarding", _("Regarding"), "regarding_key")
RECIPIENTS = Column("recipients", _("Recipients"), "recipients")
SENT = Column("sent", _("Sent"), "at", first="down")
SAVED = Column("saved", _("Last saved"), "at", first="down")
LEAVES = Column("leaves", _("Leaves"), "send_at", nullable=True)
OWNER = Column("owner", _("Owner"), "owner__name")
FIGURES = (
    Column("opens", _("Opens"), "opens", num=True, figure=True, first="down"),
    Column("opened", _("Last opened"), "last_opened_at", nullable=True, figure=True, first="down"),
    Column("views", _("Attachment views"), "attachment_views", num=True, figure=True, first="down"),
    Column("clicks", _("Link clicks"), "link_clicks", num=True, figure=True, first="down"),
    Column("replies", _("Replies"), "replies", num=True, figure=True, first="down"),
)
_MORE = (
    Column("owner", _("Owner"), more=True),
    Column("state", _("State"), more=True),
)

STATES: dict[str, Words] = {
    MessageState.SCHEDULED: MessageState.SCHEDULED.label,
    MessageState.SENDING: MessageState.SENDING.label,
    MessageState.SENT: MessageState.SENT.label,
    MessageState.FAILED: MessageState.FAILED.label,
    DeliveryState.UNCERTAIN: _("Not certain for a recipient"),
    DeliveryState.REFUSED: _("Refused for a recipient"),
    DeliveryState.BOUNCED: _("Came back from a recipient"),
    MessageState.CANCELLED: MessageState.CANCELLED.label,
}


def counted(n: int) -> str:
    return ngettext("%(n)d e-mail", "%(n)d e-mails", n) % {"n": n}


def _opened(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.opened() if value == "yes" else rows.not_opened()


def _clicked(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.clicked() if value == "yes" else rows.not_clicked()


def _viewed(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.viewed() if value == "yes" else rows.not_viewed()


def _replied(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.replied() if value == "yes" else rows.not_replied()


def _in_state(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.in_state(value)


def _towards(rows: MessageQuerySet, value: str) -> MessageQuerySet:
    return rows.of_direction(Direction(value))


def _of_owner(rows: MessageQuerySet, person: User) -> MessageQuerySet:
    return rows.of_owner(person)


def _regarding(rows: MessageQuerySet, record: Record) -> MessageQuerySet:
    return rows.regarding(record)


def _to(rows: MessageQuerySet, text: str) -> MessageQuerySet:
    return rows.sent_to(text)


def _made_from(rows: MessageQuerySet, template: Template) -> MessageQuerySet:
    return rows.made_from(template)


def _between(rows: MessageQuerySet, since: datetime | None, until: datetime | None) -> MessageQuerySet:
    return rows.between(since, until)


_OWNER = Person("owner", _("Owner"), _of_owner)
_REGARDING = RecordOf("regarding", _("Regarding"), _regarding)
_RECIPIENT = Text("to", _("Recipient"), _to, _("An e-mail address, or its beginning"))
_SENT = Days("sent", _("Sent"), _between)


def _reaction(key: str, yes: Words, no: Words, narrow: Callable[[MessageQuerySet, str], MessageQuerySet]) -> Filter:
    return Choice(key, yes, lambda: (("yes", yes), ("no", no)), narrow, plain=True, engagement=True)


_REACTIONS = (
    _reaction("opened", _("Opened"), _("Not yet opened"), _opened),
    _reaction("clicked", _("Link clicked"), _("No link clicked"), _clicked),
    _reaction("viewed", _("Attachment viewed"), _("No attachment viewed"), _viewed),
    _reaction("replied", _("Replied"), _("Not replied"), _replied),
)
_FILTERS: tuple[Filter, ...] = (
    _OWNER,
    _REGARDING,
    _RECIPIENT,
    _SENT,
    Choice("state", _("State"), STATES.items, _in_state),
    *_REACTIONS,
    TemplateOf("template", _("Template"), _made_from),
    Choice("direction", _("Direction"), lambda: Direction.choices, _towards),
)
_QUICK = (("opened", "yes"), ("opened", "no"), ("clicked", "yes"), ("viewed", "yes"), ("replied", "yes"))
_COLUMNS = (SUBJECT, REGARDING, RECIPIENTS, SENT, *FIGURES, *_MORE)


def _emails(key: str, label: Words, title: Words, text: Words, icon: str = "mail") -> View:
    return View(
        key, label, "emails", _ROWS[key], _COLUMNS, _FILTERS, "-sent", counted, title, text, icon, _QUICK
    )  # fmt: skip


_ROWS = {
    "all": lambda user: Message.objects.visible_to(user).written(),
    "followed": lambda user: Message.objects.visible_to(user).followed(),
    "mine": lambda user: Message.objects.visible_to(user).followed().of_owner(user),
}

VIEWS = (
    _emails(
        "all",
        _("All e-mails"),
        _("No e-mail yet"),
        _("Write the first one: you will see here when it is opened and what is clicked."),
    ),
    _emails(
        "followed",
        _("All followed e-mails"),
        _("No followed e-mail yet"),
        _("An e-mail is followed when it is sent with Follow and every recipient allows it."),
        "eye",
    ),
    _emails(
        "mine",
        _("My followed e-mails"),
        _("You have not sent a followed e-mail yet"),
        _("Write to a customer with Follow on; opens, clicks and views gather here."),
        "eye",
    ),
    View(
        "scheduled",
        _("Scheduled"),
        "scheduled",
        lambda user: Message.objects.visible_to(user).scheduled(),
        (SUBJECT, REGARDING, RECIPIENTS, LEAVES, OWNER),
        (_OWNER, _REGARDING, _RECIPIENT),
        "leaves",
        counted,
        _("Nothing is scheduled"),
        _("An e-mail with a delayed delivery waits here until it leaves. Until then you can still change its time."),
        "clock",
        (("owner", "me"),),
    ),
    View(
        "drafts",
        _("Drafts"),
        "drafts",
        lambda user: Message.objects.visible_to(user).drafts(),
        (SUBJECT, REGARDING, RECIPIENTS, SAVED),
        (_REGARDING, _RECIPIENT, Days("saved-on", _("Last saved"), _between)),
        "-saved",
        counted,
        _("No drafts"),
        _("What you write is kept here until you send or discard it. Only you see your drafts."),
        "file-pen-line",
    ),
)

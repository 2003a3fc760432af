"""What the page of a message shows, in words and marks: figures, recipients, links, timeline (V3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from odziv.deliver.answers import Explanation, explain
from odziv.instrument.reasons import LINKS
from odziv.measure import message as measured
from odziv.measure.message import LinkRow
from odziv.measure.reasons import evidence_of, people_in, sentences
from odziv.measure.timeline import STRANGER, Entry, timeline
from odziv.measure.weights import Points, in_force
from odziv.measure.wording import came_because, sentence
from odziv.models import ArrivalKind, Delivery, DeliveryState, Direction, FollowState, Message, MessageState, User
from odziv.web import words
from odziv.web.weights import signed

BARS = 5
SHOWN = 40
MOST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure: people's, apart the unsure ones and machines', and a bar for each recipient if there are several."""

    icon: str
    label: str
    value: int | str  # a dash for what cannot be measured
    unsure: int
    machine: int
    note: str
    bars: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Copy:
    """One recipient's line: what became of their copy, in words."""

    delivery: Delivery
    text: str
    tone: str
    icon: str
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline as it is drawn."""

    id: str
    icon: str
    tone: str
    text: SafeString
    detail: str
    at: datetime
    why: list[Reason]
    unsure: bool
    against: Sequence[Reason] = ()
    said: str = ""  # by a mail that came back
    url: str = ""


class Reason(NamedTuple):
    """A sentence, and what it weighs as things stand; empty for what does not weigh."""

    text: str
    points: str = ""


def figures_of(message: Message, now: datetime, *, shown: int = SHOWN, before: str = "") -> dict[str, Any]:
    """The context of everything on the page that changes while one looks."""
    deliveries = measured.recipients(message)
    settled = measured.settled(message)
    every = deliveries if len(deliveries) < measured.MOST_RECIPIENTS else None
    page = timeline(message, before=before, size=min(max(shown, SHOWN), MOST_SHOWN), copies=every)
    return {
        "message": message,
        "kpis": _kpis(message, deliveries, now) if message.is_followed else [],
        "copies": [_copy(delivery, message, now) for delivery in deliveries],
        "more_copies": max(0, _recipient_count(message, deliveries)),
        "links": [_link(row) for row in measured.links(message, settled)],
        "lines": lines_of(message, page.entries),
        "older": page.older,
        "listed_from": settled.since.date() if settled and not page.older else None,
        "older_shown": shown + SHOWN if shown + SHOWN <= MOST_SHOWN and not before else 0,
        "before": before,
        "shown": shown,
        "why_unfollowed": why_unfollowed(message),
        "came_because": _came_because(message),
        "held_for": (message.send_at - now).total_seconds() if message.send_at and message.is_held(now) else 0,
        "is_kept_back": _is_kept_back(message, now),
        "at_work": message.state in (MessageState.SENDING, MessageState.SCHEDULED),
    }


def newest_lines(message: Message, size: int) -> list[Line]:
    """The newest lines of the timeline, for where it is only looked into."""
    return lines_of(message, timeline(message, size=size).entries[:size])


def lines_of(message: Message, entries: Sequence[Entry]) -> list[Line]:
    """Entries of the message's timeline. A query more when one of them names a colleague."""
    points = in_force(message.organisation.weights)
    people = people_in(code for entry in entries for code in (*entry.reasons, *entry.against))
    names = User.objects.names(message.organisation_id, people) if people else {}
    return [_line(entry, points, names) for entry in entries]


def _recipient_count(message: Message, shown: list[Delivery]) -> int:
    if len(shown) < measured.MOST_RECIPIENTS:
        return 0
    return message.deliveries.count() - len(shown)


def _kpis(message: Message, deliveries: list[Delivery], now: datetime) -> list[Kpi]:
    unmeasurable = message.opens_unmeasurable
    opened = _("Cannot be measured: its pictures are loaded in advance.") if unmeasurable else ""
    if message.last_opened_at:
        opened = _("Last opened %(time)s") % {"time": words.near_or_far(message.last_opened_at, now)}
    rows = (
        ("mail-open", _("Opens"), "opens", opened),
        ("paperclip", _("Attachment views"), "attachment_views", ""),
        ("mouse-pointer-click", _("Link clicks"), "link_clicks", ""),
        ("reply", _("Replies"), "replies", ""),
    )
    return [
        Kpi(
            icon,
            label,
            "–" if name == "opens" and unmeasurable else getattr(message, name),
            getattr(message, f"unsure_{name}", 0),
            getattr(message, f"machine_{name}", 0),
            note,
            _bars(deliveries, name),
        )
        for icon, label, name, note in rows
    ]


def _bars(deliveries: list[Delivery], name: str) -> list[tuple[str, int]]:
    """The recipients with the highest figure; none when there is one recipient or nothing to show."""
    if len(deliveries) < 2:
        return []
    rows = sorted(((str(copy.party), getattr(copy, name)) for copy in deliveries), key=lambda row: -row[1])
    return rows[:BARS] if rows[0][1] else []


HELD = gettext_lazy("Outgoing mail is held until an administrator lets it leave again. Nothing is lost.")

# State -> words, tone and icon.
_STATES: dict[str, tuple[str | Promise, str, str]] = {
    DeliveryState.WAITING: (gettext_lazy("Waiting to leave"), "", "clock"),
    DeliveryState.IN_TRANSIT: (gettext_lazy("On its way"), "blue", "send"),
    DeliveryState.ACCEPTED: (gettext_lazy("Accepted by the mail server"), "green", "check"),
    DeliveryState.UNCERTAIN: (gettext_lazy("Not certain"), "amber", "circle-question-mark"),
    DeliveryState.REFUSED: (gettext_lazy("Delivery failed"), "red", "circle-alert"),
    DeliveryState.BOUNCED: (gettext_lazy("Came back"), "red", "undo-2"),
    DeliveryState.CANCELLED: (gettext_lazy("Cancelled"), "", "ban"),
}


def _is_kept_back(message: Message, now: datetime) -> bool:
    """Whether it would leave now if its organisation's mail were not held."""
    if message.organisation.mail_held_since is None:
        return False
    overdue = message.state == MessageState.SCHEDULED and message.send_at is not None and message.send_at <= now
    return overdue or message.state == MessageState.SENDING


def _copy(delivery: Delivery, message: Message, now: datetime) -> Copy:
    text, tone, icon = _STATES[delivery.state]
    if delivery.state == DeliveryState.WAITING and delivery.due_at <= now and _is_kept_back(message, now):
        return Copy(delivery, pgettext("of mail", "Held"), "amber", "hand", str(HELD))
    if delivery.state == DeliveryState.WAITING and delivery.attempts:
        text, tone, icon = _("Will be tried again"), "amber", "clock-alert"
    answer = _answer(delivery)
    return Copy(delivery, str(text), tone, icon, (answer.text or answer.words) if answer else "")


def _answer(delivery: Delivery) -> Explanation | None:
    """What kept a copy from being accepted; None when nothing did."""
    if delivery.state in (DeliveryState.ACCEPTED, DeliveryState.CANCELLED):
        return None
    return explain(delivery)


def _link(row: LinkRow) -> dict[str, Any]:
    """A link with the sentence that says why it was left alone."""
    reason = "" if row.followed else _(LINKS.get(row.reason, ""))
    return {"row": row, "reason": reason}


def _came_because(message: Message) -> list[str]:
    """Of a reply: why it belongs to what it answers, and is a reply."""
    arrival = getattr(message, "arrival", None) if message.direction == Direction.IN else None
    return came_because(arrival.matched_by, arrival.reasons) if arrival else []


def why_unfollowed(message: Message) -> str:
    """Why there are no figures; empty for a followed message."""
    if message.follow_state == FollowState.ON:
        return ""
    if message.follow_state == FollowState.BLOCKED:
        return _(
            "At least one recipient does not allow following, so this e-mail left without it. Nothing is recorded."
        )
    if not message.wants_following:
        return _("It was sent with Don't follow. Nothing is recorded of what its recipients do.")
    return _("Email engagement was off when it was sent. Nothing is recorded of what its recipients do.")


_ICONS = {
    "open": "mail-open",
    "hidden": "link",
    "click": "mouse-pointer-click",
    "file": "paperclip",
    "sent": "send",
    "retry": "clock-alert",
    "refused": "circle-alert",
    "bounced": "undo-2",
    "uncertain": "circle-question-mark",
    ArrivalKind.HUMAN: "reply",
    STRANGER: "reply",
    ArrivalKind.AUTO_REPLY: "bot",
    ArrivalKind.BOUNCE: "undo-2",
    ArrivalKind.DELAYED: "clock-alert",
    ArrivalKind.DELIVERY_RECEIPT: "check-check",
    ArrivalKind.READ_RECEIPT: "check-check",
    ArrivalKind.FEEDBACK: "circle-alert",
    ArrivalKind.CHALLENGE: "circle-question-mark",
    ArrivalKind.OTHER: "mail",
}
_TONES = {
    "refused": "bad",
    "bounced": "bad",
    ArrivalKind.BOUNCE: "bad",
    ArrivalKind.FEEDBACK: "bad",
    "human": "human",
    "machine": "machine",
    ArrivalKind.AUTO_REPLY: "machine",
}


def _line(entry: Entry, points: Points, names: Mapping[str, str]) -> Line:
    answer = _answer(entry.delivery) if entry.delivery else None
    return Line(
        id=entry.id,
        icon=_ICONS[entry.kind],
        tone=_TONES.get(entry.verdict) or _TONES.get(entry.kind, ""),
        text=marked(*sentence(entry)),
        detail=(answer.what or answer.words) if answer else "",
        at=entry.at,
        why=_why(entry, points, names),
        unsure=entry.verdict == "unsure",
        against=_weighed(entry.against, points, names),
        said=entry.said,
        url=entry.url,
    )


def marked(pattern: str, told: Mapping[str, str]) -> SafeString:
    """A sentence with its people in bold. What recipients and senders wrote is inert."""
    # The pattern is ours or its translation; names, addresses and file names are not.
    values = {
        name: format_html("<b>{}</b>", value) if name in ("who", "last") else conditional_escape(value)
        for name, value in told.items()
    }
    return mark_safe(conditional_escape(pattern) % values)


def _why(entry: Entry, points: Points, names: Mapping[str, str]) -> list[Reason]:
    """The evidence for the verdict."""
    if entry.matched_by:
        return [Reason(text) for text in came_because(entry.matched_by, entry.reasons)]
    if not entry.verdict:
        return []
    evidence = _weighed(entry.reasons, points, names)
    if entry.client and entry.verdict != "machine":
        evidence.append(Reason(_("Program: %(name)s") % {"name": entry.client}))
    if entry.agent:
        evidence.append(Reason(_("It says of itself: %(agent)s") % {"agent": entry.agent}))
    if entry.network:
        evidence.append(Reason(_("From the network %(network)s") % {"network": entry.network}))
    return evidence


def _weighed(codes: Sequence[str], points: Points, names: Mapping[str, str]) -> list[Reason]:
    return [
        Reason(told, signed(points[evidence]) if (evidence := evidence_of(code)) in points else "")
        for code in codes
        for told in sentences([code], names)
    ]

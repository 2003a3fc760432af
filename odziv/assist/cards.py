"""Which card a message calls for at this moment (A2, A3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from odziv.models import (
    Card,
    CardKind,
    CardState,
    Delivery,
    DeliveryState,
    FollowState,
    Message,
    Priority,
    PushNotice,
)

NEWS = timedelta(days=7)
"""An open that is learnt of later than this is no news: figures of an old journal make no heap of cards."""

TROUBLES = {
    CardKind.FAILED: DeliveryState.REFUSED,
    CardKind.BOUNCED: DeliveryState.BOUNCED,
    CardKind.UNCERTAIN: DeliveryState.UNCERTAIN,
}


def look(message: Message, kind: CardKind, now: datetime) -> None:
    """Make, renew or withdraw the card of this kind for the message's owner, by what is so now.

    Call it with the message's row locked. With the assistant, or this kind, switched off nothing is made (O4);
    nor does the owner get what they do not want (A1).
    """
    count = _COUNTS[kind](message, now)
    key = f"{kind}:{message.pk}"
    card = Card.objects.filter(user_id=message.owner_id, key=key).first()
    if count == 0:
        _withdraw(card, now)
    elif card is None:
        if message.organisation.wants_card(kind) and message.owner.wants_card(kind):
            _make(message, kind, key, count, now)
    elif card.state == CardState.WITHDRAWN or count > card.told:
        _renew(card, count, now)


def priority_of(kind: CardKind) -> Priority:
    """What needs a decision or was asked for comes before what is good to know (M3)."""
    return Priority.NORMAL if kind in (CardKind.OPENED, CardKind.REPLIED, CardKind.UNFOLLOWED) else Priority.HIGH


def snooze(card: Card, until: datetime, now: datetime) -> None:
    """Put it away until then; its user's browsers say it again. Raises ValueError: see `Card.snooze`."""
    with transaction.atomic():
        card.snooze(until, now)
        PushNotice.objects.drop([card.pk])
        PushNotice.objects.announce(card)


def bring_back(card: Card, now: datetime) -> None:
    """Undo a dismissal or a snooze; whoever does so sees it, and no browser says it."""
    with transaction.atomic():
        card.bring_back(now)
        PushNotice.objects.drop([card.pk])


def _make(message: Message, kind: CardKind, key: str, count: int, now: datetime) -> None:
    card = Card.objects.create(
        organisation_id=message.organisation_id,
        user_id=message.owner_id,
        kind=kind,
        priority=priority_of(kind),
        key=key,
        message=message,
        told=count,
        created_at=now,
        shown_at=now,
        changed_at=now,
    )
    PushNotice.objects.announce(card)


def _renew(card: Card, count: int, now: datetime) -> None:
    card.state, card.told, card.shown_at, card.changed_at, card.snoozed_until = CardState.OPEN, count, now, now, None
    card.save(update_fields=["state", "told", "shown_at", "changed_at", "snoozed_until"])
    PushNotice.objects.announce(card)


def _withdraw(card: Card | None, now: datetime) -> None:
    if card is not None and card.state == CardState.OPEN:
        card.state, card.changed_at = CardState.WITHDRAWN, now
        card.save(update_fields=["state", "changed_at"])


def _opened(message: Message, now: datetime) -> int:
    """One when a person has opened it; the first open of a message is news, further ones are figures."""
    first = message.first_opened_at
    return int(first is not None and now - first < NEWS)


def _replied(message: Message, _now: datetime) -> int:
    return message.replies


def _unfollowed(message: Message, _now: datetime) -> int:
    """One when it was to be followed and a preference that changed meanwhile forbade it (F3)."""
    return int(message.wants_following and message.follow_state == FollowState.BLOCKED)


def _troubled(kind: CardKind) -> Callable[[Message, datetime], int]:
    return lambda message, _now: Delivery.objects.filter(message=message, state=TROUBLES[kind]).count()


_COUNTS: dict[CardKind, Callable[[Message, datetime], int]] = {
    CardKind.OPENED: _opened,
    CardKind.REPLIED: _replied,
    CardKind.UNFOLLOWED: _unfollowed,
    **{kind: _troubled(kind) for kind in TROUBLES},
}

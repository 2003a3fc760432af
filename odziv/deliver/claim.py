"""A copy that this worker has taken: what it may write, and how the copy ends (D3, D4).

Every write names the attempt that it belongs to. A worker that was so slow that another one took its copy over finds
that its writes match no row, and stops before the end of the message is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from odziv.deliver.session import ANSWER_FACTOR
from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.lib.clock import Clock
from odziv.models import (
    FINAL,
    Activity,
    ActivityState,
    CardKind,
    Delivery,
    DeliveryState,
    Filing,
    Happening,
    Message,
    MessageState,
    Party,
    TemplateVersion,
)

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
DELAYS = (
    _MINUTE,
    5 * _MINUTE,
    15 * _MINUTE,
    _HOUR,
    2 * _HOUR,
    4 * _HOUR,
    8 * _HOUR,
    8 * _HOUR,
    8 * _HOUR,
    8 * _HOUR,
    8 * _HOUR,
)
"""How long after each temporary failure the copy is tried again; nearly 48 hours in all, then no more."""


class ClaimLost(Exception):
    """Another worker has taken this copy over, or it is gone."""


def lease() -> timedelta:
    """How long a copy may go without a sign of life: longer than any single step."""
    return timedelta(seconds=2 * ENV.smtp_timeout + 30)


@dataclass
class Claim:
    """The right to deliver one copy, in the attempt with which it was taken."""

    delivery: Delivery
    clock: Clock
    _renewed: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._renewed = self.clock()

    @classmethod
    def take(cls, pk: UUID, clock: Clock) -> Claim | None:
        """Claim a due copy; None when another worker was faster."""
        delivery = Delivery.objects.claim(pk, now=clock(), lease=lease())
        return cls(delivery, clock) if delivery is not None else None

    def stay_alive(self) -> None:
        """Make the lease longer when a good part of it is over. Raises ClaimLost."""
        if self.clock() - self._renewed > lease() / 4:
            self._write((DeliveryState.IN_TRANSIT,), lease_until=self.clock() + lease())
            self._renewed = self.clock()

    def mark_followed(self, followed: bool) -> None:
        """Whether this copy is followed (F3): committed together with the end, before any server can have it."""
        self.delivery.followed = followed

    def begin_end(self) -> None:
        """Commit that from now on the server may have accepted the message. Raises ClaimLost."""
        until = self.clock() + timedelta(seconds=ENV.smtp_timeout * ANSWER_FACTOR) + lease()
        followed = self.delivery.followed
        self._write((DeliveryState.IN_TRANSIT,), phase="content", lease_until=until, followed=followed)

    def accept(self, answer: Answer) -> None:
        """The server took it. Raises ClaimLost."""
        now = self.clock()
        # An answer that came after the lease had run out still settles what was thought to be uncertain.
        self._settle(
            (DeliveryState.IN_TRANSIT, DeliveryState.UNCERTAIN),
            now,
            state=DeliveryState.ACCEPTED,
            accepted_at=now,
            touched=Delivery.JUDGED_AGAIN,
            tried_at=now,
            lease_until=None,
            reason="",
            answer=answer.words,
            answer_code=answer.code,
        )

    def fail(self, trouble: Trouble) -> None:
        """It was not taken: wait and try again, or end this copy alone. Raises ClaimLost."""
        now = self.clock()
        fields: dict[str, Any] = {
            "lease_until": None,
            "tried_at": now,
            "reason": trouble.reason,
            "answer": trouble.words,
            "answer_code": trouble.code,
        }
        delay = delay_after(self.delivery.attempts)
        if trouble.outcome == Outcome.UNCERTAIN:
            fields |= {"state": DeliveryState.UNCERTAIN}
        elif trouble.outcome == Outcome.PERMANENT or delay is None:
            fields |= {"state": DeliveryState.REFUSED}
        else:
            fields |= {"state": DeliveryState.WAITING, "due_at": now + delay, "phase": ""}
        self._settle((DeliveryState.IN_TRANSIT,), now, **fields)

    def _settle(self, states: Sequence[str], now: datetime, **fields: Any) -> None:
        def write() -> None:
            with transaction.atomic():
                message = Message.objects.select_for_update().filter(pk=self.delivery.message_id).first()
                was = self._write(states, **fields)
                if message is not None:
                    settle(message, now)
                    tell(message, was, fields["state"])

        _insisting(write)

    def _write(self, states: Sequence[str], **fields: Any) -> str:
        """Change the copy if it is still ours and in one of these states; returns which it was. Raises ClaimLost."""
        mine = Delivery.objects.filter(pk=self.delivery.pk, attempts=self.delivery.attempts)
        for state in states:
            if mine.filter(state=state).update(**fields):
                return state
        raise ClaimLost


def delay_after(attempts: int) -> timedelta | None:
    """How long to wait after this many attempts; None when it was tried long enough."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None


def settle(message: Message, now: datetime) -> None:
    """Bring a message to the state that its copies say; call it with the message's row locked."""
    deliveries = Delivery.objects.filter(message_id=message.pk)
    accepted = deliveries.filter(state=DeliveryState.ACCEPTED).exists()
    if accepted and message.sent_at is None:
        message.sent_at = message.at = now
        Activity.objects.filter(pk=message.pk).update(at=now, state=ActivityState.DONE)
        Party.objects.of_message(message.pk).stand_at(now)
        TemplateVersion.objects.touch([message.template_version_id])
        Filing.objects.wish(message, now)
    if not deliveries.exclude(state__in=FINAL).exists():
        message.state = MessageState.SENT if accepted else MessageState.FAILED
    elif message.state in (MessageState.SENT, MessageState.FAILED):  # the sender let copies leave once more
        message.state = MessageState.SENDING
    Message.objects.filter(pk=message.pk).update(sent_at=message.sent_at, at=message.at, state=message.state)


def tell(message: Message, *states: str) -> None:
    """Let the assistant look at a message of which a copy came into, or out of, a state that calls for a card (A3)."""
    for kind in {_CARDS[state] for state in states if state in _CARDS}:
        Happening.objects.note(message.organisation_id, message.pk, kind)


_CARDS: dict[str, CardKind] = {
    DeliveryState.REFUSED: CardKind.FAILED,
    DeliveryState.UNCERTAIN: CardKind.UNCERTAIN,
    DeliveryState.BOUNCED: CardKind.BOUNCED,
}


def release_abandoned(now: datetime) -> int:
    """Copies whose worker died: tried again if no server can have accepted them, else uncertain. Returns how many."""
    found = list(Delivery.objects.abandoned(now).values_list("pk", "message_id")[:1000])
    return sum(_release(pk, message_id, now) for pk, message_id in found)


def _release(pk: UUID, message_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        # The message before its copy, as everywhere: two orders of locking would block each other on PostgreSQL.
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        delivery = Delivery.objects.select_for_update().abandoned(now).filter(pk=pk).first()
        if delivery is None or message is None:
            return False
        fields: dict[str, Any] = {"lease_until": None, "tried_at": now}
        delay = timedelta() if delivery.attempts == 1 else delay_after(delivery.attempts - 1)
        if delivery.phase:
            fields |= {"state": DeliveryState.UNCERTAIN, "reason": Reason.ABANDONED, "answer": "", "answer_code": None}
        elif delay is None:
            fields |= {"state": DeliveryState.REFUSED, "reason": Reason.FAULT}
        else:
            fields |= {"state": DeliveryState.WAITING, "due_at": now + delay}
        Delivery.objects.filter(pk=pk).update(**fields)
        settle(message, now)
        tell(message, fields["state"])
        return True


def _insisting(write: Callable[[], None]) -> None:
    """Try a write again while the database is away for a moment: what a server answered must not be forgotten."""
    for pause in (0.2, 1.0, 5.0):
        try:
            return write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return write()

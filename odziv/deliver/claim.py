"""A copy that this worker has taken: what it may write, and how the copy ends (D3, D4).

Every write names the attempt that it belongs to. A worker that was so slow that another one took its copy over finds
that its writes match no row, and stops before the end of the message is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from odziv.deliver.handover import ANSWER_FACTOR
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
    Taken,
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


T = TypeVar("T")


class ClaimLost(Exception):
    """Another worker has taken this copy over, or it is gone."""


class Withdrawn(Exception):
    """Somebody said no while the copy was on its way followed: its end must not be sent."""


def lease() -> timedelta:
    """How long a copy may go without a sign of life: longer than any single step."""
    return timedelta(seconds=2 * ENV.smtp_timeout + 30)


@dataclass(eq=False)
class Claim:
    """The right to deliver one copy, in the attempt with which it was taken."""

    copy: Taken
    clock: Clock
    followed: bool = False  # decided in the moment of leaving (F3), committed together with the permit
    looked_at: float = 0.0  # when that was, on the monotonic clock
    _renewed: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._renewed = self.clock()

    @classmethod
    def take(cls, pk: UUID, clock: Clock) -> Claim | None:
        """Claim a due copy; None when another worker was faster."""
        return next(iter(take([pk], clock)), None)

    def stay_alive(self) -> None:
        """Make the lease longer when a good part of it is over. Raises ClaimLost."""
        now = self.clock()
        if abs(now - self._renewed) > lease() / 4:
            mine = Delivery.objects.filter(pk=self.copy.pk, attempts=self.copy.attempts)
            # Behind the permit it has a longer lease than this one.
            if not mine.filter(state=DeliveryState.IN_TRANSIT, phase="").update(lease_until=now + lease()):
                raise ClaimLost
            self._renewed = now

    def begin_end(self) -> None:
        """Commit that from now on the server may have accepted the message. Raises ClaimLost."""
        if permit([self]):
            raise ClaimLost

    def accept(self, answer: Answer) -> None:
        """The server took it. Raises ClaimLost."""
        if end([(self, answer)]):
            raise ClaimLost

    def fail(self, trouble: Trouble) -> None:
        """It was not taken: wait and try again, or end this copy alone. Raises ClaimLost."""
        if end([(self, trouble)]):
            raise ClaimLost


def take(pks: Collection[UUID], clock: Clock) -> list[Claim]:
    """Claim those of these copies that are due and free, in one commit."""
    return [Claim(copy, clock) for copy in Delivery.objects.claim(pks, now=clock(), lease=lease())]


def permit(claims: Sequence[Claim]) -> set[Claim]:
    """Commit, at once, that from now on servers may have accepted these copies. Returns those that were lost to other
    workers: their end must not be sent.
    """
    until = max(claim.clock() for claim in claims) + timedelta(seconds=ENV.smtp_timeout * ANSWER_FACTOR) + lease()
    groups: dict[tuple[int, bool], list[UUID]] = {}
    for claim in claims:
        groups.setdefault((claim.copy.attempts, claim.followed), []).append(claim.copy.pk)
    with transaction.atomic():
        written = 0
        for (attempts, followed), pks in groups.items():
            mine = Delivery.objects.filter(pk__in=pks, attempts=attempts, state=DeliveryState.IN_TRANSIT)
            written += mine.update(phase="content", lease_until=until, followed=followed)
        if written == len(claims):
            return set()
        held = Delivery.objects.still_held(_attempts(claims), (DeliveryState.IN_TRANSIT,))
    return {claim for claim in claims if claim.copy.pk not in held}


def end(results: Sequence[tuple[Claim, Answer | Trouble]]) -> set[Claim]:
    """Write, at once, what became of these copies. Returns those that were lost to other workers: of them nothing is
    written.
    """
    return _insisting(lambda: _end(results)) if results else set()


def _end(results: Sequence[tuple[Claim, Answer | Trouble]]) -> set[Claim]:
    claims = [claim for claim, _ in results]
    now = claims[-1].clock()
    with transaction.atomic():
        # The messages before their copies, as everywhere: two orders of locking would block each other on PostgreSQL.
        ids = {claim.copy.message_id for claim in claims}
        messages = {row.pk: row for row in Message.objects.locked(ids)}
        held = Delivery.objects.still_held(_attempts(claims), (DeliveryState.IN_TRANSIT, DeliveryState.UNCERTAIN))
        groups: dict[tuple[Any, ...], list[UUID]] = {}
        came: dict[UUID, set[str]] = {}
        said: list[tuple[UUID, str]] = []
        lost = set()
        for claim, result in results:
            was = held.get(claim.copy.pk)
            # An answer that came after the lease had run out still settles what was thought to be uncertain.
            if was is None or (was == DeliveryState.UNCERTAIN and not isinstance(result, Answer)):
                lost.add(claim)
                continue
            if isinstance(result, Answer):
                fields = _accepted(result, now)
                said.append((claim.copy.pk, result.words))
            else:
                fields = _failed(claim.copy, result, now)
            groups.setdefault(tuple(fields.items()), []).append(claim.copy.pk)
            came.setdefault(claim.copy.message_id, set()).update((was, fields["state"]))
        if said:
            Delivery.objects.note_answers(said)
        for written, pks in groups.items():
            Delivery.objects.filter(pk__in=pks).update(**dict(written))
        for pk, states in came.items():
            if pk in messages:
                settle(messages[pk], now)
                tell(messages[pk], *states)
    return lost


def _attempts(claims: Sequence[Claim]) -> dict[UUID, int]:
    return {claim.copy.pk: claim.copy.attempts for claim in claims}


def _accepted(answer: Answer, now: datetime) -> dict[str, Any]:
    return {
        "state": DeliveryState.ACCEPTED,
        "accepted_at": now,
        "touched": Delivery.JUDGED_AGAIN,
        "tried_at": now,
        "lease_until": None,
        "reason": "",
        "answer_code": answer.code,  # its words are those of one copy alone
    }


def _failed(copy: Taken, trouble: Trouble, now: datetime) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "lease_until": None,
        "tried_at": now,
        "reason": trouble.reason,
        "answer": trouble.words,
        "answer_code": trouble.code,
    }
    delay = delay_after(copy.attempts)
    if trouble.outcome == Outcome.UNCERTAIN:
        return fields | {"state": DeliveryState.UNCERTAIN}
    if trouble.outcome == Outcome.PERMANENT or delay is None:
        return fields | {"state": DeliveryState.REFUSED}
    return fields | {"state": DeliveryState.WAITING, "due_at": now + delay, "phase": ""}


def delay_after(attempts: int) -> timedelta | None:
    """How long to wait after this many attempts; None when it was tried long enough."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None


def settle(message: Message, now: datetime) -> None:
    """Bring a message to the state that its copies say; call it with the message's row locked."""
    was = (message.sent_at, message.state)
    deliveries = Delivery.objects.filter(message_id=message.pk)
    accepted = message.sent_at is not None or deliveries.filter(state=DeliveryState.ACCEPTED).exists()
    if accepted and message.sent_at is None:
        message.sent_at = message.at = now
        Activity.objects.filter(pk=message.pk).update(at=now, state=ActivityState.DONE)
        Party.objects.of_message(message.pk).stand_at(now)
        TemplateVersion.objects.touch([message.template_version_id])
        Filing.objects.wish(message, now)
    if not deliveries.exclude(state__in=FINAL).exists():
        accepted = deliveries.filter(state=DeliveryState.ACCEPTED).exists()
        message.state = MessageState.SENT if accepted else MessageState.FAILED
    elif message.state in (MessageState.SENT, MessageState.FAILED):  # the sender let copies leave once more
        message.state = MessageState.SENDING
    if (message.sent_at, message.state) != was:
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


def _insisting(write: Callable[[], T]) -> T:
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

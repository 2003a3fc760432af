"""What came back for a sent e-mail is kept, once: a reply as an e-mail of its own, a bounce as what became of a copy
(P2, P3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from odziv.deliver.claim import settle, tell
from odziv.deliver.trouble import Reason as Trouble
from odziv.deliver.trouble import readable
from odziv.measure.replies import count_replies
from odziv.models import (
    Arrival,
    ArrivalKind,
    CardKind,
    Cleared,
    Delivery,
    DeliveryState,
    Happening,
    HardBounce,
    Mailbox,
    Message,
)
from odziv.replies.kinds.judge import Judgement, judge_bytes
from odziv.replies.kinds.reasons import UNKNOWN
from odziv.replies.letter import read, store_reply
from odziv.replies.matching import Match, copy_of, is_stranger


@dataclass(frozen=True)
class Came:
    """A mail as it came: its bytes, when it arrived, and for which mailbox. Where no mailbox is known, `ours` are the
    addresses of the organisation's, in lower case.
    """

    raw: bytes
    at: datetime
    mailbox: Mailbox | None
    ours: tuple[str, ...] = ()


@transaction.atomic
def store(came: Came, found: Match, now: datetime) -> Arrival | None:
    """Keep it; None when it was kept before, or is an e-mail of ours (a copy of what was sent, filed or addressed to
    oneself).
    """
    letter = read(came.raw)
    if letter.message_id and Message.objects.sent_as(found.message.organisation_id, [letter.message_id]):
        return None
    message = Message.objects.select_for_update().get(pk=found.message.pk)
    key = hashlib.sha256(letter.message_id.encode() or came.raw).hexdigest()
    if Arrival.objects.filter(message=message, key=key).exists():
        return None
    ours = [came.mailbox.address.lower()] if came.mailbox else came.ours
    judged = judge_bytes(came.raw, ours=ours, today=came.at.date())
    stranger = is_stranger(message, letter.from_address)
    arrival = Arrival(
        organisation_id=message.organisation_id,
        message=message,
        mailbox=came.mailbox,
        delivery=copy_of(message, judged.failed or [letter.from_address]) or found.copy,
        key=key,
        kind=judged.kind,
        counts=judged.counts_as_reply and not stranger,
        at=came.at,
        from_name=letter.from_name,
        from_address=letter.from_address,
        subject=letter.subject,
        matched_by=found.by,
        stranger=stranger and judged.kind == ArrivalKind.HUMAN,
        reasons=list(judged.reasons),
        failed=list(judged.failed)[:50],
        severity=judged.severity or "",
        status=judged.status or "",
        away_until=judged.away_until,
        visible_text=judged.visible_text[:100_000],
    )
    if judged.kind == ArrivalKind.HUMAN:
        arrival.reply = store_reply(message, letter, came.at, now)
    arrival.save(force_insert=True)
    _follows(message, arrival, judged, now)
    return arrival


def _follows(message: Message, arrival: Arrival, judged: Judgement, now: datetime) -> None:
    if arrival.counts:
        bounces = HardBounce.objects.of(message.organisation_id)
        bounces.clear([arrival.from_address], Cleared.REPLIED, by=None, now=now)
        count_replies(message, now)
        Happening.objects.note(message.organisation_id, message.pk, CardKind.REPLIED)
    elif judged.kind == ArrivalKind.BOUNCE and judged.severity != "delayed":
        _bounced(message, arrival, judged, now)
    # Live pages look at the figures' time; what is no reply changes the timeline too.
    Message.objects.filter(pk=message.pk).update(figures_at=now)


def _bounced(message: Message, arrival: Arrival, judged: Judgement, now: datetime) -> None:
    """The copies that a bounce names, or the only copy, came back."""
    copies = list(_copies(message, judged.failed)) or ([arrival.delivery] if arrival.delivery else [])
    if not copies and message.deliveries.count() == 1:
        copies = list(message.deliveries.all())
    words = _told(judged)
    took = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
    # The code that stood there is of the server that took it: 250, and no answer to what became of it.
    fields = {
        "state": DeliveryState.BOUNCED,
        "reason": Trouble.BOUNCED,
        "answer": words,
        "answer_code": None,
        "tried_at": now,
    }
    changed = Delivery.objects.filter(pk__in=[copy.pk for copy in copies], state__in=took).update(**fields)
    if _speaks_of_the_address(judged):
        for copy in copies:
            HardBounce.objects.get_or_create(
                organisation_id=message.organisation_id,
                key=copy.party.key,
                message=message,
                defaults={
                    "address": copy.party.address,
                    "at": arrival.at,
                    "status": judged.status or "",
                    "words": words[:300],
                },
            )
    if changed:
        settle(message, now)
        tell(message, DeliveryState.BOUNCED)


def _told(judged: Judgement) -> str:
    """What the servers said, with the status before it unless they named it themselves."""
    answers = list(dict.fromkeys(filter(None, (one.answer for one in judged.failures))))
    status = judged.status or ""
    if any(status in answer for answer in answers):
        status = ""
    return readable(" ".join(filter(None, (status, *answers))))


def _speaks_of_the_address(judged: Judgement) -> bool:
    """Whether a server said why nobody is reached there; a notice without any reason marks no address."""
    return judged.severity == "hard" and any(failure.reason != UNKNOWN for failure in judged.failures)


def _copies(message: Message, failed: Iterable[str]) -> Iterable[Delivery]:
    for address in failed:
        found = copy_of(message, [address])
        if found is not None:
            yield found

"""All outgoing mail is held; an administrator decides about what may have left; the worker lets it go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from odziv.deliver.claim import settle, tell
from odziv.deliver.trouble import Reason
from odziv.lib import clock
from odziv.models import Decision, Delivery, DeliveryState, Digest, Message, Organisation, OutgoingHold, User
from odziv.notify.digest.run import skip_today

_AT_A_TIME = 100  # messages


@transaction.atomic
def hold_all(now: datetime) -> int:
    """Nothing leaves any more of what waits, or is begun; returns of how many organisations.

    Summaries by e-mail of this day may have left: they are left out.
    """
    for user in User.objects.wanting_digest():
        skip_today(user, now)
    Digest.objects.leave_out(now)
    organisations = list(Organisation.objects.values_list("pk", flat=True))
    OutgoingHold.objects.begin(organisations, now)
    Delivery.objects.give_back(now)
    return len(organisations)


def let_go(now: datetime | None = None) -> int:
    """The worker's job: do what administrators decided, some messages at a time; returns of how many holds."""
    holds = list(OutgoingHold.objects.decided())
    for hold in holds:
        _go_on(hold, now or clock.now())
    return len(holds)


def _go_on(hold: OutgoingHold, now: datetime) -> None:
    """One step. What is done is not doubtful any more, so whoever comes next goes on where this one ended."""
    doubtful = Delivery.objects.doubtful(hold)
    if hold.decision == Decision.LEAVE:
        OutgoingHold.objects.end(hold, doubtful.count(), now)
        return
    ids = set(doubtful.order_by().values_list("message_id", flat=True).distinct()[:_AT_A_TIME])
    if not ids:
        OutgoingHold.objects.end(hold, hold.copies, now)
        return
    with transaction.atomic():
        copies = sum(_settle(hold, message, now) for message in Message.objects.locked(ids))
        OutgoingHold.objects.filter(pk=hold.pk).update(copies=F("copies") + copies)


def _settle(hold: OutgoingHold, message: Message, now: datetime) -> int:
    """The doubtful copies of a message, which is locked; returns how many."""
    copies = Delivery.objects.doubtful(hold).filter(message=message)
    due = copies.order_by("due_at").values_list("due_at", flat=True).first()
    if due is None:
        return 0
    told = {"tried_at": now, "lease_until": None, "answer": "", "answer_code": None, "attempts": F("attempts") + 1}
    if hold.decision == Decision.SENT:
        fields = {"state": DeliveryState.ACCEPTED, "accepted_at": F("due_at"), "touched": Delivery.JUDGED_AGAIN}
        settled = copies.update(**told, **fields, reason="")
        settle(message, due)
    else:
        settled = copies.update(**told, state=DeliveryState.UNCERTAIN, reason=Reason.RESTORED)
        settle(message, now)
        tell(message, DeliveryState.UNCERTAIN)
    return settled

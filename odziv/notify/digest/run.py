"""The worker's job: summaries leave at their time, through their users' mailboxes, once (A, D3)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from odziv.deliver.note import send_note
from odziv.deliver.session import Hooks
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.lib import clock
from odziv.models import Digest, DigestState, Mailbox, User
from odziv.notify.digest.contents import gather
from odziv.notify.digest.days import LATE, is_wanted_on, time_on, today_of
from odziv.notify.digest.letter import letter

log = logging.getLogger("odziv.notify")

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60, 60))
_LEASE = timedelta(minutes=5)
_AT_ONCE = 8
_MOST = 200


def send_digests(now: datetime | None = None) -> int:
    """Begin those whose time has come, and send what is due; returns how many attempts came to an end.

    One mailbox that hangs delays no other: each has a thread of its own.
    """
    moment = now or clock.now()
    _settle_abandoned(moment)
    _begin(moment)
    due = list(Digest.objects.due(moment).order_by("due_at", "pk").values_list("pk", flat=True)[:_MOST])
    if len(due) < 2:
        return sum(_attempt(pk, moment) for pk in due)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(lambda pk: _in_thread(pk, moment), due))


def skip_today(user: User, now: datetime) -> None:
    """Whoever turns it on behind its time gets the first one tomorrow."""
    day = today_of(user, now)
    if (at := time_on(user, day)) <= now:
        Digest.objects.begin(user, day, at, DigestState.EMPTY)


def sending_mailbox(user: User) -> Mailbox | None:
    """From where it leaves: a mailbox of the user's own, else one that they may use."""
    rows = Mailbox.objects.usable_by(user)
    return rows.filter(user=user).first() or rows.first()


def _begin(now: datetime) -> None:
    """A row for each user whose time it is; one that has been too late for hours is left out."""
    users = list(User.objects.wanting_digest())
    there = Digest.objects.days_of([user.pk for user in users], (now - timedelta(days=2)).date())
    for user in users:
        day = today_of(user, now)
        at = time_on(user, day)
        if (user.pk, day) not in there and at <= now < at + LATE and is_wanted_on(user, day):
            Digest.objects.begin(user, day, at)


def _settle_abandoned(now: datetime) -> None:
    if Digest.objects.abandoned(now).exists():
        fields = {"state": DigestState.UNKNOWN, "reason": Reason.ABANDONED, "lease_until": None, "settled_at": now}
        Digest.objects.abandoned(now).update(**fields)


def _in_thread(pk: UUID, now: datetime) -> int:
    try:
        return _attempt(pk, now)
    finally:
        connection.close()


def _attempt(pk: UUID, now: datetime) -> int:
    digest = Digest.objects.claim(pk, now, _LEASE)
    if digest is None:
        return 0
    try:
        state = _send(digest, now)
    except Trouble as trouble:
        _failed(digest, trouble, now)
    except Exception:
        # A fault of ours must not hold up the others; it is tried again like any other failure.
        log.exception("the summary of %s could not be sent", digest.user_id)
        _failed(digest, Trouble(Reason.FAULT, Outcome.TEMPORARY), now)
    else:
        Digest.objects.settle(digest, state=state, reason="", answer="", settled_at=now)
    return 1


def _send(digest: Digest, now: datetime) -> DigestState:
    """Raises Trouble."""
    user = digest.user
    if not (user.digest and user.is_active and user.organisation.assistant):
        return DigestState.EMPTY
    summary = gather(user, digest.day, now)
    if summary.is_empty:
        return DigestState.EMPTY
    mailbox = sending_mailbox(user)
    if mailbox is None:
        raise Trouble(Reason.NO_MAILBOX, Outcome.TEMPORARY)
    said = letter(summary)
    if mailbox.hourly_limit and Mailbox.objects.take_room(mailbox.pk, now) is not None:
        raise Trouble(Reason.LIMIT, Outcome.TEMPORARY)
    headers = (
        ("Auto-Submitted", ["auto-generated"]),  # RFC 3834: nobody's program answers it
        ("List-Unsubscribe", [f"<{said.unsubscribe}>"]),
        ("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"]),
    )
    try:
        hooks = Hooks(before_end=lambda: _leave(digest))
        send_note(mailbox, user.email, said.subject, said.text, said.html, now=now, headers=headers, hooks=hooks)
    except Trouble as trouble:
        if mailbox.hourly_limit and trouble.outcome != Outcome.UNCERTAIN:
            Mailbox.objects.give_room(mailbox.pk)
        if trouble.mailbox_wide:
            Mailbox.objects.note_sending(mailbox.pk, now, trouble.reason, trouble.words)
        raise
    Mailbox.objects.note_sending(mailbox.pk, now)
    return DigestState.SENT


def _leave(digest: Digest) -> None:
    if not Digest.objects.leave(digest):
        raise Trouble(Reason.ABANDONED, Outcome.TEMPORARY)


def _failed(digest: Digest, trouble: Trouble, now: datetime) -> None:
    """Try again with growing delays, for hours; then give up: it is on the user's page, and in the health list."""
    told = {"reason": trouble.reason, "answer": trouble.words[:500]}
    if trouble.outcome == Outcome.UNCERTAIN:
        Digest.objects.settle(digest, state=DigestState.UNKNOWN, settled_at=now, **told)
        return
    again = now + DELAYS[min(digest.failures, len(DELAYS) - 1)]
    if trouble.outcome == Outcome.PERMANENT or again >= digest.wanted_at + LATE:
        Digest.objects.settle(digest, state=DigestState.GIVEN_UP, settled_at=now, **told)
    else:
        waits = {"state": DigestState.WAITING, "due_at": again, "failures": digest.failures + 1}
        Digest.objects.settle(digest, **waits, **told)

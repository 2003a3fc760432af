"""The due copies of one mailbox leave, over one connection or several; one thread leads all their conversations."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from odziv.deliver.claim import Claim, ClaimLost, Withdrawn, end, permit, take
from odziv.deliver.lanes import Lane, Lanes
from odziv.deliver.leaving import Leaving
from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble
from odziv.deliver.wire import Need
from odziv.lib.clock import Clock
from odziv.models import Delivery, Mailbox

log = logging.getLogger("odziv.deliver")

_WITHOUT_SERVER = 50  # copies that are settled at once when none can leave


class Round:
    """One pass over a mailbox. `mailbox_id` None: messages whose mailbox was removed. `done` counts ended attempts.

    What several copies wait for at the same time is committed for all of them at once: there is no timer, what has
    come while one commit ran is in the next.
    """

    def __init__(
        self, mailbox_id: UUID | None, clock: Clock, limit: int = 1000, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self.mailbox_id = mailbox_id
        self.done = 0
        self._clock = clock
        self._limit = limit
        self._stopping = stopping
        self._lanes = Lanes(mailbox_id)
        self._leaving = Leaving(clock)
        self._closed_by: Trouble | None = None  # nothing of this mailbox can leave in this round
        self._ended: list[tuple[Claim, Answer | Trouble]] = []

    def run(self) -> int:
        """Try each due copy once; returns how many attempts came to an end."""
        due = deque(Delivery.objects.due_in(self.mailbox_id, self._clock(), self._limit))
        try:
            while due or self._lanes.busy or self._ended:
                if self._stopping():
                    due.clear()
                self._turn(due)
        finally:
            self.close()
        return self.done

    def attempt(self, claim: Claim) -> None:
        """Try one copy of this mailbox that was claimed, and settle it."""
        self._free(1)
        self._start([claim])
        while self._lanes.busy or self._ended:
            self._turn(deque())

    def close(self) -> None:
        """End the conversations with the server, and note for the health list how it went (O6)."""
        self._lanes.close()
        trouble = self._closed_by
        if self.mailbox_id is None or not self.done or (trouble and trouble.reason == Reason.NO_MAILBOX):
            return
        reason, words = (trouble.reason, trouble.words) if trouble else ("", "")
        Mailbox.objects.note_sending(self.mailbox_id, self._clock(), reason, words)

    def _free(self, wanted: int) -> int:
        """How many copies can be begun now: one for each connection that is not in use."""
        if self._closed_by is None:
            try:
                return self._lanes.free(wanted)
            except Trouble as trouble:
                self._closed_by = trouble
        return min(wanted, _WITHOUT_SERVER)

    def _begin(self, due: deque[UUID]) -> bool:
        """Take as many copies as there are free connections, and begin with them; False when there is none."""
        try:
            wanted = self._wanted(due, self._free(len(due)))
            claims = take(wanted, self._clock) if wanted else []
            if self._limited and self.mailbox_id and len(claims) < len(wanted):
                Mailbox.objects.give_room(self.mailbox_id, len(wanted) - len(claims))
        except (OperationalError, InterfaceError):
            # The copies that are on their way come to their end; the others are still due.
            log.exception("no further copies of mailbox %s could be taken", self.mailbox_id)
            due.clear()
            connection.close()
            return False
        self._start(claims)
        return bool(wanted)

    def _wanted(self, due: deque[UUID], free: int) -> list[UUID]:
        """So many of those that are due, as far as the mailbox may send them in this hour."""
        wanted: list[UUID] = []
        while due and len(wanted) < free:
            if not self._has_room():
                due.clear()
                break
            wanted.append(due.popleft())
        return wanted

    @cached_property
    def _limited(self) -> bool:
        """Whether the mailbox may only send so much in an hour."""
        if self.mailbox_id is None:
            return False
        return Mailbox.objects.filter(pk=self.mailbox_id, hourly_limit__gt=0).exists()

    def _has_room(self) -> bool:
        """Whether one more copy may leave in this hour; else all that is due waits for the next one."""
        if not self._limited or self.mailbox_id is None:
            return True
        now = self._clock()
        until = Mailbox.objects.take_room(self.mailbox_id, now)
        if until is not None:
            Delivery.objects.put_off(self.mailbox_id, now, until, Reason.LIMIT)
        return until is None

    def _start(self, claims: Sequence[Claim]) -> None:
        try:
            self._leaving.look(claim.copy for claim in claims)
        except Exception as error:
            for claim in claims:
                self._finish(claim, error)
            return
        idle = iter(self._lanes.idle)  # as they are before the first begins
        for claim in claims:
            try:
                if self._closed_by is not None:
                    raise self._closed_by
                lane = next(idle)
                lane.begin(claim, self._leaving.copy(claim, lane.session))
            except Exception as error:
                self._finish(claim, error)
            else:
                self._advance(lane)

    def _turn(self, due: deque[UUID]) -> None:
        """Do the next thing: first whatever conversation can go on at once, so that what then is written for the
        others is written for as many as possible.
        """
        waiting = [lane for lane in self._lanes.busy if lane.need is not Need.PERMIT]
        asking = [lane for lane in self._lanes.busy if lane.need is Need.PERMIT]
        if waiting and self._go_on(waiting, seconds=0):
            return
        if asking:
            self._permit(asking)
        elif self._ended:
            ended, self._ended = self._ended, []
            for claim in end(ended):
                log.warning("delivery %s was taken over by another worker", claim.copy.pk)
            self.done += len(ended)
        elif not (due and self._begin(due)) and waiting:
            self._go_on(waiting, seconds=min(lane.deadline for lane in waiting) - time.monotonic())

    def _permit(self, lanes: Sequence[Lane]) -> None:
        claims = [lane.claim for lane in lanes]
        errors: dict[Claim, Exception] = {}
        try:
            errors = {claim: Withdrawn() for claim in self._leaving.withdrawn(claims)}
            if left := [claim for claim in claims if claim not in errors]:
                errors |= {claim: ClaimLost() for claim in permit(left)}
        except Exception as error:
            connection.close()
            errors = dict.fromkeys(claims, error)
        for lane in lanes:
            self._advance(lane, errors.get(lane.claim))

    def _go_on(self, lanes: Sequence[Lane], seconds: float) -> bool:
        """Go on with those of the lanes that can, or whose time is over; False when there is none for so long."""
        ready = self._lanes.ready(lanes, seconds)
        now, moved = time.monotonic(), False
        for lane in lanes:
            error: Exception | None = None
            try:
                if not lane.permitted:
                    lane.claim.stay_alive()
            except Exception as found:
                error = found
            if error is None and lane not in ready and now >= lane.deadline:
                error = TimeoutError("timed out")
            if error is not None or lane in ready:
                self._advance(lane, error)
                moved = True
        return moved

    def _advance(self, lane: Lane, error: Exception | None = None) -> None:
        """Lead one conversation on to where it next has to wait."""
        claim = lane.claim
        try:
            answer = lane.go_on(error)
        except Exception as found:
            if isinstance(found, Trouble) and found.reason == Reason.BUSY and self._lanes.spare(lane):
                found.mailbox_wide = False  # too many connections, say some servers only when they are used
            self._finish(claim, found)
        else:
            if answer is not None:
                self._ended.append((claim, answer))

    def _finish(self, claim: Claim, error: Exception) -> None:
        """An attempt ended in another way than by being accepted."""
        if isinstance(error, ClaimLost):
            log.warning("delivery %s was taken over by another worker", claim.copy.pk)
            self.done += 1
            return
        if isinstance(error, Trouble):
            trouble = error
        elif isinstance(error, Withdrawn):
            trouble = Trouble(Reason.WITHDRAWN, Outcome.TEMPORARY)
        else:
            # A fault of ours must neither lose the copy nor hold up the others.
            log.error("delivery %s could not be attempted", claim.copy.pk, exc_info=error)
            trouble = Trouble(Reason.FAULT, Outcome.TEMPORARY)
        if trouble.mailbox_wide:
            self._closed_by = trouble
        self._ended.append((claim, trouble))

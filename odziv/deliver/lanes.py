"""The connections to a mailbox's server, each with the copy that is on its way over it."""

from __future__ import annotations

import logging
import select
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from odziv.deliver.claim import Claim
from odziv.deliver.handover import Copy, hand_over
from odziv.deliver.server import refused, server_of
from odziv.deliver.session import Server, Session
from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble
from odziv.deliver.wire import Need, Waits
from odziv.environment import ENV
from odziv.models import Mailbox

log = logging.getLogger("odziv.deliver")

_FOR_EACH = 10  # so many copies are worth a connection


@dataclass(eq=False)
class Lane:
    """A connection, and, while it is busy, the conversation about a copy."""

    session: Session
    need: Need = Need.READ
    permitted: bool = False  # its end may be sent, or is
    _claim: Claim | None = None
    _steps: Waits[Answer] | None = None

    @property
    def busy(self) -> bool:
        return self._claim is not None

    @property
    def claim(self) -> Claim:
        """The copy that is on its way."""
        assert self._claim is not None, "nothing is on its way here"
        return self._claim

    @property
    def deadline(self) -> float:
        """Until when it waits, on the monotonic clock."""
        return self.session.open_wire.deadline

    def begin(self, claim: Claim, copy: Copy) -> None:
        """Prepare to hand this copy over; `go_on` begins."""
        self._claim, self._steps, self.permitted = claim, hand_over(self.session, copy), False
        self.need = Need.READ

    def go_on(self, error: Exception | None = None) -> Answer | None:
        """Lead the conversation on, or throw an error into it; its result when it has ended. Raises what ends it."""
        assert self._steps is not None, "nothing is on its way here"
        asked = self.need is Need.PERMIT
        try:
            self.need = self._steps.send(None) if error is None else self._steps.throw(error)
            self.permitted = self.permitted or (asked and error is None)
        except StopIteration as over:
            self._claim = self._steps = None
            answer: Answer = over.value
            return answer
        except BaseException:
            self._claim = self._steps = None
            raise
        return None


@dataclass
class Lanes:
    """As many connections as a mailbox may have at a time and there is work for; opened at need."""

    mailbox_id: UUID | None
    _mailbox: Mailbox | None = None
    _server: Server | None = None
    _lanes: list[Lane] = field(default_factory=list)
    _most: int = 1

    @property
    def busy(self) -> list[Lane]:
        """Those with a copy on its way."""
        return [lane for lane in self._lanes if lane.busy]

    @property
    def idle(self) -> list[Lane]:
        """Those with nothing on their way, open as `free` left them."""
        return [lane for lane in self._lanes if not lane.busy]

    def free(self, waiting: int) -> int:
        """How many copies can be begun, of so many that wait. Raises a Trouble of the whole mailbox when none can.

        A connection besides the first that the server does not grant is done without until the round is over.
        """
        worth = -(-(waiting + len(self.busy)) // _FOR_EACH)
        for lane in self.idle:
            self._opened(lane)
        while len(self._lanes) < max(1, min(worth, self._most)):  # how many it may have is known behind the first
            if not self._opened(Lane(self._session())):
                break
        return min(waiting, len(self._lanes) - len(self.busy))

    def spare(self, lane: Lane) -> bool:
        """Do without a connection that the server does not want, until the round is over; False when there is no
        other.
        """
        others = [one for one in self._lanes if one is not lane]
        if others:
            self._lanes, self._most = others, len(others)
        return bool(others)

    @staticmethod
    def ready(lanes: Sequence[Lane], seconds: float) -> set[Lane]:
        """Those of the lanes that can go on, as soon as there is one, but not later than in so many seconds."""
        waiting = {lane.session.open_wire.fileno(): lane for lane in lanes}
        poll = select.poll()
        for number, lane in waiting.items():
            poll.register(number, select.POLLIN if lane.need is Need.READ else select.POLLOUT)
        return {waiting[number] for number, _ in poll.poll(max(0.0, min(seconds, 1.0)) * 1000)}

    def close(self) -> None:
        """End all conversations with the server."""
        for lane in self._lanes:
            lane.session.close()

    def _opened(self, lane: Lane) -> bool:
        """Whether this connection can be used; else it is given up, if it is not the only one."""
        try:
            self._open(lane.session)
        except Trouble as trouble:
            if not self.spare(lane):
                raise
            log.info("mailbox %s goes on with %d connections: %s", self.mailbox_id, self._most, trouble.reason)
            return False
        if lane not in self._lanes:
            self._lanes.append(lane)
        return True

    def _session(self) -> Session:
        if self._server is None:
            mailbox = Mailbox.objects.filter(pk=self.mailbox_id).first() if self.mailbox_id else None
            if mailbox is None:
                raise Trouble(Reason.NO_MAILBOX, Outcome.PERMANENT, mailbox_wide=True)
            self._mailbox, self._server, self._most = mailbox, server_of(mailbox), max(1, mailbox.connections)
        name = urlsplit(ENV.web_url).hostname or "localhost"
        return Session(self._server, timeout=ENV.smtp_timeout, name=name)

    def _open(self, session: Session) -> None:
        try:
            session.open()
        except Trouble as trouble:
            found = refused(self._mailbox, trouble) if self._mailbox else trouble
            if found is trouble:
                raise
            raise found from trouble

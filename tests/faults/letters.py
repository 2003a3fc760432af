"""Code that runs on an installation under test: messages that wait for delivery, and what became of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from tests.faults.installation import Installation
from tests.support.smtp import SmtpServer

_WRITE = """
import sys
from datetime import datetime, timedelta, UTC
from tests.support.cast import make_cast
from tests.deliver.letters import waiting_message
from odziv.models import Delivery, Mailbox, Message, User
host, port, mailboxes, messages, copies, first, apart, tag = sys.argv[1:]
ana = make_cast().ana if not User.objects.exists() else User.objects.get(name="Ana")
boxes = [
    Mailbox.objects.create(
        organisation=ana.organisation, user=ana, kind="smtp", name=ana.name, address=ana.email,
        smtp_security="none", smtp_host=host, smtp_port=int(port),
    )
    for _ in range(int(mailboxes))
]
start = datetime.now(UTC) + timedelta(seconds=float(first))
answer = {}
for number in range(int(messages)):
    to = [f"m{number}-{copy}@{tag}.example" for copy in range(int(copies))]
    message = waiting_message(boxes[number % len(boxes)], ana, to=to)
    due = start + timedelta(seconds=number * float(apart))
    Delivery.objects.filter(message=message).update(due_at=due)
    if float(first) > 0:
        Message.objects.filter(pk=message.pk).update(state="scheduled", send_at=due)
    for address in to:
        answer[address] = {"due": due.timestamp(), "message": str(message.pk)}
"""

_STATES = """
import sys
from odziv.models import Delivery
mine = Delivery.objects.filter(party__address__endswith=f"@{sys.argv[1]}.example")
answer = dict(mine.values_list("party__address", "state"))
"""


@dataclass(frozen=True)
class Letters:
    """Messages of one test: `written` is address -> `due` (seconds of the epoch) and `message` (its identifier)."""

    written: dict[str, dict[str, Any]]
    tag: str
    place: Installation

    def states(self) -> dict[str, str]:
        """Address -> state of its copy."""
        found: dict[str, str] = self.place.ask(_STATES, self.tag)
        return found


def write(
    place: Installation,
    sink: SmtpServer,
    *,
    messages: int,
    copies: int = 1,
    mailboxes: int = 3,
    first: float = 0,
    apart: float = 0,
) -> Letters:
    """Messages in several mailboxes, the first due in `first` seconds, the others `apart` seconds after each other."""
    tag = secrets.token_hex(4)
    numbers = map(str, (sink.port, mailboxes, messages, copies, first, apart))
    return Letters(place.ask(_WRITE, sink.host, *numbers, tag), tag, place)

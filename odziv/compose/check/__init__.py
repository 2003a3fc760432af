"""What stands in the way of sending a draft, and what its writer is asked or told before it leaves (C1, F1, M4).

seen.py          the draft with everything that the steps look at, read once
envelope.py      mailbox, recipients, subject
following.py     who says no to following, links that are left alone
times.py         delay and reminder
words.py         an empty text, placeholders that are left in it
mentions.py      an attachment that the text speaks of, and that is not there
pictures.py      images that nobody would see, images without a description
sizes.py         bodies, files and the whole, files that the store has lost

A step is a pure function of a `Seen`; it gives problems in the order in which they are to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from odziv.compose.check import envelope, following, mentions, pictures, sizes, times, words
from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem
from odziv.compose.ready import Ready
from odziv.lib import clock
from odziv.models import Message

Step = Callable[[Seen], Iterator[Problem]]

ERRORS: tuple[Step, ...] = (
    envelope.sender,
    envelope.recipients,
    sizes.bodies,
    sizes.lost_files,
    sizes.beyond_every_server,
    times.delay,
    times.reminder,
)
"""What must be mended first."""

QUESTIONS: tuple[Step, ...] = (
    envelope.subject,
    envelope.dead,
    words.empty,
    words.placeholders,
    mentions.attachment,
    following.blocked,
    following.placeholders,
    following.broken_links,
    pictures.missing,
    pictures.unreachable,
    pictures.nothing_but_pictures,
    sizes.total,
    pictures.undescribed,
    following.links_left_alone,
)
"""What may be meant like that: questions, and notes beside them."""


def before_sending(message: Message, now: datetime | None = None) -> list[Problem]:
    """All problems of a draft: what blocks, then questions, then notes. Raises StaleDraft when it is none any more."""
    return of_ready(Ready.of(message), now or clock.now())


def of_ready(ready: Ready, now: datetime) -> list[Problem]:
    """The same of a draft that was worked out. Reads the database and the file store; changes nothing."""
    found = _taken((*ERRORS, *QUESTIONS), Seen(ready, now))
    return sorted(found, key=lambda problem: (not problem.blocking, problem.note))


def blocking(ready: Ready, now: datetime) -> list[Problem]:
    """Only what must be mended, at the price of only these steps."""
    return [problem for problem in _taken(ERRORS, Seen(ready, now)) if problem.blocking]


def _taken(steps: Iterable[Step], seen: Seen) -> list[Problem]:
    return [problem for step in steps for problem in step(seen)]

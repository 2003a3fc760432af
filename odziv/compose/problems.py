"""What can be wrong with a draft, in words for its writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is where it stands: to, cc, bcc, from, subject, body, attachments, regarding, following, delivery,
    reminder, or "" for the whole; `near` is what to look for there.

    A problem that is not `blocking` is a question: the writer may send all the same. A `note` is none: it is told
    beside the questions, and nobody is asked because of it alone.
    """

    code: str
    field: str
    text: str
    blocking: bool = True
    note: bool = False
    near: str = ""


class Refused(Exception):
    """Something was not done; `problems` say why. Nothing that was stored before has changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = tuple(problems)


class DraftRefused(Refused):
    """What was to be saved cannot be stored."""


class NotSendable(Refused):
    """The message cannot be sent as it is; it is still a draft."""


class StaleDraft(Exception):
    """The draft was saved from another place meanwhile, or is no draft any more; nothing was written.

    `version` is the stored one, None when the message is no draft any more.
    """

    def __init__(self, version: int | None) -> None:
        super().__init__("the draft was changed elsewhere")
        self.version = version

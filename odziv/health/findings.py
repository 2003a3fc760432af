"""Looking, with patience for what is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple
from uuid import UUID

from django.db import connections
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from odziv.environment import Environment
from odziv.health.place import Place, Seen

_PATIENCE = 15.0  # seconds for one slow look, whatever hangs in it


class Look(NamedTuple):
    """A part: its key in addresses, its name, and how one looks at it."""

    key: str
    what: Promise
    function: Callable[[Place], Seen]
    slow: bool = False


class Finding(NamedTuple):
    """What was looked at, and what was seen; see `Seen`."""

    key: str
    what: str
    works: bool | None
    text: str
    used: bool = True


@dataclass(frozen=True)
class Health:
    """Looks at the parts of this installation; for an organisation, at its mailboxes too."""

    env: Environment
    now: datetime
    organisation: UUID | None = None
    patience: float = _PATIENCE

    def findings(self, looks: Iterable[Look]) -> list[Finding]:
        """One after another, except for the slow ones, which are looked at side by side."""
        wanted = list(looks)
        place = Place(self.env, self.now, self.organisation)
        waiting = {look.key: _begin(look, place) for look in wanted if look.slow}
        seen = {look.key: look.function(place) for look in wanted if not look.slow}
        seen |= {key: result(self.patience) for key, result in waiting.items()}
        return [Finding(look.key, str(look.what), *seen[look.key]) for look in wanted]


def _begin(look: Look, place: Place) -> Callable[[float], Seen]:
    """Look in a thread that nobody waits for: one that hangs (a dead network disk) holds up neither page nor exit.

    What is given back waits for the result, at most so many seconds.
    """
    results: SimpleQueue[Seen | Exception] = SimpleQueue()
    language = translation.get_language() or "en"

    def work() -> None:
        try:
            with translation.override(language):
                results.put(look.function(place))
        except Exception as error:
            results.put(error)  # raised where it is waited for
        finally:
            connections.close_all()  # this thread's own

    def result(patience: float) -> Seen:
        try:
            seen = results.get(timeout=patience)
        except Empty:
            return Seen(False, _("gave no answer within %(seconds)s s.") % {"seconds": round(patience)})
        if isinstance(seen, Exception):
            raise seen
        return seen

    Thread(target=work, name=f"look at {look.key}", daemon=True).start()
    return result

"""What a hit becomes in the journal: the program, the place and the network that it tells of; no whole address (L4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from odziv.environment import ENV
from odziv.ingest.agents import Agent, describe
from odziv.ingest.places import Place, Places, truncated
from odziv.ingest.team import Team
from odziv.lib.hit import Hit
from odziv.lib.seal import Kind
from odziv.lib.uuid7 import first_of, lifted
from odziv.measure.evidence import Event
from odziv.models import (
    EngagementPause,
    FollowEmail,
    InteractionKind,
    JournalLimit,
    RecordEmail,
    Refusal,
    journal_rows,
)
from odziv.models.engagement import Span
from odziv.models.journal_rows import NewRow, Recipient

KINDS: Mapping[int, str] = {
    Kind.OPEN: InteractionKind.OPEN.value,
    Kind.IMAGE: InteractionKind.IMAGE.value,
    Kind.CLICK: InteractionKind.CLICK.value,
    Kind.HONEYPOT: InteractionKind.HONEYPOT.value,
    Kind.FILE: InteractionKind.FILE.value,
}
WITHDRAWN = "consent was withdrawn"
_places = Places(ENV.geoip)


class Known(NamedTuple):
    """What the database knows of a copy: whether its events may be kept."""

    recipient: Recipient
    refuses: bool
    off: Sequence[Span]
    floor: str
    """No event of the copy stands in the journal before this identifier: that of its message, or where the organisation
    lets go of what is older. What a clock that is wrong, or a spool that lags for months, puts there is lifted."""

    def refused(self, at: float) -> str:
        """Why what happened to this copy at that time may not be kept; empty when it may.

        The time decides, not that of reading: a spool that lags brings what happened before the switch was turned.
        """
        if not self.recipient.followed:
            return "not followed"
        if self.off and any(span.holds(datetime.fromtimestamp(at, UTC)) for span in self.off):
            return "engagement was off"
        return WITHDRAWN if self.refuses else ""


def known(copies: set[UUID]) -> dict[UUID, Known]:
    """What is known of each of these copies; those that are not there are left out."""
    found = list(journal_rows.recipients(copies))
    addresses = {(one.row.organisation, one.key) for one in found}
    refusing = RecordEmail.objects.refusing(addresses) | Refusal.objects.refusing(addresses)
    off = EngagementPause.objects.spans((one.row.organisation, one.engagement) for one in found)
    begun = JournalLimit.objects.begun({one.row.organisation for one in found})
    limits = {organisation: first_of(until).hex for organisation, until in begun.items()}
    deny = FollowEmail.DO_NOT_ALLOW
    return {
        one.row.id: Known(
            one,
            deny in (one.preference, one.account_preference) or (one.row.organisation, one.key) in refusing,
            off[one.row.organisation],
            max(one.digits[1], limits.get(one.row.organisation, "")),
        )
        for one in found
    }


class Understood(NamedTuple):
    """A hit that may be kept: its row, and what a fold looks at."""

    row: NewRow
    event: Event


def understood(hits: Sequence[Hit], known: Mapping[UUID, Known]) -> tuple[dict[UUID, list[Understood]], Counter[str]]:
    """By copy, what may be kept; the others are dropped, and counted by the reason."""
    found: dict[UUID, list[Understood]] = {}
    team = Team(hits)
    dropped: Counter[str] = Counter()
    for hit in hits:
        copy = known.get(hit.delivery)
        if copy is None or copy.recipient.row.organisation != hit.organisation:
            dropped["unknown delivery"] += 1
        elif why := copy.refused(hit.at):
            dropped[why] += 1
        else:
            found.setdefault(hit.delivery, []).append(_understood(hit, copy, team.of(hit)))
    return found, dropped


def _understood(hit: Hit, copy: Known, teammate: UUID | None) -> Understood:
    text, agent = _program(hit.agent)
    place, network = _origin(hit.peer)
    headers, in_json = _kept(tuple(hit.headers.items()))
    id, kind, at = hit.id.hex, KINDS[hit.kind], datetime.fromtimestamp(hit.at, UTC)
    method = hit.method if hit.method in _METHODS else _storable(hit.method)[:8]
    if id < copy.floor:
        id = lifted(id, copy.floor)
    organisation, message, delivery = copy.recipient.digits
    row = NewRow(
        id, organisation, message, delivery, kind, hit.ordinal, at, method, hit.partial, text, in_json, agent.kind,
        agent.device, agent.system, agent.client, network, place.country, place.city,
        teammate.hex if teammate else None,
    )  # fmt: skip
    event = Event(
        id, kind, hit.ordinal, at, method, hit.partial, text, agent.kind, agent.client, headers, network, teammate
    )
    return Understood(row, event)


_METHODS = frozenset({"GET", "HEAD"})


@lru_cache(maxsize=20_000)
def _program(agent: str) -> tuple[str, Agent]:
    text = _storable(agent)[:512]
    return text, describe(text)


@lru_cache(maxsize=50_000)
def _origin(peer: str) -> tuple[Place, str]:
    return _places.of(peer), truncated(peer)


# Proxies write the reader's whole address into these; kept, they would undo the truncation.
_TELLING = frozenset({"via", "from"})


@lru_cache(maxsize=5_000)  # of up to 5 kB each
def _kept(headers: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, str], str]:
    kept = {_storable(name): _storable(value) for name, value in headers if name not in _TELLING}
    return kept, msgspec.json.encode(kept).decode()


def _storable(text: str) -> str:
    """Text that PostgreSQL takes: without NUL."""
    return text.replace("\0", "")

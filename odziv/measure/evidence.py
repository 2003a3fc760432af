"""What a fold looks at. Plain values: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

EventId = UUID | str
"""A UUID, or its 32 digits, which hash faster; all events of a fold the same way."""


class Event(NamedTuple):
    """One row of the journal. `kind` is an `InteractionKind`, `agent_kind` an `AgentKind`, `network` a truncated
    address, empty when it is not known; `teammate` is a user of ours who uses Odziv from there."""

    id: EventId
    kind: str
    ordinal: int
    at: datetime
    method: str
    partial: bool
    agent: str
    agent_kind: str
    client: str
    headers: Mapping[str, str]
    network: str = ""
    teammate: UUID | None = None

    @property
    def source(self) -> Source:
        return self.network, self.agent


Source = tuple[str, str]
"""Truncated network and User-Agent: as near to one program on one machine as what is kept allows."""


class Sighting(NamedTuple):
    """When a source did something of this kind with a colleague's copy."""

    at: datetime
    colleague: UUID


class Facts(NamedTuple):
    """What is known of a delivery beside its events.

    `beyond` counts the events, by kind, that were not read because the copy has more than a person can cause.
    `accepted_at` is when the next server took the mail, `links` how many links it has that are followed. `colleagues`
    are other recipients of the message in the same company: what each source did with their copies, by kind and oldest
    first; what is of this `copy` itself may stand among it. `opened`: a person did, before what the events tell of.
    """

    beyond: Mapping[str, int] = {}
    accepted_at: datetime | None = None
    links: int = 0
    colleagues: Mapping[tuple[Source, str], Sequence[Sighting]] = {}
    copy: UUID | None = None
    replied: bool = False
    opened: bool = False


class Judgement(NamedTuple):
    """`verdict` is a `Verdict`; `reasons` are codes of `reasons` that speak for it, `against` those that do not;
    `counted`: it stands for itself, in a figure and in the timeline (the hidden link in that alone)."""

    verdict: str
    reasons: tuple[str, ...]
    counted: bool
    against: tuple[str, ...] = ()


class Figures(NamedTuple):
    """The figures of a copy (J3). The `machine_` and `unsure_` ones stand apart and are nobody's engagement (J5)."""

    opens: int = 0
    first_opened_at: datetime | None = None
    last_opened_at: datetime | None = None
    link_clicks: int = 0
    attachment_views: int = 0
    machine_opens: int = 0
    machine_link_clicks: int = 0
    machine_attachment_views: int = 0
    unsure_opens: int = 0
    unsure_link_clicks: int = 0
    unsure_attachment_views: int = 0
    ahead_opens: int = 0  # of the machines', those that were loaded in advance: what hides a reader's own


class Folded(NamedTuple):
    judgements: Mapping[EventId, Judgement]
    figures: Figures

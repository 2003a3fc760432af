"""What a fold looks at. Plain values: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Event(NamedTuple):
    """One row of the journal. `kind` is an `InteractionKind`, `agent_kind` an `AgentKind`."""

    id: UUID
    kind: str
    ordinal: int
    at: datetime
    method: str
    partial: bool
    agent: str
    agent_kind: str
    client: str
    headers: Mapping[str, str]


class Facts(NamedTuple):
    """What is known of a delivery beside its events.

    `beyond` counts the events, by kind, that were not read because the copy has more than a person can cause.
    """

    beyond: Mapping[str, int] = {}


class Judgement(NamedTuple):
    """`verdict` is a `Verdict`; `reasons` are codes of `reasons`; `counted`: it stands for itself in a figure."""

    verdict: str
    reasons: tuple[str, ...]
    counted: bool


class Figures(NamedTuple):
    """The figures of a copy (J3). The `machine_` ones stand apart and are nobody's engagement (J5)."""

    opens: int = 0
    first_opened_at: datetime | None = None
    last_opened_at: datetime | None = None
    link_clicks: int = 0
    attachment_views: int = 0
    machine_opens: int = 0
    machine_link_clicks: int = 0
    machine_attachment_views: int = 0


class Folded(NamedTuple):
    judgements: Mapping[UUID, Judgement]
    figures: Figures

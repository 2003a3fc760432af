"""How far the worker is, in figures for Prometheus; nothing of any person or organisation."""

from __future__ import annotations

from datetime import datetime, timedelta

from odziv.environment import Environment
from odziv.ingest.waiting import backlog
from odziv.lib.prometheus import Figure, gauge
from odziv.models import Delivery, DeliveryState, Mailbox

_KEPT = timedelta(minutes=1)


class WorkFigures:
    """Asks the database and the spool. Counting all copies by state reads all of them: once in a minute is enough."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._states: dict[str, int] = {}
        self._counted_at: datetime | None = None

    def now(self, at: datetime) -> list[Figure]:
        """Raises DatabaseError."""
        return [*self._of_spool(at), *self._of_copies(at), *_of_mailboxes(at)]

    def _of_spool(self, at: datetime) -> list[Figure]:
        waiting = backlog(self._env)
        waits = max(0.0, at.timestamp() - waiting.oldest) if waiting.oldest is not None and waiting.records else 0.0
        return [
            gauge("odziv_ingest_lag_seconds", round(waits, 1), "How long the oldest hit waits that is not ingested."),
            gauge("odziv_ingest_waiting_hits", waiting.records, "Hits that are not ingested (of a stream: batches)."),
            gauge("odziv_unfolded_copies", Delivery.objects.unfolded().count(), "Copies whose figures are behind."),
        ]

    def _of_copies(self, at: datetime) -> list[Figure]:
        if self._counted_at is None or at - self._counted_at >= _KEPT:
            self._states, self._counted_at = Delivery.objects.by_state(), at
        values = [({"state": state.value}, float(self._states.get(state.value, 0))) for state in DeliveryState]
        late = Delivery.objects.overdue_since()
        overdue = max(0.0, (at - late).total_seconds()) if late else 0.0
        return [
            Figure("odziv_deliveries", "gauge", "Copies by their state.", values),
            gauge("odziv_delivery_overdue_seconds", round(overdue, 1), "How long the copy waits that was due first."),
        ]


def _of_mailboxes(at: datetime) -> list[Figure]:
    looked = list(Mailbox.objects.looked_into().values_list("imap_tried_at", flat=True))
    ages = [(at - tried).total_seconds() for tried in looked if tried is not None]
    return [
        gauge("odziv_mailboxes", len(looked), "Mailboxes in which replies are looked for."),
        gauge("odziv_mailbox_age_seconds", round(max([0.0, *ages]), 1), "How long ago one was looked into last."),
        gauge("odziv_mailboxes_failing", Mailbox.objects.failing().count(), "Mailboxes with a trouble, either way."),
    ]

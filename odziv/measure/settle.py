"""Settle messages before their oldest events go: what those came to is kept, so that no figure changes (L4).

    whole   the figures of a copy by all events that count for it now
    rest    by those alone that will be left, of it and of its colleagues
    kept    whole - rest, copy by copy; and the clicks of each link that goes

From then on, events before the moment count for nothing any more, whether or not they are still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from odziv.lib.uuid7 import first_of
from odziv.measure import journal, writing
from odziv.measure.evidence import Figures
from odziv.measure.fold import fold
from odziv.measure.folding import WeighedAnew
from odziv.measure.journal import Copy, Read
from odziv.measure.kept import clicks_with, minus, plus, written
from odziv.measure.run import fold_copies
from odziv.models import Delivery, Interaction, KeptFigures, Settled, journal_rows

_COPIES = 500  # in memory at a time
_MESSAGES = 100  # in one transaction


def settle(organisation: UUID, messages: Iterable[UUID], until: datetime, now: datetime) -> int:
    """Settle these messages of an organisation, as though all events from before that moment were gone.

    Returns how many were not settled so far yet. To do it again changes nothing.
    """
    wanted = sorted(set(messages))
    pieces = (wanted[start : start + _MESSAGES] for start in range(0, len(wanted), _MESSAGES))
    return sum(_settle_piece(organisation, piece, until, now) for piece in pieces)


def _settle_piece(organisation: UUID, messages: Sequence[UUID], until: datetime, now: datetime) -> int:
    while True:
        _bring_up_to_date(messages, now)
        try:
            with transaction.atomic():
                return _settle(organisation, messages, until)
        except WeighedAnew:
            continue


def _bring_up_to_date(messages: Sequence[UUID], now: datetime) -> None:
    """Fold copies that wait for it: verdicts of what goes are not written any more afterwards."""
    rows = Delivery.objects.unfolded().filter(message__in=messages).values_list("pk", "message_id", "touched")
    for some in _in_pieces([Copy(pk, message, touched, touched) for pk, message, touched in rows]):
        fold_copies(some, now)


def _in_pieces(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    return (copies[start : start + _COPIES] for start in range(0, len(copies), _COPIES))


def _settle(organisation: UUID, messages: Sequence[UUID], until: datetime) -> int:
    # Whoever adds events or writes figures holds the message; so nothing of it changes in here.
    held = journal_rows.hold_messages(messages, ("opens",))
    since = {key: at for key, at in Settled.objects.since(held).items() if at < until}
    done = set(Settled.objects.since(held)) - set(since)
    todo = [key for key in held if key not in done]
    floors = dict.fromkeys(todo, first_of(until))
    copies = [Copy(row.id, row.message, row.touched, row.touched) for row in journal_rows.touched_copies(todo)]
    for whole in (part for some in _in_pieces(copies) for part in journal.in_parts(some)):
        rest = journal.read([one.copy for one in whole.values()], floors=floors)
        if journal.weighed_anew(*journal.weighed(whole.values())):
            raise WeighedAnew
        kept = {id: _kept(whole[id], rest[id], until) for id in whole}
        KeptFigures.objects.keep(organisation, {id: written(one.figures) for id, one in kept.items()})
        journal_rows.raise_touched({id: 1 for id, one in kept.items() if one.moved})
    _keep_clicks(organisation, todo, until)
    return len(todo)


class _Kept(NamedTuple):
    """`moved`: the numbers stay, but the time of an open is another one when the rest is judged alone."""

    figures: Figures
    moved: bool


def _kept(whole: Read, rest: Read, until: datetime) -> _Kept:
    """What must be kept of a copy; how the rest is judged alone is written."""
    figures = whole.folded().figures
    opened = figures.first_opened_at is not None and figures.first_opened_at < until
    folded = fold(rest.events, rest.facts._replace(opened=opened), rest.points)
    writing.store_judgements(journal.differences(rest.stored, folded.judgements))
    kept = minus(figures, folded.figures, until)
    return _Kept(kept, plus(kept, folded.figures) != figures)


def _keep_clicks(organisation: UUID, messages: Sequence[UUID], until: datetime) -> None:
    """Of each link, those that go, beside those that went before."""
    before = {row.pk: row for row in Settled.objects.among(messages)}
    rows = []
    for key in messages:
        former = before.get(key)
        going = Interaction.objects.before_id(first_of(until)).from_(first_of(former.since) if former else None)
        clicks = clicks_with(former.clicks if former else {}, going.clicks_by_link(key))
        told = {str(ordinal): list(pair) for ordinal, pair in clicks.items()}
        rows.append(Settled(message_id=key, organisation_id=organisation, since=until, clicks=told))
    Settled.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["message"], update_fields=["since", "clicks"]
    )

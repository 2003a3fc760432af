"""10,000 events, each three times, in any order: the figures are those of once, in order (J1, invariants 3 and 4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.installation import Installation, installation

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(500)]

_TAKE_IN = """
import random, sys
from uuid import UUID
from odziv.lib.seal import Kind
from odziv.models import Delivery, Interaction, Message
from tests.support.cast import make_cast
from tests.support.journal import GMAIL, IPHONE, SCANNER, WINDOWS, delivery_of, followed_message, hit, spool, take_in
events, times = int(sys.argv[1]), int(sys.argv[2])
ana, dice = make_cast().ana, random.Random(5)
copies = [delivery_of(followed_message(ana, subject=f"{number:03}")) for number in range(100)]
hits = sorted(
    (
        hit(
            dice.choice(copies), dice.choice([Kind.OPEN, Kind.IMAGE, Kind.CLICK, Kind.FILE, Kind.HONEYPOT]),
            after=dice.uniform(1, 900_000), ordinal=dice.randrange(3), id=UUID(int=number + 1),
            agent=dice.choice([GMAIL, IPHONE, SCANNER, WINDOWS]), method=dice.choice(["GET", "GET", "HEAD"]),
            peer=dice.choice(["193.2.1.66", "193.2.1.67", "66.102.8.1", "8.8.8.8"]),
        )
        for number in range(events)
    ),
    key=lambda one: one.at,
)
if times > 1:
    hits = hits * times
    random.Random(7).shuffle(hits)
for start in range(0, len(hits), 700):
    spool(hits[start : start + 700])
    take_in()
while Delivery.objects.unfolded().exists():
    take_in()
names = sorted(
    field.name for field in Message._meta.fields
    if field.name.endswith(("opens", "clicks", "views", "replies")) or field.name.endswith("opened_at")
)
answer = {
    "journal": Interaction.objects.count(),
    "messages": list(Message.objects.order_by("subject").values_list("subject", *names)),
    "copies": list(Delivery.objects.order_by("message__subject").values_list(*names)),
    # The first half of an identifier is a time that the journal is sorted by; the second one is the event's number.
    "verdicts": sorted(
        (pk.hex[16:], *rest)
        for pk, *rest in Interaction.objects.values_list("pk", "kind", "verdict", "reasons", "counted")
    ),
}
"""


def test_any_order_and_any_number_of_times_is_once_in_order(place: Installation, full: bool, tmp_path: Path) -> None:
    events = 10_000 if full else 2_000
    with installation("sqlite", tmp_path / "in-order") as other:
        in_order = other.ask(_TAKE_IN, str(events), "1")
    shuffled = place.ask(_TAKE_IN, str(events), "3")
    assert shuffled["journal"] == in_order["journal"] == events
    for what in ("messages", "copies", "verdicts"):
        assert shuffled[what] == in_order[what], what

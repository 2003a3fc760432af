"""The health list tells when notifications reach no browser (O6)."""

from __future__ import annotations

import pytest

from odziv.environment import ENV
from odziv.health import LOOKS, Finding, Health
from odziv.lib import clock
from odziv.models import PushSubscription
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def look(cast: Cast) -> Finding:
    looks = [one for one in LOOKS if one.key == "notifications"]
    return Health(ENV, clock.now(), cast.lipa.pk).findings(looks)[0]


def browser(cast: Cast, name: str, reason: str) -> None:
    address = f"https://push.example/{name}"
    row = PushSubscription.objects.keep(cast.ana, address, "https://push.example", ("k", "s"), "", clock.now())
    PushSubscription.objects.note(row.pk, clock.now(), reason, "503 down" if reason else "")


def test_nothing_was_sent_yet(cast: Cast) -> None:
    assert look(cast).works is None


def test_some_fail_and_then_all(cast: Cast) -> None:
    browser(cast, "one", "busy")
    found = look(cast)
    assert found.works is False and "https://push.example" in found.text and "503 down" in found.text
    browser(cast, "two", "")
    assert look(cast).works and "1 browser cannot" in look(cast).text


@pytest.mark.parametrize("reason", ["busy", "refused", "forbidden", "unreachable", "unanswered"])
def test_each_reason_has_its_remedy(cast: Cast, reason: str) -> None:
    browser(cast, "one", reason)
    assert look(cast).text.count(".") >= 2

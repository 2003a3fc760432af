"""The health list tells whose summary by e-mail was given up, and why (A, O6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odziv.environment import ENV
from odziv.health import LOOKS, Finding, Health
from odziv.lib import clock
from odziv.models import Digest, DigestState, User
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def look(cast: Cast) -> Finding:
    looks = [one for one in LOOKS if one.key == "summaries"]
    return Health(ENV, clock.now(), cast.lipa.pk).findings(looks)[0]


def digest(user: User, state: DigestState, days_ago: int = 0, **fields: str) -> None:
    User.objects.filter(pk=user.pk).update(digest=True)
    at = clock.now() - timedelta(days=days_ago)
    Digest.objects.begin(user, at.date(), at, state)
    ended = None if state == DigestState.WAITING else at
    Digest.objects.filter(user=user, day=at.date()).update(settled_at=ended, **fields)


def test_nobody_wanted_one_yet(cast: Cast) -> None:
    assert look(cast).works is None


def test_one_that_was_given_up_is_a_fault_with_its_reason(cast: Cast) -> None:
    digest(cast.ana, DigestState.SENT, days_ago=1)
    digest(cast.ana, DigestState.GIVEN_UP, reason="login", answer="535 5.7.8 No")
    digest(cast.bor, DigestState.SENT)
    found = look(cast)
    assert found.works is False and cast.ana.email in found.text and cast.bor.email not in found.text
    assert "refused the user name or the password" in found.text and "535 5.7.8 No" in found.text


def test_the_next_one_that_leaves_mends_it(cast: Cast) -> None:
    digest(cast.ana, DigestState.GIVEN_UP, days_ago=1, reason="login")
    digest(cast.ana, DigestState.SENT)
    assert look(cast).works is True


@pytest.mark.parametrize("days", [1, 9])
def test_what_is_tried_again_does_not_hide_what_was_lost_lately(cast: Cast, days: int) -> None:
    digest(cast.ana, DigestState.GIVEN_UP, days_ago=days, reason="timeout")
    digest(cast.ana, DigestState.WAITING)
    assert look(cast).works is (False if days == 1 else None)


def test_who_wants_none_any_more_misses_none(cast: Cast) -> None:
    digest(cast.ana, DigestState.GIVEN_UP, reason="timeout")
    User.objects.filter(pk=cast.ana.pk).update(digest=False)
    assert look(cast).works is None


def test_others_are_not_told(cast: Cast) -> None:
    digest(cast.eva, DigestState.GIVEN_UP, reason="timeout")
    assert look(cast).works is None

"""The switches: engagement and when it was off, the assistant and its cards, the working week (O3, O4, O5)."""

from __future__ import annotations

from datetime import time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from odziv.lib import clock
from odziv.models import CardKind, EngagementPause, Organisation
from odziv.models.engagement import Span
from odziv.organisations import create_organisation
from odziv.organisations.switches import (
    choose_cards,
    set_working_week,
    switch_assistant,
    switch_engagement,
    switch_location,
)
from tests.support.cast import Cast
from tests.support.journal import NOON

LATER = NOON + timedelta(hours=1)


def pauses() -> list[tuple[object, object]]:
    return list(EngagementPause.objects.order_by("began_at").values_list("began_at", "ended_at"))


def test_a_new_organisation_follows_nobody_and_alerts_nobody(db: None) -> None:
    user = create_organisation("Breza", admin_name="Breda", email="breda@breza.example", password=None)
    assert not user.organisation.engagement and not user.organisation.assistant
    assert user.organisation.location_service
    switch_engagement(user, True, now=NOON)
    assert pauses() == []


def test_a_pause_says_when_and_who(cast: Cast) -> None:
    assert not switch_engagement(cast.dora, False, now=NOON).engagement
    assert switch_engagement(cast.dora, True, now=LATER).engagement
    pause = EngagementPause.objects.get()
    assert (pause.began_at, pause.ended_at, pause.begun_by, pause.ended_by) == (NOON, LATER, cast.dora, cast.dora)
    assert EngagementPause.objects.of(cast.hrast.pk).count() == 0


def test_turning_it_twice_changes_nothing(cast: Cast) -> None:
    for minutes in range(3):
        switch_engagement(cast.dora, False, now=NOON + timedelta(minutes=minutes))
    assert pauses() == [(NOON, None)]
    for _ in range(2):
        switch_engagement(cast.dora, True, now=LATER)
    assert pauses() == [(NOON, LATER)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_make_one_pause(cast: Cast) -> None:
    both = Barrier(2)

    def turn_off() -> None:
        both.wait()
        switch_engagement(cast.dora, False, now=clock.now())
        connections.close_all()

    threads = [Thread(target=turn_off) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ended for _began, ended in pauses()] == [None]


def test_a_switch_that_was_never_on_holds_for_all_time(cast: Cast) -> None:
    switch_engagement(cast.dora, False, now=NOON)
    spans = EngagementPause.objects.spans([(cast.lipa.pk, False), (cast.hrast.pk, False)])
    assert spans[cast.lipa.pk] == [Span(NOON, None)]
    assert spans[cast.hrast.pk][0].holds(NOON - timedelta(days=9999))


def test_a_pause_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    span = Span(NOON, LATER)
    moment = timedelta(microseconds=1)
    assert [span.holds(at) for at in (NOON - moment, NOON, LATER - moment, LATER)] == [False, True, True, False]


def test_both_can_be_turned_on_together(cast: Cast) -> None:
    switch_assistant(cast.dora, False)
    switch_engagement(cast.dora, False, now=NOON)
    assert not switch_engagement(cast.dora, True, now=LATER).assistant
    assert switch_engagement(cast.dora, True, now=LATER, assistant=True).assistant


def test_each_kind_of_card_has_a_switch(cast: Cast) -> None:
    organisation = choose_cards(cast.dora, [CardKind.OPENED, CardKind.BOUNCED])
    assert {kind for kind in CardKind if organisation.wants_card(kind)} == {CardKind.OPENED, CardKind.BOUNCED}
    assert not any(switch_assistant(cast.dora, False).wants_card(kind) for kind in CardKind)
    assert switch_assistant(cast.dora, True).wants_card(CardKind.OPENED)
    assert all(Organisation.objects.get(pk=cast.hrast.pk).wants_card(kind) for kind in CardKind)


def test_the_working_week_is_kept(cast: Cast) -> None:
    week = set_working_week(cast.dora, days=[6, 1, 1], starts=time(7), ends=time(15, 30), holidays="SI").working_week
    assert (week.days, week.starts, week.ends, week.holidays) == (frozenset({1, 6}), time(7), time(15, 30), "SI")
    for days, ends in (([], time(15)), ([8], time(15)), ([1], time(7))):
        with pytest.raises(ValueError, match="no working time"):
            set_working_week(cast.dora, days=days, starts=time(7), ends=ends, holidays="")
    assert not switch_location(cast.dora, False).location_service

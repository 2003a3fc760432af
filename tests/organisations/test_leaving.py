"""Somebody leaves: nothing that is still to be done is lost, and nothing leaves that was not meant to (O2)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from odziv.compose import chosen, schedule, send
from odziv.lib import clock
from odziv.models import (
    Activity,
    ActivityKind,
    ApiToken,
    Contact,
    Delivery,
    Message,
    MessageState,
    PersonChange,
    Template,
)
from odziv.organisations.leaving import come_back, estate, leave
from tests.compose.support import draft
from tests.support.cast import Cast
from tests.support.templates import template


def test_records_open_work_and_shared_templates_go_to_the_heir(cast: Cast) -> None:
    now = clock.now()
    maja = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja")
    for state in ("open", "done"):
        Activity.objects.create(
            organisation=cast.lipa, owner=cast.ana, kind=ActivityKind.TASK, subject=state, state=state
        )
    shared, own = template(cast.ana, "Offer"), template(cast.ana, "Mine", shared=False)
    _token, text = ApiToken.objects.issue(cast.ana, "shop")
    done = leave(cast.ana, by=cast.dora, now=now, heir=cast.bor)
    assert (done.handed_over, done.stopped) == (3, 0)
    maja.refresh_from_db()
    assert (maja.owner, maja.version) == (cast.bor, 2)  # whoever edits it now is told
    assert list(Activity.objects.filter(owner=cast.bor).values_list("subject", flat=True)) == ["open"]
    assert Template.objects.get(pk=shared.pk).owner == cast.bor and Template.objects.get(pk=own.pk).owner == cast.ana
    come_back(cast.ana, by=cast.dora, now=now)
    assert ApiToken.objects.user_of(text, now=now) is None
    kinds = PersonChange.objects.about(cast.ana).values_list("kind", flat=True)
    assert sorted(kinds) == ["handed", "left", "returned"]


def test_scheduled_mail_leaves_at_its_time_or_is_a_draft_again(cast: Cast) -> None:
    now = clock.now()
    for person, stop, state, copies in (
        (cast.ana, False, MessageState.SCHEDULED, 1),
        (cast.bor, True, MessageState.DRAFT, 0),
    ):
        morning = chosen.read(f"{now + timedelta(days=2):%Y-%m-%dT08:00}", ZoneInfo("UTC"))
        message = send.submit(schedule.delay(draft(person), morning, now), person, now)
        assert [one.pk for one in estate(person).next_mail] == [message.pk]
        assert leave(person, by=cast.dora, now=now, stop_mail=stop).stopped == int(stop)
        assert Message.objects.get(pk=message.pk).state == state
        assert Delivery.objects.filter(message=message).count() == copies

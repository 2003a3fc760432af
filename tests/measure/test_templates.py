"""What came of templates: counted for the version that was sent, from followed messages, by people (T2, V4, J5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.compose import send
from odziv.deliver.due import deliver_due
from odziv.lib import clock
from odziv.measure.rates import LEAST
from odziv.measure.rebuild import run as rebuild
from odziv.measure.templates import BOUGHT_WITHIN, fold_templates
from odziv.models import Message, Opportunity, Record, RecordStatus, Template, TemplateVersion
from odziv.records.saving import remove, save
from tests.compose.support import account, contact, draft
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, delivery_of, happened, hit
from tests.support.templates import add_version, counted, opened, sent_from, template

pytestmark = pytest.mark.django_db


def tally(row: Template) -> tuple[int, ...]:
    row.refresh_from_db()
    return (row.sent, row.measurable, row.opened, row.replied, row.purchases)


def won(cast: Cast, at: Any, **fields: Any) -> Record:
    """An opportunity that was won at that time."""
    deal = Opportunity(organisation=cast.lipa, owner=cast.ana, name="Regali", status=RecordStatus.WON, **fields)
    return save(deal, user=cast.ana, now=at)


def test_opens_by_people_of_followed_messages_count(cast: Cast) -> None:
    row = template(cast.ana)
    first, second, third = (sent_from(row, cast.ana) for _ in range(3))
    sent_from(row, cast.bor, followed=False)
    happened(hit(delivery_of(second), agent=SCANNER))
    opened(first, first)
    assert tally(row) == (4, 3, 1, 0, 0)
    Message.objects.filter(pk=third.pk).update(replies=2)
    TemplateVersion.objects.touch([row.current_id])
    counted()
    assert tally(row) == (4, 3, 1, 1, 0)


def test_figures_belong_to_the_version_that_was_sent(cast: Cast) -> None:
    row = template(cast.ana)
    old = sent_from(row, cast.ana)
    add_version(row, subject="Nova ponudba")
    new = [sent_from(row, cast.ana) for _ in range(2)]
    opened(old, new[0])
    assert list(row.versions.order_by("number").values_list("sent", "opened")) == [(1, 1), (2, 1)]
    assert tally(row) == (3, 3, 2, 0, 0)


def test_only_touched_versions_are_counted_again(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [template(cast.ana, f"Ponudba {n}") for n in range(30)]
    for row in rows:
        sent_from(row, cast.ana)
    with django_assert_max_num_queries(12):
        counted()
    assert {tally(row)[0] for row in rows} == {1}
    TemplateVersion.objects.filter(template=rows[0]).update(sent=99)
    sent_from(rows[1], cast.ana)
    counted()
    assert (tally(rows[0])[0], tally(rows[1])[0]) == (99, 2)
    assert fold_templates() == 0 and not TemplateVersion.objects.unfolded().exists()


def test_a_message_counts_as_soon_as_it_has_left(cast: Cast) -> None:
    row = template(cast.ana)
    message = draft(cast.ana)
    Message.objects.filter(pk=message.pk).update(template_version=row.current, html="<p>Pozdrav</p>")
    send.submit(message, cast.ana, clock.now())
    counted()
    assert tally(row)[0] == 0
    while deliver_due():
        pass
    counted()
    message.refresh_from_db()
    assert tally(row)[0] == int(message.sent_at is not None)


def test_a_purchase_is_an_opportunity_won_later_that_the_message_was_about(cast: Cast) -> None:
    row, lesar = template(cast.ana), account(cast.ana, "Lesar d.o.o.")
    maja = contact(cast.ana, "Maja", "maja@lesar.example", account=lesar)
    for about in (lesar, maja, account(cast.ana, "Brest d.d.")):
        message = sent_from(row, cast.ana)
        message.activity.regarding = about
        message.activity.save()
    won(cast, NOON - timedelta(days=1), account=lesar, primary_contact=maja)
    won(cast, NOON + BOUGHT_WITHIN + timedelta(hours=1), account=lesar)
    counted()
    assert tally(row)[-1] == 0
    deal = won(cast, NOON + BOUGHT_WITHIN, account=lesar, primary_contact=maja)
    won(cast, NOON + timedelta(days=3), account=lesar)
    counted()
    assert tally(row)[-1] == 2
    remove(deal)
    counted()
    assert tally(row)[-1] == 1


def test_a_purchase_that_was_none_after_all_is_taken_back(cast: Cast) -> None:
    row, lesar = template(cast.ana), account(cast.ana, "Lesar d.o.o.")
    message = sent_from(row, cast.ana)
    message.activity.regarding = lesar
    message.activity.save()
    deal = won(cast, NOON + timedelta(days=3), account=lesar)
    counted()
    assert tally(row)[-1] == 1
    deal.status = RecordStatus.OPEN
    save(deal, user=cast.ana, now=NOON + timedelta(days=4))
    counted()
    assert tally(row)[-1] == 0


def test_what_does_better_is_recommended_with_what_it_rests_on(cast: Cast) -> None:
    good, *others = (template(cast.ana, f"Ponudba {n}") for n in range(4))
    opened(*[sent_from(good, cast.ana) for _ in range(LEAST + 2)])
    for row in others:
        messages = [sent_from(row, cast.ana) for _ in range(LEAST + 2)]
        opened(*messages[:3])
    good.refresh_from_db()
    assert good.recommended and good.score is not None and good.score > 1
    rate, low, high, usual = good.evidence["opened"]
    assert good.open_rate == rate and usual < low < rate < high
    assert Template.objects.recommended_first()[0].title == "Ponudba 0"
    assert not Template.objects.get(pk=others[0].pk).recommended


def test_archived_templates_are_not_recommended(cast: Cast) -> None:
    rows = [template(cast.ana, f"Ponudba {n}", archived_at=NOON if n == 0 else None) for n in range(3)]
    opened(*[sent_from(rows[0], cast.ana) for _ in range(40)])
    opened(*[sent_from(rows[1], cast.ana) for _ in range(15)][:5])
    assert tally(rows[0])[2] == 40
    assert not rows[0].recommended and rows[0].score is None


def test_other_organisations_count_for_nothing(cast: Cast) -> None:
    row, foreign = template(cast.ana), template(cast.eva)
    opened(sent_from(row, cast.ana), *[sent_from(foreign, cast.eva) for _ in range(20)])
    assert tally(row) == (1, 1, 1, 0, 0)
    assert row.evidence["opened"][3] > 0.5 and not row.recommended


def test_rebuild_comes_to_the_same_and_mends_what_is_not(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    row = template(cast.ana)
    opened(sent_from(row, cast.ana), sent_from(row, cast.ana))
    assert rebuild(["--check"]) == 0
    Template.objects.update(opened=7, open_rate=0.1)
    TemplateVersion.objects.update(purchases=3)
    assert rebuild(["--check"]) == 1
    assert rebuild([]) == 0
    assert "purchases 3 -> 0" in capsys.readouterr().out
    assert rebuild(["--check"]) == 0
    assert tally(row) == (2, 2, 2, 0, 0)


def test_a_deleted_template_takes_no_message_along(cast: Cast) -> None:
    row = template(cast.ana)
    message = sent_from(row, cast.ana)
    row.delete()
    message.refresh_from_db()
    assert message.template_version is None

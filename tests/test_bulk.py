"""Actions on many rows: in steps, with a way back, and every row that stays as it was named with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from odziv.bulk import run as bulk
from odziv.bulk.actions import ACTIONS
from odziv.compose import chosen
from odziv.compose.drafts import new_draft
from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    BulkRun,
    BulkStep,
    ConsentEntry,
    Contact,
    Delivery,
    Lead,
    Message,
    Opportunity,
    Party,
    Record,
    RunState,
    User,
)
from odziv.records.qualifying import NewAccount, NewContact, qualify
from tests.support.cast import Cast
from tests.support.journal import followed_message
from tests.web.tenancy import stored
from tests.web.test_records_lists import add

pytestmark = pytest.mark.django_db
NOW = clock.now()
TOMORROW, LATER = (
    {"wall": (NOW + timedelta(days=days)).strftime("%Y-%m-%dT08:00"), "zone": "Europe/Ljubljana"} for days in (1, 3)
)


def begin(user: User, action: str, rows: Any, **values: str) -> BulkRun:
    run = BulkRun(organisation=user.organisation, user=user, action=action, values=values, place="accounts", view="all")
    return bulk.start(run, [row if isinstance(row, UUID) else row.pk for row in rows], NOW)


def why(run: BulkRun) -> dict[str, int]:
    return {code: count for code, (count, _named) in bulk.refused(run).items()}


def people(cast: Cast, many: int) -> list[Record]:
    return [add(cast.ana, Contact(name=f"Person {n}"), f"p{n}@hrib.example") for n in range(many)]


def to_do(cast: Cast, subject: str, **fields: Any) -> Activity:
    given = {"kind": "task", "owner": cast.ana, "due_at": NOW, "at": NOW} | fields
    return Activity.objects.create(organisation=cast.lipa, subject=subject, **given)


def waiting(owner: User, subject: str = "Offer", attempts: int = 0) -> Message:
    """An e-mail that waits for a time that its writer chose."""
    message = followed_message(owner, subject=subject, sent_at=None)
    at = chosen.read(LATER["wall"], ZoneInfo(LATER["zone"])).at
    Message.objects.filter(pk=message.pk).update(
        state="scheduled", send_at=at, send_zone=LATER["zone"], send_wall=LATER["wall"]
    )
    Delivery.objects.filter(message=message).update(state="waiting", due_at=at, attempts=attempts)
    return Message.objects.get(pk=message.pk)


def states(*rows: Any) -> list[Any]:
    return [type(row).objects.get(pk=row.pk).state for row in rows]


def owners(rows: Any) -> list[str]:
    return [row.owner.name for row in Record.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")]


def test_the_owner_changes_and_changes_back(cast: Cast) -> None:
    rows = people(cast, 3)
    run = begin(cast.ana, "record-owner", rows, owner=cast.bor.pk.hex)
    assert owners(rows) == ["Bor"] * 3 and run.state == RunState.DONE
    assert Record.objects.get(pk=rows[0].pk).version == 2
    Record.objects.filter(pk=rows[2].pk).update(owner=cast.cene)
    bulk.undo(run, NOW)
    assert owners(rows) == ["Ana", "Ana", "Cene"] and why(run) == {"changed": 1}


def test_what_cannot_be_is_counted_and_named(cast: Cast) -> None:
    lead = add(cast.ana, Lead(name="Zoran", company="Brest", status="open"))
    qualify(lead, user=cast.ana, version=lead.version, contact=NewContact("Zoran", ""),
            account=NewAccount("Brest", "", ""), opportunity=None, now=NOW)  # fmt: skip
    his = add(cast.bor, Lead(name="Maja", status="open"))
    hers = add(cast.ana, Lead(name="Tone", status="open"))
    run = begin(cast.ana, "record-owner", [lead, his, hers, uuid4()], owner=cast.bor.pk.hex)
    assert why(run) == {"gone": 1, "qualified": 1, "same": 1}
    assert bulk.refused(run)["qualified"] == [1, [[str(lead.pk), "Zoran", ""]]]
    assert BulkStep.objects.get().changed == 1


def test_each_refusal_stands_in_the_history_and_holds_for_contacts(cast: Cast) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    maja = add(cast.ana, Contact(name="Maja", account=company))
    deal = add(cast.ana, Opportunity(name="Refit"))
    run = begin(cast.bor, "record-deny", [company, deal])
    entry = ConsentEntry.objects.get()
    assert (entry.record, entry.user, entry.follow_email) == (Record.objects.get(pk=company.pk), cast.bor, "deny")
    assert not Contact.objects.get(pk=maja.pk).allows_following and why(run) == {"preference": 1}
    bulk.undo(run, NOW)
    assert Contact.objects.get(pk=maja.pk).allows_following
    assert [one.follow_email for one in ConsentEntry.objects.order_by("pk")] == ["deny", "allow"]


def test_who_was_a_lead_refuses_along_with_the_contact(cast: Cast) -> None:
    lead = add(cast.ana, Lead(name="Zoran", status="open"))
    made = qualify(lead, user=cast.ana, version=lead.version, contact=NewContact("Zoran", ""), account=None,
                   opportunity=None, now=NOW)  # fmt: skip
    begin(cast.ana, "record-deny", [made.contact])
    assert {row.follow_email for row in Record.objects.filter(name="Zoran")} == {"deny"}
    assert ConsentEntry.objects.count() == 2


def test_deleted_records_come_back_with_all_that_named_them(cast: Cast) -> None:
    company = add(cast.ana, Account(name="Hrib"), "info@hrib.example")
    maja = add(cast.ana, Contact(name="Maja", account=company), "maja@hrib.example", phone="+386 1 23")
    message = followed_message(cast.ana, to=("maja@hrib.example",))
    Party.objects.filter(message=message).update(record=maja, account=company)
    call = to_do(cast, "Call", regarding=maja)
    before = stored()
    run = begin(cast.ana, "record-delete", [maja, company])
    assert not Record.objects.exists() and Activity.objects.get(pk=call.pk).regarding is None
    bulk.undo(run, NOW)
    after = stored()
    for name in ("BulkRun", "BulkStep"):
        del after[name], before[name]
    assert after == before


def test_with_too_much_hanging_on_it_a_record_is_not_deleted_by_the_way(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odziv.bulk.records.MOST_HANGING", 2)
    small, large = people(cast, 2)
    for n in range(3):
        to_do(cast, f"Call {n}", regarding=large)
    run = begin(cast.ana, "record-delete", [small, large])
    assert why(run) == {"large": 1} and list(Record.objects.all()) == [large]


def test_tasks_are_done_moved_and_given_away_and_it_all_comes_back(cast: Cast) -> None:
    rows = [to_do(cast, "Samples"), to_do(cast, "Call", kind="call"), to_do(cast, "Old", state="done")]
    before = list(Activity.objects.values_list("pk", "state", "owner", "due_at", "at"))
    runs = [
        begin(cast.ana, "todo-complete", rows),
        begin(cast.ana, "todo-due", rows, **TOMORROW),
        begin(cast.ana, "todo-owner", rows, owner=cast.bor.pk.hex),
    ]
    assert states(*rows) == ["done"] * 3 and why(runs[0]) == {"same": 1}
    assert {row.owner.name for row in Activity.objects.all()} == {"Bor"}
    assert {row.due_at for row in Activity.objects.all()} == {chosen.read(TOMORROW["wall"], cast.ana.zone).at}
    for run in reversed(runs):
        bulk.undo(run, NOW)
    assert list(Activity.objects.values_list("pk", "state", "owner", "due_at", "at")) == before
    assert begin(cast.ana, "todo-delete", rows).state == RunState.DONE and not Activity.objects.exists()


def test_undo_leaves_alone_what_somebody_has_changed_since(cast: Cast) -> None:
    hers, touched = to_do(cast, "Hers"), to_do(cast, "Touched")
    run = begin(cast.ana, "todo-complete", [hers, touched])
    Activity.objects.filter(pk=touched.pk).update(subject="Touched again", at=NOW + timedelta(minutes=1))
    bulk.undo(run, NOW)
    assert states(hers, touched) == ["open", "done"]
    assert bulk.refused(run) == {"changed": [1, [[str(touched.pk), "Touched again", ""]]]}


def test_only_ones_own_e_mails_are_moved_sent_and_deleted(cast: Cast) -> None:
    mine, his, leaving = waiting(cast.ana), waiting(cast.bor, "His"), waiting(cast.ana, "Leaving", attempts=1)
    for action, values in (("email-delay", TOMORROW), ("email-now", {}), ("email-delete", {})):
        again = waiting(cast.ana)
        run = begin(cast.ana, action, [again, his, leaving], **values)
        assert bulk.refused(run) == {
            "others": [1, [[str(his.pk), "His", "Bor"]]],
            "left": [1, [[str(leaving.pk), "Leaving", ""]]],
        }, action
        assert BulkStep.objects.get(run=run).changed == 1
    assert states(mine, his, leaving) == ["scheduled"] * 3


def test_a_moved_e_mail_moves_back_and_a_deleted_one_comes_back_as_a_draft(cast: Cast) -> None:
    moved, deleted = waiting(cast.ana), waiting(cast.ana)
    run = begin(cast.ana, "email-delay", [moved], **TOMORROW)
    assert Message.objects.get(pk=moved.pk).send_wall == TOMORROW["wall"]
    assert Delivery.objects.get(message=moved).due_at < moved.send_at
    bulk.undo(run, NOW)
    assert Message.objects.get(pk=moved.pk).send_wall == LATER["wall"]
    assert Delivery.objects.get(message=moved).due_at == moved.send_at
    run = begin(cast.ana, "email-delete", [deleted])
    assert not Message.objects.filter(pk=deleted.pk).exists()
    bulk.undo(run, NOW)
    assert states(deleted) == ["draft"] and not Delivery.objects.filter(message=deleted).exists()


def test_what_leaves_at_once_cannot_be_taken_back(cast: Cast) -> None:
    message = waiting(cast.ana)
    run = begin(cast.ana, "email-now", [message])
    assert states(message) == ["sending"] and Delivery.objects.get().due_at == NOW
    with pytest.raises(bulk.NoWayBack):
        bulk.undo(run, NOW)


def test_calls_are_made_about_e_mails_and_go_again_when_untouched(cast: Cast) -> None:
    maja = add(cast.ana, Contact(name="Maja"), "maja@hrib.example", phone="+386 41 555 123")
    message = followed_message(cast.bor, to=("maja@hrib.example",))
    Party.objects.filter(message=message).update(record=maja)
    run = begin(cast.ana, "email-call", [message, new_draft(cast.bor)])
    call = Activity.objects.get(kind="call")
    assert (call.owner, call.regarding, call.phone_number) == (cast.ana, Record.objects.get(), "+386 41 555 123")
    assert why(run) == {"gone": 1}  # of drafts one sees one's own alone
    bulk.undo(run, NOW)
    assert not Activity.objects.filter(kind="call").exists()


@pytest.mark.parametrize("action", list(ACTIONS))
def test_what_is_foreign_is_as_good_as_gone(cast: Cast, action: str) -> None:
    foreign = [add(cast.ana, Contact(name="Maja")), to_do(cast, "Call"), waiting(cast.ana), new_draft(cast.ana)]
    values = {"owner": cast.eva.pk.hex} if action.endswith("owner") else TOMORROW
    before = stored()
    with pytest.raises(bulk.NothingThere):
        begin(cast.eva, action, foreign, **values)
    assert stored() == before


def test_a_foreign_row_among_ones_own_is_not_touched(cast: Cast) -> None:
    hers = add(cast.eva, Contact(name="Hers"))
    run = begin(cast.eva, "record-deny", [hers, *people(cast, 1)])
    assert why(run) == {"gone": 1} and Record.objects.filter(follow_email="deny").get() == hers


def test_many_are_left_to_the_worker_and_go_on_where_a_dead_one_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "_TURN", -1.0)  # one step at a time
    monkeypatch.setitem(ACTIONS, "record-deny", ACTIONS["record-deny"]._replace(step=2))
    run = begin(cast.ana, "record-deny", people(cast, 5))
    assert run.state == RunState.DOING and not ConsentEntry.objects.exists()
    assert bulk.make_next(NOW) == 1 and BulkStep.objects.through(run) == 2
    BulkRun.objects.update(leased_until=NOW + timedelta(minutes=1))  # somebody is at it, and dies
    assert bulk.make_next(NOW) == 0
    later = NOW + timedelta(minutes=5)
    while bulk.make_next(later):
        pass
    run.refresh_from_db()
    assert run.state == RunState.DONE and ConsentEntry.objects.count() == 5
    bulk.undo(run, later)
    while bulk.make_next(later):
        pass
    run.refresh_from_db()
    assert run.state == RunState.UNDONE and not Record.objects.filter(follow_email="deny").exists()


def test_a_fault_stops_the_run_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    run = begin(cast.ana, "record-owner", people(cast, 1), owner=uuid4().hex)
    assert bulk.make_next(NOW) == 1 and bulk.make_next(NOW) == 0
    run.refresh_from_db()
    assert run.state == RunState.FAILED and BulkStep.objects.to_do(run).exists()


def test_a_run_is_undone_once_and_within_a_day(cast: Cast) -> None:
    run = begin(cast.ana, "record-deny", people(cast, 1))
    with pytest.raises(bulk.NoWayBack):
        bulk.undo(run, NOW + timedelta(days=2))
    bulk.undo(run, NOW)
    with pytest.raises(bulk.NoWayBack):
        bulk.undo(run, NOW)
    assert bulk.forget(NOW + timedelta(hours=1)) == 0
    assert bulk.forget(NOW + timedelta(days=2)) == 1 and not BulkStep.objects.exists()


@pytest.mark.parametrize("action", ["record-owner", "record-deny", "record-delete"])
def test_a_step_of_records_costs_the_same_for_many(cast: Cast, action: str) -> None:
    costs = []
    for many in (3, 40):
        rows = people(cast, many)
        with CaptureQueriesContext(connection) as queries:
            begin(cast.ana, action, rows, owner=cast.bor.pk.hex)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 70

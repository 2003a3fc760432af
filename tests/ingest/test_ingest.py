"""From the spool to the journal, exactly once (E4, J1, J2, O3, L4)."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.environment import ENV
from odziv.ingest.aside import NAME
from odziv.ingest.run import ingest
from odziv.lib.hit import encode
from odziv.lib.seal import Kind
from odziv.lib.spool.files import claim
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.uuid7 import uuid7
from odziv.measure.rebuild import rebuild
from odziv.models import Account, Contact, Delivery, Interaction, Message, RecordEmail, SpoolPosition
from odziv.organisations.switches import switch_engagement
from tests.support.cast import Cast
from tests.support.journal import GMAIL, IPHONE, NOON, delivery_of, followed_message, happened, hit, spool, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(cast: Cast) -> Delivery:
    return delivery_of(followed_message(cast.ana))


def test_a_hit_becomes_a_row_of_the_journal(copy: Delivery) -> None:
    one = hit(copy, Kind.CLICK, ordinal=3, headers={"accept": "image/*", "via": "1.1 maja-laptop"})
    assert happened(one) == 1
    row = Interaction.objects.get()
    assert (row.pk, row.kind, row.ordinal, row.delivery_id, row.message_id) == (
        one.id, "click", 3, copy.pk, copy.message_id,
    )  # fmt: skip
    assert (row.device, row.system, row.client, row.country) == ("phone", "iPhone", "Apple Mail", "SI")
    assert row.network == "193.2.1.0/24"
    assert row.headers == {"accept": "image/*"}
    assert (row.agent, row.agent_kind, row.verdict) == (IPHONE, "human-client", "human")


def test_gmails_proxy_is_a_person_with_an_unknown_device(copy: Delivery) -> None:
    happened(hit(copy, agent=GMAIL))
    row = Interaction.objects.get()
    assert (row.verdict, row.device, row.client) == ("human", "unknown", "Gmail image proxy")


def test_what_is_ingested_leaves_the_spool(copy: Delivery) -> None:
    happened(*[hit(copy) for _ in range(50)])
    reader = SpoolReader(ENV.spool_folder)
    assert reader.backlog().records == 0
    ingest()
    assert reader.files() == []
    assert not SpoolPosition.objects.exists()


def test_repeated_and_shuffled_hits_change_nothing(copy: Delivery) -> None:
    hits = [hit(copy, after=number * 100) for number in range(40)]
    happened(*hits)
    before = Delivery.objects.values("opens", "first_opened_at", "last_opened_at").get(pk=copy.pk)
    for seed in range(3):
        again = hits + hits
        random.Random(seed).shuffle(again)
        happened(*again)
    assert Interaction.objects.count() == 40
    assert Delivery.objects.values("opens", "first_opened_at", "last_opened_at").get(pk=copy.pk) == before


def test_hits_of_unknown_copies_and_foreign_organisations_are_dropped(cast: Cast, copy: Delivery) -> None:
    unknown = hit(copy)
    foreign = hit(Delivery(pk=copy.pk, organisation=cast.hrast))
    gone = hit(Delivery(pk=uuid7(), organisation=cast.lipa))
    assert happened(foreign, gone, unknown) == 3
    assert [row.pk for row in Interaction.objects.all()] == [unknown.id]


def test_an_unfollowed_copy_collects_nothing(cast: Cast) -> None:
    happened(hit(delivery_of(followed_message(cast.ana, followed=False))))
    assert not Interaction.objects.exists()


def test_turning_engagement_off_stops_collecting_and_keeps_what_is_there(cast: Cast, copy: Delivery) -> None:
    happened(hit(copy))
    cast.lipa.engagement = False
    cast.lipa.save()
    happened(hit(copy, after=9999))
    assert Interaction.objects.count() == 1
    assert Message.objects.get(pk=copy.message_id).opens == 1


def test_what_happened_while_it_was_on_counts_however_late_the_spool_brings_it(cast: Cast, copy: Delivery) -> None:
    hour = timedelta(hours=1)
    switch_engagement(cast.dora, False, now=NOON + 2 * hour)
    late = [hit(copy, after=3600), hit(copy, after=3 * 3600), hit(copy, after=5 * 3600)]
    happened(*late[:2])
    assert [row.pk for row in Interaction.objects.all()] == [late[0].id]
    switch_engagement(cast.dora, True, now=NOON + 4 * hour)
    happened(*late)
    assert {row.pk for row in Interaction.objects.all()} == {late[0].id, late[2].id}
    assert Message.objects.get(pk=copy.message_id).opens == 2
    assert rebuild(None, check=True, now=NOON).equal


def test_what_is_dropped_is_counted_with_its_reason(
    cast: Cast, copy: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    switch_engagement(cast.dora, False, now=NOON)
    with caplog.at_level("INFO", "odziv.ingest"):
        happened(*[hit(copy, after=number) for number in range(3)])
    assert "dropped: 3 engagement was off" in caplog.text


def test_a_pause_of_another_organisation_says_nothing(cast: Cast, copy: Delivery) -> None:
    switch_engagement(cast.eva, False, now=NOON - timedelta(days=1))
    happened(hit(copy))
    assert Interaction.objects.count() == 1


def test_a_person_who_said_no_afterwards_is_not_followed_any_further(cast: Cast, copy: Delivery) -> None:
    contact = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja", follow_email="deny")
    copy.party.record_id = contact.pk
    copy.party.save()
    happened(hit(copy))
    assert not Interaction.objects.exists()


def test_a_refusal_at_any_record_with_the_address_holds(cast: Cast, copy: Delivery) -> None:
    hrib = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrib", follow_email="deny")
    contact = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja, too", account=hrib)
    RecordEmail.objects.create(organisation=cast.lipa, record=contact, address=copy.party.address.upper())
    happened(hit(copy))
    assert not Interaction.objects.exists()


def test_a_refusal_in_another_organisation_says_nothing(cast: Cast, copy: Delivery) -> None:
    theirs = cast.eva.organisation
    contact = Contact.objects.create(organisation=theirs, owner=cast.eva, name="Maja", follow_email="deny")
    RecordEmail.objects.create(organisation=theirs, record=contact, address=copy.party.address)
    happened(hit(copy))
    assert Interaction.objects.count() == 1


def test_poison_is_set_aside_and_blocks_nothing(copy: Delivery, caplog: pytest.LogCaptureFixture) -> None:
    unknown_kind = encode(msgspec.structs.replace(hit(copy), kind=9))
    records = [b"\x00rubbish", encode(hit(copy)), b"", unknown_kind, encode(hit(copy))]
    assert happened(*records) == 5
    assert Interaction.objects.count() == 2
    lines = [json.loads(line) for line in (ENV.spool_folder / NAME).read_text().splitlines()]
    assert [line["position"] & 0xFFFF for line in lines] == [1, 1, 1], "each was a commit of its own"
    assert "no hit" in caplog.text


def test_two_spool_files_are_read_side_by_side(copy: Delivery, tmp_path: Path) -> None:
    spool([hit(copy) for _ in range(10)])
    first = SpoolReader(ENV.spool_folder).files()
    # A second edge worker: while the first one holds its file, it writes another.
    held = claim(ENV.spool_folder / first[0])
    assert held
    spool([hit(copy, Kind.CLICK) for _ in range(10)])
    assert len(SpoolReader(ENV.spool_folder).files()) == 2
    assert ingest(limit=6) == 6
    held.release()
    assert take_in() == 14
    assert Interaction.objects.count() == 20


def test_a_batch_whose_positions_moved_meanwhile_is_taken_back(copy: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers read the same records; the slower one must not store them a second time."""
    spool([hit(copy) for _ in range(5)])
    read = SpoolReader.read
    calls = []

    def overtaken(self: SpoolReader, after: dict[str, int], limit: int) -> list:
        records = read(self, after, limit)
        calls.append(len(records))
        if len(calls) == 1:
            assert ingest() == 5  # the faster worker
        return records

    monkeypatch.setattr(SpoolReader, "read", overtaken)
    assert ingest() == 0
    assert calls == [5, 5, 0]
    assert Interaction.objects.count() == 5
    assert Delivery.objects.get(pk=copy.pk).touched == 5


def test_a_batch_takes_a_bounded_number_of_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    copies = [delivery_of(followed_message(cast.ana, subject=str(number))) for number in range(30)]
    spool([hit(copy, after=number) for copy in copies for number in range(10)])
    with django_assert_max_num_queries(27):
        assert ingest() == 300

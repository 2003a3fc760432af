"""E-mails are found by the beginnings of their words, through the index or asked one by one, alike (V2)."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from odziv.lib import clock
from odziv.models import Activity, Message, MessageWords, Record, User, keyset, vocabulary, words
from odziv.models.keyset import Order, Slice, in_order, page_of
from odziv.models.message_queries import MessageQuerySet
from odziv.models.word_index import ensure
from odziv.records.saving import Reach, remove_all, restore_all, save
from tests.support.cast import Cast

NOW = clock.now()
pytestmark = pytest.mark.django_db


def mail(
    cast: Cast, subject: str, *, owner: User | None = None, regarding: Record | None = None, **values: object
) -> Message:
    owner = owner or cast.ana
    activity = Activity.objects.create(
        organisation_id=owner.organisation_id, owner=owner, kind="email", subject=subject, regarding=regarding
    )
    return Message.objects.create(
        activity=activity, organisation_id=owner.organisation_id, owner=owner, subject=subject, state="sent", **values
    )


def found(cast: Cast, text: str) -> list[str]:
    rows = Message.objects.for_(cast.ana).matching(text)
    return sorted(rows.values_list("subject", flat=True))


@pytest.fixture(params=["at hand", "few", "many"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Kept as the index found them, looked up in it again, or, as where many are, asked one by one."""
    if request.param == "few":
        monkeypatch.setattr(words, "_AT_HAND", -1)
    if request.param == "many":
        monkeypatch.setattr(words, "FEW", -1)
        monkeypatch.setattr(words, "_ASKED", 0)
    return str(request.param)


def test_every_typed_word_begins_a_word(cast: Cast, either_way: str) -> None:
    mail(cast, "Ponudba za Šiško", recipients="Maja Žagar")
    mail(cast, "Predračun", recipients="Maja Novak")
    assert found(cast, "pon") == ["Ponudba za Šiško"]
    assert found(cast, "zag PONUD") == ["Ponudba za Šiško"]
    assert found(cast, "sisko") == ["Ponudba za Šiško"]
    assert found(cast, "maja") == ["Ponudba za Šiško", "Predračun"]
    assert found(cast, "maja ponudba predračun") == []
    assert found(cast, "onudba") == []


def test_what_is_no_word_is_looked_for_harmlessly(cast: Cast, either_way: str) -> None:
    mail(cast, 'Offer 100% "new" * AND OR NOT -x (a:b)')
    for text in ('"', "*", "%", "' OR 1=1", "a:b*", "(", "NEAR(", "\\", "\x00", "🎉"):
        found(cast, text)
    assert found(cast, "100%") == found(cast, "not and") == ['Offer 100% "new" * AND OR NOT -x (a:b)']
    assert found(cast, "🎉") == []


def test_of_ones_own_the_same_is_found(cast: Cast, either_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for signs in (4, 0):  # without any, all have the same sign
        monkeypatch.setattr(vocabulary, "_SIGNS", signs)
        mine = mail(cast, f"Ponudba {signs}")
        mail(cast, f"Ponudba {signs}", owner=cast.bor)
        mail(cast, f"Predračun {signs}")
        rows = Message.objects.for_(cast.ana).of_owner(cast.ana)
        assert list(rows.matching(f"ponudba {signs}")) == [mine]
        page = page_of(rows.matching(f"pon {signs}"), Order("subject"), size=1)
        assert (page.rows, page.total) == ([mine], None if either_way == "many" and not page.rows else 1)
    assert not rows.matching("§")


def test_whose_an_e_mail_is_stands_behind_its_words(cast: Cast) -> None:
    draft = mail(cast, "Ponudba")
    MessageWords.objects.update(words=" before")
    migration = import_module("odziv.migrations.0054_owners_in_words")
    for _again in range(2):
        migration.fill(apps, connection.schema_editor())
        assert MessageWords.objects.get().words == f" before {vocabulary.owner_sign(cast.ana.pk)}"
    draft.owner = cast.bor
    draft.save(update_fields=["owner"])
    assert MessageWords.objects.get().words.endswith(f"ponudba {vocabulary.owner_sign(cast.bor.pk)}")


def test_how_frequent_a_word_is_is_asked_before_all_are_put_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    for name, value in (("FEW", 2), ("_ASKED", 5), ("_SURE", 3), ("_SAMPLE", 10)):
        monkeypatch.setattr(words, name, value)
    for n in range(9):
        mail(cast, f"{'Ponudba' if n < 8 else 'Predračun'} {n}")
    with django_assert_num_queries(1):  # the newest say that it is: the index is left alone
        assert MessageWords.objects.search(cast.lipa.pk, "ponudba").few is False
    with django_assert_num_queries(2):
        assert MessageWords.objects.search(cast.lipa.pk, "predračun").hits is not None
    with django_assert_num_queries(1):  # together with an owner it is found at once
        assert MessageWords.objects.search(cast.lipa.pk, "ponudba", cast.bor.pk).hits == []
    rows = Message.objects.for_(cast.ana)
    assert [len(rows.matching(text)) for text in ("ponudba", "predračun")] == [8, 1]


def test_the_words_follow_what_they_are_made_of(cast: Cast, either_way: str) -> None:
    lipa = save(Record(organisation=cast.lipa, owner=cast.ana, kind="account", name="Lipa"), user=cast.ana, now=NOW)
    message = mail(cast, "Cenik", regarding=lipa)
    assert found(cast, "lipa cenik") == ["Cenik"]
    lipa.name = "Javor"
    save(lipa, user=cast.ana, now=NOW)
    assert (found(cast, "lipa"), found(cast, "javor")) == ([], ["Cenik"])
    message.subject = "Price list"
    message.save(update_fields=["subject"])
    assert (found(cast, "cenik"), found(cast, "price")) == ([], ["Price list"])
    kept = remove_all([lipa], cast.ana, NOW)
    assert found(cast, "javor") == []
    restore_all(kept)
    assert found(cast, "javor") == ["Price list"]
    message.activity.delete()
    assert found(cast, "price") == []
    assert not MessageWords.objects.exists()


def test_nothing_of_another_organisation_is_found(cast: Cast, either_way: str) -> None:
    mail(cast, "Ponudba", owner=cast.eva)
    assert found(cast, "ponudba") == []


def test_a_received_email_is_found_by_its_sender(cast: Cast, either_way: str) -> None:
    mail(cast, "Odgovor", direction="in", from_name="Luka Hrast", from_address="luka@hrast.example")
    assert found(cast, "luka@hrast.example") == found(cast, "hras") == ["Odgovor"]


def test_a_lost_index_is_made_again(cast: Cast) -> None:
    mail(cast, "Ponudba")
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER odziv_messagewords_index_put")
        else:
            cursor.execute("DROP INDEX odziv_messagewords_index")
    mail(cast, "Ponudba druga")
    connection.check_constraints()  # PostgreSQL makes no index while keys of the same transaction wait to be looked at
    ensure(connection)
    assert found(cast, "ponudba") == ["Ponudba", "Ponudba druga"]


def test_a_number_is_found_from_any_of_its_digits_on(cast: Cast, either_way: str) -> None:
    record = Record(organisation=cast.lipa, owner=cast.ana, kind="contact", name="Maja")
    save(record, Reach(phones=[("work", "+386 41 222 333")]), user=cast.ana, now=NOW)
    for typed in ("041222333", "0038641222333", "+386 41", "222-333", "333"):
        assert list(Record.objects.for_(cast.ana).matching(typed)) == [record], typed
    assert not Record.objects.for_(cast.ana).matching("041222334")


def test_a_contact_is_found_by_its_account(cast: Cast, either_way: str) -> None:
    lipa = save(Record(organisation=cast.lipa, owner=cast.ana, kind="account", name="Lipa"), user=cast.ana, now=NOW)
    maja = Record(organisation=cast.lipa, owner=cast.ana, kind="contact", name="Maja", account=lipa)
    save(maja, user=cast.ana, now=NOW)
    assert list(Record.objects.for_(cast.ana).matching("maj lip")) == [maja]
    lipa.name = "Javor"
    save(lipa, user=cast.ana, now=NOW)
    assert list(Record.objects.for_(cast.ana).matching("maja javor")) == [maja]
    assert not Record.objects.for_(cast.ana).matching("maja lipa")


def test_what_many_rows_would_have_to_be_asked_for_is_not_counted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, either_way: str
) -> None:
    for number in range(5):
        mail(cast, f"Ponudba {number}")
    monkeypatch.setattr(keyset, "FEW", 3)
    for order, first in ((Order("at", descending=True), "Ponudba 4"), (Order("subject"), "Ponudba 0")):
        page = page_of(Message.objects.for_(cast.ana).matching("ponudba"), order, size=2)
        assert page.rows[0].subject == first
        told = {"at hand": (5, 5_000), "few": (5, 5_000), "many": (None, 2)}
        assert (page.total, page.least) == told[either_way]
        last = page_of(Message.objects.for_(cast.ana).matching("ponudba 3"), order, size=2)
        assert (last.total, len(last.rows)) == (1, 1)


@pytest.mark.parametrize("path", ["at", "subject", "regarding_key"])
def test_what_each_row_is_asked_for_is_counted_and_sorted_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(words, "FEW", -1)
    for number in range(5):
        mail(cast, f"Ponudba {number}")
    mail(cast, "Predračun")
    rows = Message.objects.for_(cast.ana).matching("pon")
    first = page_of(rows, Order(path), size=2)
    second = page_of(rows, Order(path), first.older, 2)
    assert (first.total, second.total) == (5, 5)
    there = [row.pk for row in (*first.rows, *second.rows)]
    assert there == [row.pk for row in in_order(rows, Order(path))][:4]


def pages(rows: MessageQuerySet, order: Order, size: int, *, bounded: bool) -> list[Slice[Message]]:
    """All of a list, one page after the other."""
    found = [page_of(rows, order, size=size, bounded=bounded)]
    while found[-1].older:
        found.append(page_of(rows, order, found[-1].older, size, bounded=bounded))
    return found


COLUMNS = [("at", False), ("subject", False), ("regarding_key", False), ("opens", False), ("last_opened_at", True)]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize(("path", "nullable"), COLUMNS)
@pytest.mark.parametrize("far", [1, 4, 100])
def test_a_bounded_walk_comes_to_the_same_or_says_that_only_the_newest_are_sorted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, path: str, nullable: bool, down: bool, far: int
) -> None:
    for n in range(24):
        one = mail(
            cast, f"{'Ponudba' if n % 3 else 'Cenik'} {n % 7}", opens=n % 2, at=NOW - timedelta(minutes=n * 7 % 24),
            last_opened_at=NOW if n % 2 else None, owner=(cast.ana, cast.bor)[n % 2],
        )  # fmt: skip
        if n % 5 == 0:
            Message.objects.filter(pk=one.pk).update(state="draft")
    mail(cast, "Ponudba", owner=cast.eva)
    order, rows = Order(path, down, nullable), Message.objects.visible_to(cast.ana)
    plain = [row.pk for row in page_of(rows.matching("ponudba"), order, size=100).rows]
    for name, value in (("FEW", 5), ("_ASKED", 5)):
        monkeypatch.setattr(words, name, value)
    monkeypatch.setattr(keyset, "FAR", far)
    monkeypatch.setattr(keyset, "NEWEST", 6)
    hits = MessageWords.objects.filter(words__contains="ponudba", message__organisation=cast.lipa)
    newest = set(hits.order_by("-pk").values_list("message", flat=True)[: keyset.NEWEST])
    many = rows.matching("ponudba")
    assert many.is_many and len(plain) > 10
    assert [row.pk for page in pages(many, order, 4, bounded=False) for row in page.rows] == plain
    page, seen = page_of(many, order, size=4, bounded=True), []
    while True:
        begins = plain.index(seen[-1]) + 1 if seen else 0
        rest = plain[begins:] if not page.of_newest else [pk for pk in plain[begins:] if pk in newest]
        assert [row.pk for row in page.rows] == rest[:4]
        seen += [row.pk for row in page.rows]
        if not page.older:
            break
        page = page_of(many, order, page.older, 4, bounded=True)
    assert (far < 100) or (seen == plain and not page.of_newest)


def test_going_back_from_a_bounded_page_leads_to_the_one_before(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(30):
        mail(cast, f"Ponudba {n:02}", at=NOW - timedelta(minutes=n))
    for module, name, value in ((words, "FEW", 5), (words, "_ASKED", 5), (keyset, "FAR", 12)):
        monkeypatch.setattr(module, name, value)
    rows, order = Message.objects.for_(cast.ana).matching("ponudba"), Order("subject")
    forth = pages(rows, order, 4, bounded=True)
    page = forth[-1]
    for before in reversed(forth[:-1]):
        page = page_of(rows, order, page.newer, 4, bounded=True)
        assert [row.pk for row in page.rows] == [row.pk for row in before.rows] and not page.of_newest

"""Finding: the page of the search, the command menu, and what one looked at last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import Account, Contact, RecentRecord, Record
from odziv.models.recent import KEPT
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE, add
from tests.web.test_records_pages import write


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(cast.ana, Contact(name="Maja Čuk"), "maja@hrib.example")


def lines(client: Client, words: str = "") -> dict[str, list[str]]:
    """The command menu: what stands under each head."""
    groups = client.get(reverse("command"), {"q": words}).context["groups"]
    return {group.label: [str(option.label) for option in group.options] for group in groups}


def test_the_menu_begins_with_what_one_looked_at_what_one_makes_and_where_one_goes(ana: Client, maja: Record) -> None:
    assert "Recent" not in lines(ana)
    ana.get(maja.get_absolute_url())
    offered = lines(ana)
    assert offered["Recent"] == ["Maja Čuk"]
    assert "New: Phone call" in offered["Create"] and {"Today", "My profile"} <= set(offered["Go to"])


def test_it_finds_records_pages_actions_and_e_mails(cast: Cast, ana: Client, maja: Record) -> None:
    write(cast.bor, maja)
    write(cast.bor, maja, "draft")
    assert lines(ana, "cuk")["Records"] == ["Maja Čuk"]
    assert lines(ana, "new cont")["Pages and actions"] == ["New: Contact"]
    assert lines(ana, "offer")["E-mails"] == ["Offer"]  # not Bor's draft
    assert list(lines(ana, "zzz")) == ["Search"]


def test_it_offers_administration_to_administrators_alone(cast: Cast, ana: Client) -> None:
    assert "Users" not in lines(ana)["Go to"]
    dora = Client()
    dora.force_login(cast.dora)
    assert "Users" in lines(dora)["Go to"]


def test_the_search_looks_into_e_mails_and_begins_with_the_last_records(cast: Cast, ana: Client, maja: Record) -> None:
    message = write(cast.bor, maja)
    write(cast.bor, maja, "draft")
    assert list(ana.get("/search/?q=offer").context["mails"]) == [message]
    ana.get(maja.get_absolute_url())
    assert ana.get("/search/").context["recent"] == [maja]


def test_hostile_words_and_names_are_text(cast: Cast, ana: Client) -> None:
    ana.get(add(cast.ana, Account(name=HOSTILE)).get_absolute_url())
    for url in (reverse("command"), "/search/"):
        for words in ("", HOSTILE):
            page = ana.get(url, {"q": words}).content.decode()
            assert HOSTILE not in page and escape(HOSTILE) in page


def test_a_stranger_gets_no_menu(client: Client, db: None) -> None:
    assert client.get(reverse("command"), headers={"HX-Request": "true"}).status_code == 401


def test_the_menu_stays_within_its_queries(
    cast: Cast, ana: Client, maja: Record, django_assert_max_num_queries: Any
) -> None:
    for n in range(20):
        ana.get(add(cast.ana, Contact(name=f"Maja {n}"), f"m{n}@x.example").get_absolute_url())
        write(cast.ana, maja)
    for words in ("", "maja", "offer"):
        with django_assert_max_num_queries(11):
            lines(ana, words)


def test_of_what_one_looked_at_only_the_newest_are_kept_each_once(cast: Cast) -> None:
    now = clock.now()
    records = [add(cast.ana, Contact(name=f"{n}")) for n in range(KEPT + 3)]
    for number, record in enumerate([*records, records[5]]):
        RecentRecord.objects.saw(cast.ana, record, now + timedelta(minutes=number))
    seen = RecentRecord.objects.of_person(cast.ana)
    assert (seen[0], len(seen), RecentRecord.objects.count()) == (records[5], KEPT, KEPT)
    assert records[0] not in seen
    assert RecentRecord.objects.of_person(cast.bor) == []
    records[5].delete()
    assert records[5] not in RecentRecord.objects.of_person(cast.ana)


def test_keys_of_a_letter_are_switched_off_for_good(cast: Cast, ana: Client) -> None:
    assert 'data-keys="off"' not in ana.get("/contacts/").content.decode()
    assert ana.post(reverse("letter-keys"), {"on": "0"}).status_code == 204
    assert 'data-keys="off"' in ana.get("/contacts/").content.decode()
    cast.ana.refresh_from_db()
    assert not cast.ana.letter_keys

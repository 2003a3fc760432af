"""Where all hits would take long to sort, the newest are, and the page says so and offers the rest (V2)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from odziv.models import Activity, Message, keyset, words
from odziv.web.views import activities
from tests.support.cast import Cast

NOTICE = "Only the newest that match are sorted here (3 e-mails)."


@pytest.fixture
def ana(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Her list has twenty e-mails, of which the second ten have the word; that is many here."""
    for module, name, value in ((words, "FEW", 2), (words, "_ASKED", 5), (keyset, "FAR", 4), (keyset, "NEWEST", 3)):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(activities, "SIZE", 2)
    for n in range(20):
        activity = Activity.objects.create(
            organisation=cast.lipa, owner=cast.ana, kind="email", subject=f"{'Cenik' if n < 10 else 'Ponudba'} {n}"
        )
        Message.objects.create(
            activity=activity, organisation=cast.lipa, owner=cast.ana, subject=activity.subject, state="sent"
        )
    client.force_login(cast.ana)
    return client


def shown(page: str) -> list[str]:
    """The subjects in the rows of a list."""
    return re.findall(r"(?:Cenik|Ponudba) \d+", page.partition('id="rows"')[2].partition("</tbody>")[0])


def test_the_page_says_that_only_the_newest_are_sorted_and_leads_to_all(ana: Client) -> None:
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject").content.decode()
    assert NOTICE in page and set(shown(page)) == {"Ponudba 17", "Ponudba 18"} and "more than" in page
    whole = "/activities/?view=all&q=ponudba&sort=subject&whole=1"
    assert f'href="{whole.replace("&", "&amp;")}"' in page
    page = ana.get(whole).content.decode()
    assert NOTICE not in page and set(shown(page)) == {"Ponudba 10", "Ponudba 11"}
    assert "whole=1&amp;cursor=" in page  # the next page too


def test_it_says_nothing_where_the_walk_fills_the_page(ana: Client) -> None:
    page = ana.get("/activities/?view=all&q=cenik&sort=subject").content.decode()
    assert NOTICE not in page and set(shown(page)) == {"Cenik 0", "Cenik 1"}


def test_an_export_has_all(ana: Client) -> None:
    answer = ana.get("/lists/activities/export.csv?view=all&q=ponudba&sort=subject")
    text = b"".join(answer).decode()
    assert all(f"Ponudba {n}" in text for n in range(10, 20))


def test_new_words_begin_with_the_quick_way(ana: Client) -> None:
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject&whole=1").content.decode()
    assert 'type="hidden" name="sort"' in page and 'type="hidden" name="whole"' not in page


def test_it_says_how_many_are_sorted_of_those_that_one_may_see(cast: Cast, ana: Client) -> None:
    newest = Message.objects.filter(subject__in=["Ponudba 18", "Ponudba 19"])
    newest.update(state="draft", owner=cast.bor)
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject").content.decode()
    assert "sorted here (1 e-mail)." in page and shown(page)[:1] == ["Ponudba 17"]
    Message.objects.filter(subject="Ponudba 17").update(state="draft", owner=cast.bor)
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject").content.decode()
    assert "sorted here (0 e-mails)." in page and "Sort all" in page and shown(page) == []


def test_a_walk_ends_where_a_word_that_is_that_frequent_would_have_filled_the_page(
    cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the e-mails have the word: a page of two and one more is looked for among the first twelve."""
    for module, name, value in (
        (keyset, "FAR", 1000),
        (keyset, "ENOUGH", 2),
        (words, "_SAMPLE", 20),
        (words, "_SURE", 1),
    ):
        monkeypatch.setattr(module, name, value)
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject").content.decode()
    assert NOTICE not in page and set(shown(page)) == {"Ponudba 10", "Ponudba 11"}
    monkeypatch.setattr(words, "_SAMPLE", 10)  # all of the last ten have it: six are enough
    page = ana.get("/activities/?view=all&q=ponudba&sort=subject").content.decode()
    assert NOTICE in page

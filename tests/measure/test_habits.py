"""What is known of the domains that one writes to, while writing (J5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.lib.seal import Kind
from odziv.measure.companies import place_of
from odziv.measure.habits import habits
from odziv.measure.rebuild import run as rebuild
from odziv.models import DomainHabit
from odziv.models.habits import Tally
from tests.support.cast import Cast
from tests.support.journal import SCANNER, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db


def scanned(cast: Cast, domain: str, copies: int, *, people: int = 0) -> None:
    """So many copies to the domain that a scanner clicked in, of which some were opened by people besides."""
    message = followed_message(cast.ana, to=[f"n{number}@{domain}" for number in range(copies)])
    hits = []
    for number in range(copies):
        hits.append(hit(delivery_of(message, number), Kind.CLICK, after=60, agent=SCANNER))
        if number < people:
            hits.append(hit(delivery_of(message, number), after=3600, peer=f"84.112.{number}.5"))
    happened(*hits)


def stored(cast: Cast) -> dict[str, Tally]:
    return DomainHabit.objects.all_of(cast.lipa.pk)


def test_it_is_known_as_soon_as_figures_are_and_moves_with_them(cast: Cast) -> None:
    scanned(cast, "hrast.example", 12, people=4)
    assert stored(cast) == {"hrast.example": Tally(copies=12, people=4, unsure=0, machines=12)}
    [habit] = habits(cast.lipa.pk, ["maja@HRAST.example.", "jan@hrast.example", "x@brest.example"])
    assert (habit.place, habit.percent, habit.events, habit.provider) == ("hrast.example", 75, 16, False)
    assert rebuild(["--check"]) == 0


def test_an_event_that_is_judged_anew_counts_once(cast: Cast) -> None:
    message = followed_message(cast.ana)
    happened(hit(delivery_of(message), after=30))
    assert stored(cast)["hrast.example"] == Tally(1, 1, 0, 0)
    happened(*(hit(delivery_of(message), Kind.CLICK, after=40 + n / 2, ordinal=n) for n in range(3)))
    assert stored(cast)["hrast.example"] == Tally(1, 0, 0, 4)
    assert rebuild(["--check"]) == 0


def test_of_little_nothing_is_said(cast: Cast) -> None:
    scanned(cast, "hrast.example", 9)
    assert habits(cast.lipa.pk, ["maja@hrast.example"]) == []


def test_where_people_read_nothing_is_said(cast: Cast) -> None:
    message = followed_message(cast.ana, to=[f"n{number}@hrast.example" for number in range(12)])
    happened(*(hit(delivery_of(message, n), after=3600 + 500 * n, peer=f"84.112.{n}.5") for n in range(12)))
    assert habits(cast.lipa.pk, ["maja@hrast.example"]) == []


def test_another_organisations_mail_says_nothing(cast: Cast) -> None:
    scanned(cast, "hrast.example", 12)
    assert habits(cast.hrast.pk, ["maja@hrast.example"]) == []


def test_rebuild_makes_them_anew(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    scanned(cast, "hrast.example", 3)
    DomainHabit.objects.update(machines=77)
    DomainHabit.objects.create(organisation=cast.lipa, place="gone.example", copies=3)
    assert rebuild(["--check"]) == 1
    assert "domain gone.example" in capsys.readouterr().out
    assert rebuild([]) == 0
    assert stored(cast)["hrast.example"] == Tally(3, 0, 0, 3)
    assert rebuild(["--check"]) == 0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("a@gmail.com", "gmail.com"),
        ("a@googlemail.com", "gmail.com"),
        ("a@hotmail.de", "outlook.com"),
        ("a@yahoo.co.uk", "yahoo.com"),
        ("a@me.com", "icloud.com"),
        ("a@siol.net", "siol.net"),
        ("a@Hrast.example", "hrast.example"),
        ("nonsense", ""),
    ],
)
def test_people_of_one_provider_are_counted_together(address: str, place: str) -> None:
    assert place_of(address) == place


def test_a_look_costs_one_query(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        habits(cast.lipa.pk, [f"a@firma{number}.example" for number in range(500)])
    with django_assert_num_queries(0):
        habits(cast.lipa.pk, [])


@pytest.mark.parametrize(("language", "told"), [("en", "machines made 100% of"), ("sl", "100 %")])
def test_the_composer_says_it_in_one_line(cast: Cast, client: Client, language: str, told: str) -> None:
    scanned(cast, "hrast.example", 12)
    scanned(cast, "gmail.com", 12)
    cast.ana.language = language
    cast.ana.save()
    client.force_login(cast.ana)
    ask = {"to": "maja@hrast.example, x@googlemail.com", "cc": "", "bcc": "", "wants_following": "1"}
    page = client.post(reverse("compose-follow"), ask).content.decode()
    assert page.count('<details class="small muted"><summary>') == 2
    assert told in page and "hrast.example" in page and "gmail.com" in page
    page = client.post(reverse("compose-follow"), {**ask, "wants_following": "0"}).content.decode()
    assert "hrast.example" not in page and "gmail.com" not in page

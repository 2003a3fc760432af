"""The page on which an administrator sees and changes what evidence weighs (J5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from odziv.measure import weighing
from odziv.measure.weights import DEFAULTS, WEIGHTS
from odziv.models import WeighingState, WeightChange
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def asked(**other: object) -> dict[str, object]:
    return {"days": "30", **{f"weight-{code}": points for code, points in DEFAULTS.items()}, **other}


def test_an_administrator_sees_every_piece_of_evidence_with_its_source(dora: Client) -> None:
    page = dora.get(reverse("weighing")).content.decode()
    assert page.count('type="number"') == len(WEIGHTS)
    assert "US patent 12489787" in page and "RFC 9110" in page


def test_it_is_looked_at_applied_and_remembered(cast: Cast, dora: Client) -> None:
    answer = dora.post(reverse("weighing"), asked(**{"weight-soon-click": "1"}))
    change = WeightChange.objects.get()
    assert answer.headers["Location"] == reverse("weight-change", args=[change.pk])
    assert "progress" in dora.get(answer.headers["Location"]).content.decode()
    weighing.make_next()
    assert dora.get(reverse("weight-change-now", args=[change.pk])).headers["HX-Refresh"] == "true"
    assert "No figure changes." in dora.get(answer.headers["Location"]).content.decode()
    dora.post(reverse("weight-change-decide", args=[change.pk]), {"do": "apply"})
    weighing.make_next()
    cast.lipa.refresh_from_db()
    assert cast.lipa.weights == {"soon-click": 1}
    page = dora.get(reverse("weighing")).content.decode()
    assert "+3 → +1" in page and cast.dora.name in page
    dora.post(reverse("weighing"), {"reset": "1"})
    assert WeightChange.objects.order_by("pk").last().points == {}  # type: ignore[union-attr]


def test_what_is_dropped_changes_nothing(cast: Cast, dora: Client) -> None:
    dora.post(reverse("weighing"), asked(**{"weight-soon-click": "1"}))
    dora.post(reverse("weight-change-decide", args=[WeightChange.objects.get().pk]), {"do": "drop"})
    assert WeightChange.objects.get().state == WeighingState.DROPPED
    cast.lipa.refresh_from_db()
    assert cast.lipa.weights == {}


@pytest.mark.parametrize("value", ["99", "", "abc", "-99", "1.5", "9" * 400])
def test_a_weight_beyond_its_limits_is_refused_beside_it(dora: Client, value: str) -> None:
    answer = dora.post(reverse("weighing"), asked(**{"weight-soon-click": value}))
    assert answer.status_code == 422
    assert "Whole points from 0 to +4, please." in answer.content.decode()
    assert not WeightChange.objects.exists()


@pytest.mark.parametrize("who", ["ana", "cene"])
def test_others_may_not(cast: Cast, client: Client, who: str) -> None:
    client.force_login(getattr(cast, who))
    change = WeightChange.objects.create(organisation=cast.lipa, user=cast.dora, days=30)
    for url in (
        reverse("weighing"),
        *(reverse(name, args=[change.pk]) for name in ("weight-change", "weight-change-now")),
    ):
        assert client.get(url).status_code == 403
    assert client.post(reverse("weight-change-decide", args=[change.pk]), {"do": "apply"}).status_code == 403
    assert client.post(reverse("weighing"), asked()).status_code == 403


def test_in_slovenian_nothing_is_left_in_english(cast: Cast, client: Client) -> None:
    cast.dora.language = "sl"
    cast.dora.save()
    client.force_login(cast.dora)
    page = client.get(reverse("weighing")).content.decode()
    assert "Patent ZDA 12489787" in page and "Our own reasoning" not in page

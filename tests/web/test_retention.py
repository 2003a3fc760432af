"""The page on which an administrator says how long events are kept, and sees what goes before it does (L4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from odziv.models import Interaction, JournalLimit
from odziv.privacy.retention import let_go
from tests.privacy.test_retention import seen, sent
from tests.support.cast import Cast
from tests.support.journal import WINDOWS, delivery_of, happened


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def test_before_anything_goes_the_page_says_what(cast: Cast, dora: Client) -> None:
    at = timezone.now() - timedelta(days=200)
    message = sent(cast, at - timedelta(hours=5))
    happened(seen(delivery_of(message), at), seen(delivery_of(message), at + timedelta(hours=9), agent=WINDOWS))
    page = dora.get(reverse("settings")).content.decode()
    assert "for ever" in page and reverse("retention") in page
    asked = dora.post(reverse("retention"), {"months": "3"})
    assert "<b>2 events are deleted, for good.</b>" in asked.content.decode()
    assert not JournalLimit.objects.exists()
    answer = dora.post(reverse("retention"), {"months": "3", "sure": "1"})
    assert answer.headers["Location"] == reverse("settings")
    assert JournalLimit.objects.get().months == 3
    assert "3 months" in dora.get(reverse("settings")).content.decode()
    while let_go():
        pass
    assert not Interaction.objects.exists()
    assert "Events are there from" in dora.get(reverse("retention")).content.decode()
    shown = dora.get(reverse("message", args=[message.pk])).content.decode()
    assert "Listed is what happened from" in shown


def test_what_loses_nothing_is_set_at_once(cast: Cast, dora: Client) -> None:
    dora.post(reverse("retention"), {"months": "12"})
    assert JournalLimit.objects.get().months == 12
    dora.post(reverse("retention"), {"months": "0"})
    assert JournalLimit.objects.get().months is None


@pytest.mark.parametrize("months", ["1", "-3", "x", ""])
def test_other_spans_are_refused(cast: Cast, dora: Client, months: str) -> None:
    assert dora.post(reverse("retention"), {"months": months, "sure": "1"}).status_code == 422
    assert not JournalLimit.objects.exists()


def test_it_can_be_read_in_slovenian(cast: Cast, dora: Client) -> None:
    cast.dora.language = "sl"
    cast.dora.save()
    at = timezone.now() - timedelta(days=200)
    happened(*(seen(delivery_of(sent(cast, at - timedelta(hours=5))), at) for _number in range(3)))
    page = dora.post(reverse("retention"), {"months": "3"}).content.decode()
    assert "Za vedno se izbrišejo 3 dogodki." in page

"""A real DNS server is asked, and what it says is judged and remembered (D5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from odziv.environment import ENV, Address
from odziv.health.place import Place
from odziv.health.signing import signatures
from odziv.lib.dkim import Finding
from odziv.models import SigningKey
from odziv.signing import records, words
from odziv.signing.records import look_up, look_up_due
from tests.deliver.letters import NOW
from tests.signing.test_signed_mail import key_of
from tests.support.cast import Cast
from tests.support.dns import FAILS, SILENT, DnsServer, dns_server

pytestmark = pytest.mark.django_db


@contextmanager
def asking(monkeypatch: pytest.MonkeyPatch, texts: dict[str, list[str]], **does: str) -> Iterator[DnsServer]:
    with dns_server(texts, **does) as server:
        monkeypatch.setattr(records, "ENV", replace(ENV, dns_server=Address("127.0.0.1", server.port)))
        yield server


def test_a_published_record_is_found_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of 2,048 bits takes two strings, and with company more than a datagram."""
    key = key_of(cast.dora)
    for more in ([], ["v=spf1 " + "x" * 250]):
        with asking(monkeypatch, {key.record_name: [key.record_text, *more]}):
            assert look_up(key, NOW).finding == Finding.GOOD
    key.refresh_from_db()
    assert (key.finding, key.checked_at) == ("good", NOW)
    assert words.said(key) == (("The record is published, and belongs to this key."), "")


@pytest.mark.parametrize(
    ("case", "finding", "hint"),
    [
        ("missing", Finding.MISSING, "s1._domainkey.lipa.example"),
        ("doubled", Finding.DOUBLED, "Enter only s1._domainkey"),
        ("alias", Finding.GOOD, ""),
        ("other-key", Finding.DIFFERENT, "another key"),
        ("cut", Finding.CUT, "pieces of at most 255"),
        ("fails", Finding.SERVERS, "name servers of lipa.example"),
        ("silent", Finding.TIMEOUT, "Try again"),
    ],
)
def test_it_says_exactly_what_is_wrong(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, case: str, finding: Finding, hint: str
) -> None:
    key, other = key_of(cast.dora), key_of(cast.dora, selector="s2", on=False)
    name, text = key.record_name, key.record_text
    texts = {
        "doubled": {f"{name}.lipa.example": [text]},
        "alias": {"keys.provider.example": [text]},
        "other-key": {name: [other.record_text]},
        "cut": {name: [text[:255]]},
    }
    does = {"alias": {name: "keys.provider.example"}, "fails": {name: FAILS}, "silent": {name: SILENT}}
    monkeypatch.setattr(records, "_PATIENCE", 0.5)
    with asking(monkeypatch, texts.get(case, {}), **does.get(case, {})):
        assert look_up(key, NOW).finding == finding
    said = words.said(key)
    assert said is not None and hint in f"{said.what} {said.next}"


def test_a_hostile_record_is_kept_short(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(cast.dora)
    with asking(monkeypatch, {key.record_name: ['<script>"\\' + "x" * 5000]}):
        look_up(key, NOW)
    key.refresh_from_db()
    assert key.finding == "other" and len(key.found) == 1000


def test_keys_in_use_are_looked_up_once_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    key = key_of(cast.dora)
    key_of(cast.dora, selector="s2", on=False)
    with asking(monkeypatch, {key.record_name: [key.record_text]}) as server:
        assert look_up_due(NOW) == 1 and look_up_due(NOW + timedelta(hours=23)) == 0
        server.records = {}
        assert look_up_due(NOW + timedelta(hours=25)) == 1
    assert set(server.asked) == {key.record_name, f"{key.record_name}.lipa.example"}


def test_the_health_list_names_what_is_wrong(cast: Cast) -> None:
    place = Place(ENV, NOW, cast.lipa.pk)
    assert signatures(place).works is None
    key = key_of(cast.dora)
    key_of(cast.eva, "hrast.example")
    assert signatures(place)[:2] == (True, "1 key signs")
    SigningKey.objects.note_record(key.pk, Finding.MISSING, "", NOW)
    seen = signatures(place)
    assert seen.works is False and "s1._domainkey.lipa.example" in seen.text
    SigningKey.objects.note_record(key.pk, Finding.TIMEOUT, "", NOW)
    assert signatures(place).works is True
    SigningKey.objects.note_fault(key.pk, "unreadable", NOW)
    seen = signatures(place)
    assert seen.works is False and "leaves unsigned" in seen.text and "hrast" not in seen.text

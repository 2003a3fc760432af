"""Keys for signing: made or pasted, published, looked up, turned on, replaced, removed (D5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from odziv.environment import ENV, Address
from odziv.lib.dkim import generate_rsa, key_text
from odziv.models import SigningKey
from odziv.signing import records
from tests.signing.test_signed_mail import key_of
from tests.support.cast import Cast
from tests.support.dns import DnsServer, dns_server


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    with dns_server({}) as server:
        monkeypatch.setattr(records, "ENV", replace(ENV, dns_server=Address("127.0.0.1", server.port)))
        yield server


def make(dora: Client, **fields: str):  # type: ignore[no-untyped-def]
    wanted = {"domain": "lipa.example", "selector": "odziv1", "origin": "rsa", **fields}
    return dora.post(reverse("signing-new"), wanted)


def test_a_key_is_made_published_and_turned_on(dora: Client, dns: DnsServer) -> None:
    assert "Not signed: no key" in dora.get(reverse("signing")).content.decode()
    made = make(dora)
    key = SigningKey.objects.get()
    assert made.url == reverse("signing-key", args=[key.pk]) and not key.on and key.bits == 2048
    page = dora.get(made.url).content.decode()
    assert key.record_text in page and "PRIVATE" not in page and key.secret not in page
    switch = reverse("signing-switch", args=[key.pk])
    refused = dora.post(switch, {"on": "1"})
    assert refused.status_code == 409 and "There is no TXT record at" in refused.content.decode()
    dns.records = {key.record_name: [key.record_text]}
    assert dora.post(switch, {"on": "1"}).status_code == 302
    key.refresh_from_db()
    assert key.on
    assert ">Signed<" in dora.get(reverse("signing")).content.decode()
    assert "lipa.example" in dora.get(reverse("settings")).content.decode()


def test_it_can_be_turned_on_anyway_and_off(dora: Client, dns: DnsServer) -> None:
    make(dora, origin="ed25519")
    key = SigningKey.objects.get()
    switch = reverse("signing-switch", args=[key.pk])
    dora.post(switch, {"on": "1", "anyway": "1"})
    key.refresh_from_db()
    assert key.on and key.kind == "ed25519"
    dora.post(switch, {"on": "0"})
    key.refresh_from_db()
    assert not key.on
    assert "Not signed: no key is on" in dora.get(reverse("signing")).content.decode()


def test_looking_up_gives_a_part_of_the_page(dora: Client, dns: DnsServer) -> None:
    make(dora)
    key = SigningKey.objects.get()
    dns.records = {key.record_name: ["<script>alert(1)</script> p=x"]}
    part = dora.post(reverse("signing-check", args=[key.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "&lt;script&gt;" in part and "<script>" not in part


def test_rotation_takes_a_new_selector(cast: Cast, dora: Client, dns: DnsServer) -> None:
    old = key_of(cast.dora, selector="odziv1")
    page = dora.get(reverse("signing-new") + "?domain=lipa.example").content.decode()
    assert 'value="odziv2"' in page
    taken = make(dora)
    assert taken.status_code == 422 and "this selector already" in taken.content.decode()
    make(dora, selector="odziv2")
    new = SigningKey.objects.get(selector="odziv2")
    assert "Leave the record of odziv1 published" in dora.get(reverse("signing-key", args=[new.pk])).content.decode()
    dns.records = {new.record_name: [new.record_text]}
    dora.post(reverse("signing-switch", args=[new.pk]), {"on": "1"})
    old.refresh_from_db()
    assert not old.on


def test_removing_asks_first(cast: Cast, dora: Client) -> None:
    key = key_of(cast.dora)
    url = reverse("signing-delete", args=[key.pk])
    assert "is not signed with it" in dora.get(url).content.decode() and SigningKey.objects.exists()
    dora.post(url)
    assert not SigningKey.objects.exists()


def test_a_pasted_key_is_kept_and_never_shown(dora: Client) -> None:
    text = key_text(generate_rsa())
    make(dora, origin="pasted", text=text)
    key = SigningKey.objects.get()
    assert key.private_text == text
    refused = make(dora, origin="pasted", text="-----BEGIN PUBLIC KEY-----\nx", selector="odziv2")
    assert refused.status_code == 422 and "public half" in refused.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("domain", "lipa"),
        ("domain", "lipa.example\r\nX: y"),
        ("domain", "lipa.example; s=x"),
        ("domain", "10.0.0.1"),
        ("domain", "x." * 120 + "example"),
        ("domain", "ž" * 300),
        ("selector", "s1; d=evil.example"),
        ("selector", "s1\r\nBcc: x"),
        ("selector", "s_1"),
        ("selector", "s" * 64),
        ("origin", "dsa"),
    ],
)
def test_what_could_break_out_of_the_signature_is_refused(dora: Client, field: str, value: str) -> None:
    assert make(dora, **{field: value}).status_code == 422
    assert not SigningKey.objects.exists()


def test_a_domain_with_letters_of_its_own_is_kept_as_the_mail_has_it(dora: Client) -> None:
    make(dora, domain="Ana@ŽABA.example")
    assert SigningKey.objects.get().domain == "xn--aba-b3a.example"


def test_only_administrators_may(cast: Cast, client: Client) -> None:
    key = key_of(cast.dora)
    client.force_login(cast.cene)
    for name in ("signing", "signing-new"):
        assert client.get(reverse(name)).status_code == 403
    for name in ("signing-key", "signing-delete"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 403
    for name in ("signing-check", "signing-switch", "signing-delete"):
        assert client.post(reverse(name, args=[key.pk]), {"on": "0"}).status_code == 403
    assert SigningKey.objects.get().on

"""To the provider and back: who set out arrives, once, with what was asked for (O6)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from odziv.mailboxes.trial import try_next
from odziv.models import Grant, Mailbox, OAuthClient, Trial
from tests.oauth.conftest import mailbox_of
from tests.support.cast import Cast
from tests.support.imap import dovecot
from tests.support.oauth import CLOSE, GARBAGE, HANG, Provider
from tests.support.smtp import SmtpServer

TYPED = {
    "name": "Ana", "address": "ana@lipa.example", "sign_in": "google", "smtp_host": "127.0.0.1", "smtp_port": "25",
    "smtp_security": "none", "imap_host": "127.0.0.1", "imap_port": "143", "imap_security": "none",
}  # fmt: skip


@pytest.fixture
def ana(cast: Cast, client: Client, registration: OAuthClient) -> Client:
    client.force_login(cast.ana)
    return client


def led(client: Client, mailbox: Mailbox) -> str:
    """To the provider, which says yes; the address with which the person comes back."""
    there = client.get(reverse("mailbox-connect", args=[mailbox.pk])).headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["login_hint"] == [mailbox.address]
    back = urlsplit(httpx.get(there).headers["Location"])
    assert back.path == reverse("mailbox-connected")
    return f"{back.path}?{back.query}"


def said(client: Client, url: str) -> str:
    return client.get(url, follow=True).content.decode()


@pytest.mark.slow
def test_from_adding_it_to_mail_that_is_sent_and_read(
    cast: Cast, ana: Client, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        SmtpServer(knows_token=provider.knows, methods="PLAIN XOAUTH2") as smtp,
        dovecot(tmp_path_factory.mktemp("dovecot"), introspect=f"{provider.url}/introspect") as imap,
    ):
        typed = {**TYPED, "smtp_port": str(smtp.port), "imap_port": str(imap.port)}
        page = ana.post(f"{reverse('mailbox-new')}?preset=gmail", typed, follow=True).content.decode()
        assert "One step is left" in page
        mailbox = Mailbox.objects.get(sign_in="google")
        assert "The permission was given." in said(ana, led(ana, mailbox)) and try_next() == 1
    steps = Trial.objects.get().steps
    assert {step["state"] for step in steps} == {"done"} and len(steps) == 11, steps
    grant = Grant.objects.get()
    assert provider.knows("ana@lipa.example", grant.access_token)
    assert grant.access_token not in grant.access_secret and grant.refresh_token not in grant.refresh_secret
    shown = said(ana, reverse("mailbox", args=[mailbox.pk]))
    assert "Google lets Odziv in, as ana@lipa.example." in shown and grant.access_token not in shown


def test_only_who_set_out_arrives_and_once(cast: Cast, ana: Client, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana)
    back = led(ana, mailbox)
    bor = Client()
    bor.force_login(cast.bor)
    assert "not awaited here" in said(bor, back)
    assert not Grant.objects.exists()
    assert "The permission was given." in said(ana, back)
    assert "not awaited here" in said(ana, back)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("query", ["", "?state=", "?state=%00&code=x", "?state=x&code=x", "?error=<script>"])
def test_other_answers_change_nothing(cast: Cast, ana: Client, provider: Provider, query: str) -> None:
    led(ana, mailbox_of(cast.ana))
    page = said(ana, reverse("mailbox-connected") + query)
    assert "not awaited here" in page and "<script>" not in page.replace("<script src", "").replace("<script type", "")
    assert not Grant.objects.exists() and provider.asked == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("endpoint", "does", "words"),
    [
        ("authorize", "access_denied", "You did not allow it"),
        ("authorize", "server_error", "server_error &lt;b&gt;No&lt;/b&gt;"),
        ("token", "invalid_grant", "The permission to use the mailbox is not valid any more."),
        ("token", "invalid_client", "does not accept your organisation"),
        ("token", "503", "could not be reached"),
        ("token", GARBAGE, "could not be reached"),
        ("token", HANG, "could not be reached"),
        ("token", CLOSE, "could not be reached"),
    ],
)
def test_a_refusal_says_why_and_leaves_a_former_permission(
    cast: Cast, ana: Client, provider: Provider, endpoint: str, does: str, words: str
) -> None:
    mailbox = mailbox_of(cast.ana)
    said(ana, led(ana, mailbox))
    kept = Grant.objects.get().refresh_token
    provider.does[endpoint] = does
    assert words in said(ana, led(ana, mailbox))
    assert Grant.objects.get().refresh_token == kept


def test_half_a_permission_is_none(cast: Cast, ana: Client, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana)
    provider.scope = "openid email"
    assert "You left out the permission for mail." in said(ana, led(ana, mailbox))
    provider.scope, provider.refresh = "", False
    assert "no lasting permission came back" in said(ana, led(ana, mailbox))
    assert not Grant.objects.exists()


def test_another_account_than_the_address_is_said(cast: Cast, ana: Client, provider: Provider) -> None:
    provider.account = "ana@zasebno.example"
    assert "You signed in as ana@zasebno.example; it must be allowed" in said(ana, led(ana, mailbox_of(cast.ana)))


def test_a_permission_does_not_travel_to_another_server(cast: Cast, ana: Client, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana, smtp_port=25, imap_host="127.0.0.1", imap_port=143)
    said(ana, led(ana, mailbox))
    url = reverse("mailbox", args=[mailbox.pk])
    ana.post(url, {**TYPED, "name": "Ana K."})
    assert Grant.objects.exists()
    plain = ana.post(url, {**TYPED, "smtp_host": "mail.example"})
    assert "smtp_security" in plain.context["form"].errors and Grant.objects.exists()
    ana.post(url, {**TYPED, "smtp_host": "mail.example", "smtp_security": "tls"})
    assert not Grant.objects.exists()


def test_discovery_that_fails_is_said(cast: Cast, ana: Client, provider: Provider) -> None:
    for does in ("500", GARBAGE, CLOSE):
        provider.does["discovery"] = does
        page = said(ana, reverse("mailbox-connect", args=[mailbox_of(cast.ana).pk]))
        assert "The provider that renews the permission to use the mailbox could not be reached." in page


def test_registrations_are_the_administrators_and_their_secret_shows_nowhere(cast: Cast, client: Client) -> None:
    url = reverse("registrations")
    client.force_login(cast.ana)
    assert client.get(url).status_code == 403
    client.force_login(cast.dora)
    typed = {"provider": "microsoft", "microsoft-client_id": "abc", "microsoft-client_secret": "zelo skrivno"}
    bad = client.post(url, {**typed, "microsoft-tenant": "../x"})
    assert bad.status_code == 422 and not OAuthClient.objects.exists()
    page = client.post(url, {**typed, "microsoft-tenant": "lipa.onmicrosoft.com"}, follow=True).content.decode()
    row = OAuthClient.objects.get()
    assert (row.client_secret, row.organisation, row.changed_by) == ("zelo skrivno", cast.lipa, cast.dora)
    assert "zelo skrivno" not in page and "zelo skrivno" not in row.secret
    same = {"provider": "microsoft", "microsoft-client_id": "abc", "microsoft-tenant": "lipa.onmicrosoft.com"}
    assert client.post(url, same).status_code == 302 and OAuthClient.objects.get().client_secret == "zelo skrivno"
    other = client.post(url, {**same, "microsoft-client_id": "other"})
    assert other.status_code == 422  # the secret of one id is not tried with another
    client.post(url, {"provider": "microsoft", "remove": "1"})
    assert not OAuthClient.objects.exists()

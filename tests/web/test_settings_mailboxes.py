"""Mailboxes: whose they are, and that a stored password stays where it is (C1, O2)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from odziv.models import Mailbox
from tests.support.cast import Cast

TYPED = {
    "name": "Ana Lipovec", "address": "ana@lipa.example", "smtp_host": "127.0.0.1", "smtp_port": "1",
    "smtp_security": "none", "smtp_username": "ana", "password": "very secret",
}  # fmt: skip


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def mailbox(cast: Cast, ana: Client) -> Mailbox:
    ana.post(reverse("mailbox-new"), TYPED)
    return Mailbox.objects.get(user=cast.ana, kind="smtp")


def test_it_is_stored_with_its_password_encrypted_and_tried_at_once(ana: Client, cast: Cast) -> None:
    page = ana.post(reverse("mailbox-new"), TYPED, follow=True).content.decode()
    mailbox = Mailbox.objects.get(user=cast.ana, kind="smtp")
    assert mailbox.smtp_password == "very secret" and "very secret" not in mailbox.smtp_secret
    assert "nothing can be sent yet" in page and "very secret" not in page


def test_an_empty_password_keeps_the_stored_one(ana: Client, mailbox: Mailbox) -> None:
    ana.post(reverse("mailbox", args=[mailbox.pk]), {**TYPED, "password": "", "name": "A. Lipovec"})
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.smtp_password) == ("A. Lipovec", "very secret")


@pytest.mark.parametrize("change", [{"smtp_host": "127.0.0.2"}, {"smtp_port": "2"}, {"smtp_username": "bor"}])
def test_a_stored_password_is_not_sent_to_another_server(ana: Client, mailbox: Mailbox, change: dict[str, str]) -> None:
    answer = ana.post(reverse("mailbox", args=[mailbox.pk]), {**TYPED, "password": "", **change})
    assert "password" in answer.context["form"].errors
    mailbox.refresh_from_db()
    assert mailbox.smtp_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"smtp_host": "mail.example"}, "smtp_security"),  # a password in plain text over the network
        ({"smtp_host": "mail example"}, "smtp_host"),
        ({"smtp_host": "a\r\nRCPT TO:<x>"}, "smtp_host"),
        ({"smtp_port": "70000"}, "smtp_port"),
        ({"address": "ana"}, "address"),
        ({"password": ""}, "password"),
    ],
)
def test_what_cannot_work_is_said_beside_the_field(ana: Client, cast: Cast, change: dict[str, str], field: str) -> None:
    answer = ana.post(reverse("mailbox-new"), {**TYPED, **change})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Mailbox.objects.filter(user=cast.ana, kind="smtp").exists()


def test_a_teammate_has_none_of_it_but_an_administrator_may_mend_it(cast: Cast, mailbox: Mailbox) -> None:
    url = reverse("mailbox", args=[mailbox.pk])
    for who, status in ((cast.bor, 404), (cast.cene, 404), (cast.dora, 200)):
        browser = Client()
        browser.force_login(who)
        assert browser.get(url).status_code == status
        assert browser.post(reverse("mailbox-check", args=[mailbox.pk])).status_code == (404 if status == 404 else 302)
        listed = browser.get(reverse("mailboxes")).content.decode()
        assert (url in listed) is (status == 200)


def test_deleting_needs_a_post(ana: Client, mailbox: Mailbox) -> None:
    url = reverse("mailbox-delete", args=[mailbox.pk])
    assert ana.get(url).status_code == 405
    ana.post(url)
    assert not Mailbox.objects.filter(pk=mailbox.pk).exists()

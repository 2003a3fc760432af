"""Mailboxes: whose they are, and that a stored password stays where it is (C1, O2)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.compose import chosen, drafts, schedule, send
from odziv.compose.drafts import DraftFields
from odziv.lib import clock
from odziv.mailboxes.presets import PRESETS, preset
from odziv.mailboxes.trial import try_next
from odziv.models import Mailbox, MessageState
from tests.compose.support import draft
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
    assert "Waiting for the worker" in page
    assert try_next() == 1
    part = ana.get(reverse("mailbox-trial", args=[mailbox.pk])).content.decode()
    assert "It does not work yet." in part and "takes no connections on port 1." in part and "hx-get" not in part
    for shown in (page, part, ana.get(reverse("mailbox", args=[mailbox.pk])).content.decode()):
        assert "very secret" not in shown


@pytest.mark.parametrize("key", [one.key for one in PRESETS])
def test_a_provider_fills_in_its_servers(ana: Client, key: str) -> None:
    known = preset(key)
    assert known is not None and f"?preset={key}" in ana.get(reverse("mailbox-new")).content.decode()
    form = ana.get(f"{reverse('mailbox-new')}?preset={key}").context["form"]
    assert (form["smtp_host"].value(), form["imap_port"].value()) == (known.smtp.host, known.imap.port)


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
        ({"imap_host": "imap.example", "imap_security": "none"}, "imap_security"),
        ({"imap_host": "127.0.0.1", "imap_own_login": "on"}, "imap_password"),
        ({"imap_host": "127.0.0.1", "smtp_username": ""}, "smtp_username"),
        ({"imap_host": "x y"}, "imap_host"),
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


@pytest.mark.parametrize("change", [{"imap_host": "127.0.0.3"}, {"imap_host": "127.0.0.2", "imap_port": "1"}])
def test_the_reading_side_does_not_carry_the_password_elsewhere(
    ana: Client, mailbox: Mailbox, change: dict[str, str]
) -> None:
    url = reverse("mailbox", args=[mailbox.pk])
    assert ana.post(url, {**TYPED, "imap_host": "127.0.0.2"}).status_code == 302
    answer = ana.post(url, {**TYPED, "password": "", **change})
    assert "password" in answer.context["form"].errors
    mailbox.refresh_from_db()
    assert (mailbox.imap_host, mailbox.imap_port) == ("127.0.0.2", 993)


def test_a_shared_mailbox_is_everybodys_to_send_from_and_the_administrators_to_share(cast: Cast) -> None:
    for who, shared in ((cast.ana, False), (cast.dora, True)):
        browser = Client()
        browser.force_login(who)
        browser.post(reverse("mailbox-new"), {**TYPED, "shared": "on"})
        assert Mailbox.objects.get(user=who, kind="smtp").shared is shared
    row = Mailbox.objects.get(shared=True)
    assert row in Mailbox.objects.usable_by(cast.bor) and row not in Mailbox.objects.usable_by(cast.eva)
    first = Mailbox.objects.usable_by(cast.bor).first()
    assert first is not None and first.user == cast.bor


def test_disconnecting_names_what_waits_and_makes_drafts_of_it(cast: Cast, ana: Client, mailbox: Mailbox) -> None:
    url, now = reverse("mailbox-delete", args=[mailbox.pk]), clock.now()
    assert ana.get(url).status_code == 200 and Mailbox.objects.filter(pk=mailbox.pk).exists()
    message = drafts.save(draft(cast.ana), DraftFields(to="maja@hrast.example", subject="Zima", mailbox=mailbox))
    morning = chosen.read(f"{now + timedelta(days=2):%Y-%m-%dT08:00}", ZoneInfo("UTC"))
    send.submit(schedule.delay(message, morning, now), cast.ana, now)
    assert "Zima" in ana.get(url).content.decode()
    assert "1 scheduled e-mail is a draft again." in ana.post(url, follow=True).content.decode()
    message.refresh_from_db()
    assert (message.state, message.mailbox) == (MessageState.DRAFT, None)


def test_the_preferred_mailbox_comes_first(cast: Cast, ana: Client, mailbox: Mailbox) -> None:
    ana.post(reverse("mailbox-default", args=[mailbox.pk]))
    assert Mailbox.objects.usable_by(cast.ana).first() == mailbox


@pytest.mark.slow
def test_a_signature_has_values_and_nothing_that_runs(cast: Cast, ana: Client, mailbox: Mailbox) -> None:
    url = reverse("mailbox-signature", args=[mailbox.pk])
    cast.ana.job_title = "Sales <lead>"
    cast.ana.save()
    typed = '<p onclick="x()">{{ sender.name }}, {{ sender.job_title }}<script>alert(1)</script></p>'
    shown = ana.post(url, {"signature": typed, "preview": "1"}).context["preview"]
    assert shown == "<p>Ana Lipovec, Sales &lt;lead&gt;</p>"
    mailbox.refresh_from_db()
    assert mailbox.signature == ""  # only looked at
    ana.post(url, {"signature": typed})
    answer = ana.post(url, {"signature": "{{ sender.password }}"})
    assert answer.status_code == 422 and "{{ sender.password }}" in answer.content.decode()
    mailbox.refresh_from_db()
    assert mailbox.signature == "<p>{{ sender.name }}, {{ sender.job_title }}</p>"
    page = ana.post(reverse("compose-signature"), {"html": "<p>Pozdrav</p>", "mailbox": str(mailbox.pk)}).json()
    assert "Ana Lipovec, Sales &lt;lead&gt;" in page["html"]


def test_a_mailbox_that_stopped_working_stands_in_the_health_list(cast: Cast, mailbox: Mailbox) -> None:
    Mailbox.objects.note_sending(mailbox.pk, clock.now(), "login", "535 5.7.8 no")
    dora = Client()
    dora.force_login(cast.dora)
    page = dora.get(reverse("health")).content.decode()
    assert "ana@lipa.example: The mail server refused the user name or the password. “535 5.7.8 no” Enter" in page


def test_the_list_is_paged_and_bounded(
    cast: Cast, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(cast.dora)
    Mailbox.objects.bulk_create(
        Mailbox(organisation=cast.lipa, user=cast.bor, kind="smtp", name="Bor", address=f"b{n}@lipa.example")
        for n in range(70)
    )
    with django_assert_max_num_queries(12):
        first = client.get(reverse("mailboxes")).context["page"]
    rest = client.get(reverse("mailboxes"), {"cursor": first.older}).context["page"]
    assert (len(first.rows), len(rest.rows)) == (50, 24) and not rest.older


def test_the_overview_says_what_does_not_work(cast: Cast, client: Client, mailbox: Mailbox) -> None:
    Mailbox.objects.note_sending(mailbox.pk, clock.now(), "login", "no")
    for who, said in ((cast.ana, True), (cast.dora, True), (cast.bor, False)):
        client.force_login(who)
        assert ("1 does not work" in client.get(reverse("settings")).content.decode()) is said

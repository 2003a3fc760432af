"""Mail that is held after a restore: everybody is told, administrators decide (D3, O6)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Delivery, OutgoingHold
from odziv.restored.holding import hold_all, let_go
from tests.deliver.letters import waiting_message
from tests.support.cast import Cast

BANNER = "Outgoing mail is held."


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def page_of(client: Client, name: str = "outgoing", *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_it_says_when_nothing_is_held(dora: Client) -> None:
    assert "It leaves as it should." in page_of(dora) and BANNER not in page_of(dora)
    assert "Not held" in page_of(dora, "settings")


def test_everybody_is_told_that_mail_waits_and_why(cast: Cast, client: Client) -> None:
    message = waiting_message(cast.ana.mailboxes.get(), cast.ana)
    hold_all(clock.now())
    client.force_login(cast.ana)
    assert BANNER in page_of(client, "today") and reverse("outgoing") not in page_of(client, "today")
    page = page_of(client, "message", message.pk)
    assert "until an administrator lets it leave again" in page and ">Held<" in page and ">Sending<" not in page
    client.force_login(cast.dora)
    assert reverse("outgoing") in page_of(client, "today")
    found = client.get(reverse("health-look", args=["outgoing"])).content.decode()
    assert "Is held: the data were restored" in found and reverse("outgoing") in found


def test_the_page_lists_what_may_have_left_and_what_has_not(cast: Cast, dora: Client) -> None:
    waiting_message(cast.ana.mailboxes.get(), cast.ana, to=["a@x.example", "b@x.example"], subject="Before <b>")
    waiting_message(cast.eva.mailboxes.get(), cast.eva, subject="Of Hrast")
    now = clock.now()
    hold_all(now)
    fresh = waiting_message(cast.bor.mailboxes.get(), cast.bor, subject="Fresh")
    Delivery.objects.filter(message=fresh).update(due_at=now)
    page = page_of(dora)
    doubtful, rest = page.split("May have left already")[1].split("Sent by your people since then")
    assert "Before &lt;b&gt;" in doubtful and "2 recipients" in doubtful and "Fresh" not in doubtful
    assert "Fresh" in rest and "Of Hrast" not in page
    assert "Send to 2 recipients now?" in page and "Take the e-mails to 2 recipients for sent" in page


@pytest.mark.parametrize(
    ("decision", "state", "told"),
    [("sent", "accepted", "Taken for sent"), ("ask", "uncertain", "Left to each sender"), ("leave", "waiting", "Sent")],
)
def test_an_administrator_decides(cast: Cast, dora: Client, decision: str, state: str, told: str) -> None:
    waiting_message(cast.ana.mailboxes.get(), cast.ana)
    hold_all(clock.now())
    assert dora.post(reverse("outgoing-release"), {"decision": decision}).headers["Location"] == reverse("outgoing")
    assert "Mail is being let go" in page_of(dora)
    assert "HX-Refresh" not in dora.get(reverse("outgoing-now")).headers
    while let_go():
        pass
    assert dora.get(reverse("outgoing-now")).headers["HX-Refresh"] == "true"
    page = page_of(dora)
    assert BANNER not in page and "It leaves as it should." in page and told in page and "Dora" in page
    assert Delivery.objects.get().state == state


def test_a_second_decision_is_told_to_be_late(cast: Cast, dora: Client) -> None:
    hold_all(clock.now())
    dora.post(reverse("outgoing-release"), {"decision": "leave"})
    page = dora.post(reverse("outgoing-release"), {"decision": "sent"}, follow=True).content.decode()
    assert "Somebody else has decided already." in page
    assert OutgoingHold.objects.get(organisation=cast.lipa).decision == "leave"


def test_what_is_no_decision_is_refused(dora: Client, cast: Cast) -> None:
    hold_all(clock.now())
    assert dora.post(reverse("outgoing-release"), {"decision": "all"}).status_code == 400
    assert dora.get(reverse("outgoing-release")).status_code == 405


@pytest.mark.parametrize("name", ["outgoing", "outgoing-now", "outgoing-release"])
def test_only_administrators_decide(cast: Cast, client: Client, name: str) -> None:
    client.force_login(cast.cene)
    hold_all(clock.now())
    asked = client.post(reverse(name), {"decision": "sent"}) if name.endswith("release") else client.get(reverse(name))
    assert asked.status_code == 403
    assert not OutgoingHold.objects.get(organisation=cast.lipa).decision

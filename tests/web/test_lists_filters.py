"""Filters as chips: each narrows, says itself, goes with a click, and stands in the page's address (V2, R1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import Account, Activity, Contact, Delivery, FollowEmail, Lead, Message, Record
from odziv.records.saving import Postal, Reach, save
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def shown(client: Client, url: str) -> list[str]:
    """Subjects or names in the list at that address, sorted."""
    answer = client.get(url)
    assert answer.status_code == 200
    return sorted(getattr(row, "subject", "") or getattr(row, "name", "") for row in answer.context["page"].rows)


def chips(client: Client, url: str) -> list[str]:
    return [chip.words for chip in client.get(url).context["asked"].chips]


@pytest.fixture
def mail(cast: Cast) -> Account:
    """Two e-mails that differ in everything that a filter can ask; `loud` is Ana's, about the account that is given."""
    company = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrib")
    loud = followed_message(cast.ana, subject="loud", to=("maja@hrib.example",), sent_at=NOW - timedelta(days=3))
    quiet = followed_message(cast.bor, subject="quiet", to=("jan@dol.example",), sent_at=NOW - timedelta(days=60))
    Activity.objects.filter(pk=loud.pk).update(regarding=company)
    Message.objects.filter(pk=loud.pk).update(opens=1, link_clicks=1, attachment_views=1, replies=1, state="failed")
    Delivery.objects.filter(message=loud).update(state="uncertain")
    Message.objects.filter(pk=quiet.pk).update(direction="out")
    received = followed_message(cast.bor, subject="received", followed=False, sent_at=NOW - timedelta(days=400))
    Message.objects.filter(pk=received.pk).update(direction="in", to_line="", recipients="Bor")
    received.parties.all().delete()
    return company


@pytest.mark.parametrize(
    ("query", "subjects", "chip"),
    [
        ("owner=me", ["loud"], "Owner: me"),
        ("owner={bor}", ["quiet", "received"], "Owner: Bor"),
        ("regarding={company}", ["loud"], "Regarding: Hrib"),
        ("to=MAJA@h", ["loud"], "Recipient: MAJA@h"),
        ("sent=week", ["loud"], "Sent: last 7 days"),
        ("sent=quarter", ["loud", "quiet"], "Sent: last 90 days"),
        ("sent-to=2020-02-03", [], "Sent: until 3 February 2020"),
        ("sent-from=2020-02-03", ["loud", "quiet", "received"], "Sent: from 3 February 2020"),
        ("state=failed", ["loud"], "State: Delivery failed"),
        ("state=uncertain", ["loud"], "State: Not certain for a recipient"),
        ("state=bounced", [], "State: Came back from a recipient"),
        ("opened=yes", ["loud"], "Opened"),
        ("opened=no", ["quiet"], "Not yet opened"),
        ("clicked=yes", ["loud"], "Link clicked"),
        ("clicked=no", ["quiet"], "No link clicked"),
        ("viewed=yes", ["loud"], "Attachment viewed"),
        ("viewed=no", ["quiet"], "No attachment viewed"),
        ("replied=yes", ["loud"], "Replied"),
        ("replied=no", ["quiet"], "Not replied"),
        ("direction=in", ["received"], "Direction: Received"),
    ],
)
def test_each_filter_of_e_mails_narrows_and_says_so(
    cast: Cast, ana: Client, mail: Account, query: str, subjects: list[str], chip: str
) -> None:
    url = "/activities/?" + query.format(bor=cast.bor.pk, company=mail.pk)
    assert shown(ana, url) == subjects
    assert chips(ana, url) == [chip]
    assert shown(ana, ana.get(url).context["asked"].chips[0].without) == ["loud", "quiet", "received"]


def test_filters_search_and_sort_stand_together_in_the_address(cast: Cast, ana: Client, mail: Account) -> None:
    asked = ana.get("/activities/?view=followed&q=lou&opened=yes&owner=me&sort=-opens&cursor=x").context["asked"]
    assert [row.subject for row in asked.rows()] == ["loud"]
    assert asked.chips[0].without == "/activities/?view=followed&q=lou&opened=yes&sort=-opens"
    assert asked.everything == "/activities/?view=followed&sort=-opens"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("regarding={gone}", "Regarding: no longer there"),
        ("owner={eva}", "Owner: no longer there"),
        ("state=nonsense", "State: no longer there"),
        ("sent-from=yesterday", "Sent: not a date"),
        ("sent-to=0001-01-01", "Sent: not a date"),
    ],
)
def test_what_cannot_be_understood_shows_nothing_and_says_so(
    cast: Cast, ana: Client, mail: Account, query: str, words: str
) -> None:
    url = "/activities/?" + query.format(gone=uuid4(), eva=cast.eva.pk)
    assert shown(ana, url) == []
    assert chips(ana, url) == [words]
    assert "A filter cannot be used any more" in ana.get(url).content.decode()


def test_with_engagement_off_nothing_tells_what_recipients_did(cast: Cast, ana: Client, mail: Account) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    assert shown(ana, "/activities/?opened=yes") == []
    assert chips(ana, "/activities/?opened=yes") == ["Opened: email engagement is off"]
    assert "Link clicked" not in ana.get("/lists/activities/filters/").content.decode()


def add(cast: Cast, record: Record, *addresses: str, country: str = "", follow: str = "allow") -> Record:
    record.organisation, record.owner, record.follow_email = (
        cast.lipa,
        record.owner if record.owner_id else cast.bor,
        follow,
    )
    return save(record, Reach(addresses, addresses=[Postal(country=country)] if country else []), user=None, now=NOW)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("view=mine", ["Maja"]),
        ("owner=me", ["Maja"]),
        ("follow=deny", ["Jan", "Tone"]),
        ("follow=allow", ["Maja"]),
        ("language=sl", ["Maja"]),
        ("country=AT", ["Jan"]),
        ("email=yes", ["Maja"]),
        ("email=no", ["Jan", "Tone"]),
        ("changed=today", ["Jan", "Maja", "Tone"]),
        ("changed-to=2020-01-01", []),
        ("country=AT&follow=allow", []),
    ],
)
def test_each_filter_of_contacts_narrows(cast: Cast, ana: Client, query: str, names: list[str]) -> None:
    company = add(cast, Account(name="Hrib"), follow=FollowEmail.DO_NOT_ALLOW)
    add(cast, Contact(name="Maja", language="sl", owner=cast.ana), "maja@dol.example")
    add(cast, Contact(name="Jan", language="de"), country="AT", follow=FollowEmail.DO_NOT_ALLOW)
    add(cast, Contact(name="Tone", account=company))
    assert shown(ana, f"/contacts/?{query}") == names


def test_leads_by_status_and_accounts_by_industry(cast: Cast, ana: Client) -> None:
    add(cast, Lead(name="New", status="open"))
    add(cast, Lead(name="Old", status="disqualified"))
    add(cast, Account(name="Hrib", industry="Furniture"))
    add(cast, Account(name="Dol", industry="Transport"))
    assert shown(ana, "/leads/?status=open") == ["New"]
    assert shown(ana, "/accounts/?industry=furn") == ["Hrib"]
    assert shown(ana, "/leads/?status=won") == []


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", ["call", "done", "late"]),
        ("state=open", ["call", "late"]),
        ("state=overdue", ["late"]),
        ("state=done", ["done"]),
        ("kind=call", ["call"]),
        ("owner=me", ["call", "late"]),
        ("due=week", ["call"]),
        ("q=41+555", ["call"]),
    ],
)
def test_calls_and_tasks_are_open_overdue_or_done(cast: Cast, ana: Client, query: str, subjects: list[str]) -> None:
    for subject, kind, owner, days, state in (
        ("call", "call", cast.ana, 1, "open"),
        ("late", "task", cast.ana, -2, "open"),
        ("done", "task", cast.bor, -3, "done"),
    ):
        Activity.objects.create(
            organisation=cast.lipa, kind=kind, subject=subject, owner=owner, state=state,
            due_at=NOW + timedelta(days=days), phone_number="041 555" if kind == "call" else "",
        )  # fmt: skip
    followed_message(cast.ana, subject="no task")
    assert shown(ana, f"/activities/?view=tasks&{query}".replace("q=41+555", "q=41 555")) == subjects


def test_hostile_words_in_the_address_are_inert(cast: Cast, ana: Client) -> None:
    evil = "\"><img src=x onerror=alert(1)>'"
    for url in ("/activities/", "/contacts/", "/lists/activities/filters/"):
        page = ana.get(url, {"q": evil, "to": evil, "owner": evil, "sent-from": evil, "columns": evil, "saved": evil})
        assert "<img src=x" not in page.content.decode()
    assert escape(evil) in ana.get("/lists/activities/filters/", {"to": evil}).content.decode()


def test_the_panel_knows_what_is_set(cast: Cast, ana: Client, mail: Account) -> None:
    panel = ana.get(f"/lists/activities/filters/?opened=yes&regarding={mail.pk}&sent-from=2026-01-01").content.decode()
    assert '<option value="yes" selected>Opened</option>' in panel
    assert 'value="Hrib"' in panel and f'value="{mail.pk}"' in panel
    assert 'value="2026-01-01"' in panel
    assert ana.get("/lists/nowhere/filters/").status_code == 404

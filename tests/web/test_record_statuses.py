"""Closing opportunities, giving up leads, opening both again, from their pages (R1)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import Lead, Opportunity, Record, RecordStatus, StatusChange
from odziv.records import closing
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE, add


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def deal(cast: Cast) -> Record:
    return add(cast.bor, Opportunity(name="Refit", status="open"))


def today() -> date:
    """The day that it is for Ana, in Ljubljana."""
    return timezone.localdate(timezone=ZoneInfo("Europe/Ljubljana"))


def close(client: Client, record: Record, status: str, **typed: str) -> int:
    day = str(today())
    answer = client.post(
        reverse(f"{record.kind}-close", args=[record.pk]), {"status": status, "seen": "open", "day": day, **typed}
    )
    return answer.status_code


def test_it_is_closed_with_day_reason_and_note(ana: Client, deal: Record) -> None:
    day = today() - timedelta(days=10)
    assert close(ana, deal, "lost", day=str(day), reason="price", note="Ten per cent too dear") == 302
    stored = Record.objects.get(pk=deal.pk)
    assert stored.status == "lost" and stored.closed_at is not None
    assert stored.closed_at.date() == day
    page = ana.get(deal.get_absolute_url()).content.decode()
    assert "The price" in page and "Ten per cent too dear" in page and "Open again" in page


def test_today_is_offered_and_means_now(ana: Client, deal: Record) -> None:
    page = ana.get(f"{reverse('opportunity-close', args=[deal.pk])}?status=won").content.decode()
    assert f'value="{today()}"' in page and "Reason" not in page
    close(ana, deal, "won")
    closed = Record.objects.get(pk=deal.pk).closed_at
    assert closed is not None and abs(closed - clock.now()) < timedelta(minutes=1)


def test_correcting_the_note_leaves_the_day(ana: Client, deal: Record) -> None:
    close(ana, deal, "won")
    before = Record.objects.get(pk=deal.pk).closed_at
    close(ana, deal, "won", seen="won", note="By telephone")
    assert Record.objects.get(pk=deal.pk).closed_at == before
    assert "By telephone" in ana.get(f"{reverse('opportunity-close', args=[deal.pk])}?status=won").content.decode()


@pytest.mark.parametrize(("day", "said"), [("", "required"), ("2999-01-01", "still to come"), ("1066-10-14", "year")])
def test_a_day_that_cannot_be_is_said_beside_the_field(ana: Client, deal: Record, day: str, said: str) -> None:
    url = reverse("opportunity-close", args=[deal.pk])
    answer = ana.post(
        url, {"status": "won", "seen": "open", "day": day, "note": "Kept"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "Kept" in page and "<html" not in page


def test_in_a_dialog_it_leads_on_without_a_page(ana: Client, deal: Record) -> None:
    url = reverse("opportunity-close", args=[deal.pk])
    part = ana.get(f"{url}?status=won", headers={"HX-Request": "true"}).content.decode()
    assert 'id="sheet-title"' in part and "<html" not in part
    typed = {"status": "won", "seen": "open", "day": str(today())}
    answer = ana.post(url, typed, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == deal.get_absolute_url()


def test_the_second_of_two_is_told_and_writes_nothing(cast: Cast, ana: Client, deal: Record) -> None:
    closing.change(deal, RecordStatus.WON, seen="open", user=cast.bor, now=clock.now())
    close(ana, deal, "lost", reason="price")
    assert Record.objects.get(pk=deal.pk).status == "won"
    assert "Somebody else was faster" in ana.get(deal.get_absolute_url()).content.decode()


def test_what_was_done_can_be_undone_by_whoever_did_it(cast: Cast, ana: Client, deal: Record) -> None:
    close(ana, deal, "won")
    undo = reverse("status-undo", args=[StatusChange.objects.get().pk])
    assert undo in ana.get(deal.get_absolute_url()).content.decode()
    bor = Client()
    bor.force_login(cast.bor)
    assert bor.post(undo).status_code == 404
    assert ana.post(undo).status_code == 204
    assert Record.objects.get(pk=deal.pk).status == "open"
    assert ana.post(undo).status_code == 404


def test_what_has_gone_on_cannot_be_undone(ana: Client, deal: Record) -> None:
    close(ana, deal, "won")
    undo = reverse("status-undo", args=[StatusChange.objects.get().pk])
    ana.post(reverse("opportunity-reopen", args=[deal.pk]), {"seen": "won"})
    assert ana.post(undo).status_code == 409
    assert Record.objects.get(pk=deal.pk).status == "open"


def test_a_lead_ends_only_as_leads_do(cast: Cast, ana: Client) -> None:
    lead = add(cast.ana, Lead(name="Zoran", status="open"))
    assert close(ana, lead, "won") == 404
    assert close(ana, lead, "disqualified", reason="silence") == 302
    ana.post(reverse("lead-reopen", args=[lead.pk]), {"seen": "disqualified"})
    assert Record.objects.get(pk=lead.pk).status == "open"


def test_the_form_of_a_lead_does_not_qualify_it(cast: Cast, ana: Client) -> None:
    assert 'name="status"' not in ana.get(reverse("lead-new")).content.decode()


def test_hostile_notes_are_text(cast: Cast, ana: Client, deal: Record) -> None:
    close(ana, deal, "lost", reason="other", note=HOSTILE)
    for name in ("opportunity", "opportunity-details"):
        page = ana.get(reverse(name, args=[deal.pk])).content.decode()
        assert HOSTILE not in page and escape(HOSTILE) in page

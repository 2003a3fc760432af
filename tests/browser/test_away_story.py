"""Somebody is away: the reminder's card offers to wait, the message's page does too (M, P2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from odziv.assist.reminding import remind
from odziv.lib import clock
from odziv.models import Card, Reminder, ReminderState, User
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.web.test_away import message as made_message

pytestmark = [pytest.mark.browser, pytest.mark.slow]
message = made_message


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("sl", 390)])
def test_offered_on_the_card_and_on_the_page(site: Site, cast: Cast, message, language: str, width: int) -> None:  # type: ignore[no-untyped-def]
    words = Words(language)
    User.objects.update(language=language)
    Reminder.objects.update(at=clock.now() - timedelta(minutes=1), look_at=clock.now() - timedelta(minutes=1))
    assert remind() == 1
    page = site.open(cast.ana, "/assistant/", viewport={"width": width, "height": 900})
    card = page.get_by_role("article")
    then = words("%(who)s is away until %(day)s.", who="<b>Maja</b>", day="|").partition("|")[0]
    expect(card).to_contain_text(then)
    card.get_by_role("button", name=words("Remind me then")).click()
    expect(card).to_have_count(0)
    assert Card.objects.get().state == "dismissed" and Reminder.objects.get().state == ReminderState.WAITING

    Reminder.objects.update(away_answered=None, at=clock.now() + timedelta(days=1))
    page.goto(f"{site.url}{message.get_absolute_url()}")
    panel = page.locator("#reminder")
    expect(panel).to_contain_text(then)
    panel.get_by_role("button", name=words("Leave it as it is")).click()
    expect(page.get_by_text(words("The reminder stays as it is."))).to_be_visible()
    expect(panel).not_to_contain_text(then)

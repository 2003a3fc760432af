"""Looking around with sample data: from the first visit page to the lists, whose figures the journal bears out, and a
day's work in it (O7).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.flows.day import Clock, live_a_day
from tests.flows.desk import Desk
from tests.support.browser import Visitor
from tests.support.served import Serve
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MADE_WITHIN = 300_000.0  # ms; a free machine needs about fifteen seconds
COUNTS = """
from odziv.models import *
answer = {kind: Record.objects.filter(kind=kind).count() for kind in ("account", "contact", "lead", "opportunity")}
answer["message"] = Message.objects.filter(direction="out").exclude(state="draft").count()
answer["interaction"] = Interaction.objects.count()
answer["recommended"] = Template.objects.filter(recommended=True).count()
"""


@pytest.mark.parametrize("language", ["en", "sl"])
def test_the_sample_is_made_while_one_watches_and_a_day_is_lived_in_it(
    serve: Serve, chromium: Browser, tmp_path: Path, language: str
) -> None:
    served = serve()
    visitor = Visitor(chromium, served.url, language)
    desk, page = Desk.of(visitor), visitor.page
    page.goto("/")
    desk.button("Look around").click()
    progress = page.get_by_role("progressbar")
    expect(progress).to_be_visible()
    expect(progress).not_to_have_attribute("value", "0")

    page.goto("about:blank")
    page.goto("/")
    desk.link("See how far it is").or_(desk.button("Go on looking around")).click()
    # Either it is still being made, or the button led into it.
    enter = desk.button("Look around")
    expect(enter.or_(page.locator("#user-menu"))).to_be_attached(timeout=MADE_WITHIN)
    if enter.is_visible():
        enter.click()
    expect(page.locator("#user-menu")).to_be_attached()
    assert page.locator("html").get_attribute("lang") == language

    # Its mail has been sent when one is let in; what came of it is counted by the worker in the seconds after that.
    wait_until(lambda: served.ask(COUNTS)["recommended"] >= 1, seconds=120)
    counts = served.ask(COUNTS)
    assert counts.pop("interaction") > 300 and counts.pop("recommended") >= 1
    assert counts == {"account": 40, "contact": 120, "lead": 30, "opportunity": 25, "message": 300}
    for many, count in (("accounts", 40), ("contacts", 120), ("leads", 30), ("opportunities", 25)):
        page.goto(f"/{many}/")
        expect(page.locator(".page-head")).to_contain_text(str(count))
        assert page.locator("tbody tr").count() > 10
    page.goto("/activities/?view=followed")
    assert page.locator("#rows td[data-label]").filter(has_text=re.compile(r"\d")).count() > 10
    # All figures are in sight, the replies at the end too.
    assert page.locator(".table-wrap").evaluate("wrap => wrap.scrollWidth <= wrap.clientWidth")
    checked = served.command("rebuild", "--check")
    assert checked.returncode == 0, checked.stdout
    page.goto("about:blank")  # the page would complain of the server that goes and comes
    live_a_day(desk, served, Clock(tmp_path, served))
    visitor.close()
    assert not visitor.complaints

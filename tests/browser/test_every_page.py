"""Every page of the product, found by asking every URL: nobody is shut out, nothing sticks out, no script fails (U2).

A new page is walked as soon as it stands in `urls.py`; what is no page (parts, files, JSON, POST alone) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import BrowserContext, Page

from odziv.models import User
from tests.browser.conftest import Site
from tests.support.cast import Cast
from tests.web.tenancy import make_world, patterns

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What may be another matter on a phone in the dark; all the rest is the same page.
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
# Made by the same templates as those of contacts and opportunities; only their width and their scripts are looked at.
ALIKE = re.compile(r"(account|lead)s?($|-(?!(un)?qualify))")
# Pages that the walk must have found, so that it cannot pass by finding nothing.
KNOWN = {
    "today",
    "activities",
    "message",
    "compose",
    "accounts",
    "contact",
    "lead-edit",
    "settings",
    "users",
    "test-mail",
    "templates",
    "template",
    "template-edit",
    "template-version",
}


def addresses(name: str, world: dict[str, str]) -> Iterator[str]:
    """The URL of that name, with each identifier of the world that it may take."""
    try:
        yield reverse(name)
    except NoReverseMatch:
        for key in world.values():
            try:
                yield reverse(name, args=[key])
            except NoReverseMatch:
                return


def is_page(browser: BrowserContext, url: str) -> bool:
    """Whether a GET gives a whole page: not a part, a file, a stream, a redirect or a refusal."""
    answer = browser.request.get(url, max_redirects=0)
    assert answer.status < 500, f"{url}: {answer.status}"
    return answer.status == 200 and "text/html" in answer.headers["content-type"] and 'id="main"' in answer.text()


def pages(site: Site, people: list[BrowserContext], world: dict[str, str]) -> dict[str, tuple[BrowserContext, str]]:
    """Name -> (whose browser, address) of every page; of the first of these people who may see it."""
    found: dict[str, tuple[BrowserContext, str]] = {}
    for name, route in patterns():
        if name in found or ":" in name or "live" in name or "logout" in name or "<" in route.replace("<uuid:id>", ""):
            continue
        tried = ((one, f"{site.url}{url}") for one in people for url in addresses(name, world))
        if first := next((trial for trial in tried if is_page(*trial)), None):
            found[name] = first
    return found


def faults(page: Page, width: int, *, alike: bool) -> list[Any]:
    """Whether the page must be scrolled sideways and, unless it is `alike` another one, what axe finds."""
    found: list[Any] = []
    if not alike:
        options = {"runOnly": RULES if width > 1000 else LOOKS, "preload": False}
        violations = Axe().run(page, options=options).response["violations"]
        found = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in violations]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        found.append(f"{wide} pixels wide")
    return found


@pytest.mark.parametrize(("width", "scheme", "language"), [(1440, "light", "en"), (390, "dark", "sl")])
def test_every_page_is_open_to_everybody(site: Site, cast: Cast, width: int, scheme: str, language: str) -> None:
    world = make_world(cast)
    User.objects.update(language=language)
    options: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce"}
    viewport = {"width": width, "height": 844}
    people = [site.browser(user, viewport=viewport, **options) for user in (cast.dora, cast.ana)]
    walked = pages(site, people, world)
    assert walked.keys() >= KNOWN
    wrong: dict[str, Any] = {}
    for name, (browser, url) in walked.items():
        page = browser.new_page()
        page.goto(url, wait_until="load")
        if found := faults(page, width, alike=bool(ALIKE.match(name))):
            wrong[url] = found
        page.close()
    assert not wrong

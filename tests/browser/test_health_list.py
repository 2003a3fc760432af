"""The health list on the settings: what is looked at while one reads moves nothing (O6, U2)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from odziv.health import LOOKS
from tests.browser.conftest import Site
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def places(page: Page) -> list[dict[str, float]]:
    """Where everything that one may click stands, from the health list to the end of the page."""
    boxes: list[dict[str, float]] = page.locator("#health, #health li, #main .section").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    return boxes


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "sl"])
def test_nothing_moves_when_a_part_has_been_looked_at(site: Site, cast: Cast, width: int, language: str) -> None:
    cast.dora.language = language
    cast.dora.save()
    page = site.browser(cast.dora, viewport={"width": width, "height": 900}).new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/settings/health/*/?in=*", hold)
    page.goto(site.url + "/settings/")
    expect(page.locator("#health li")).to_have_count(len(LOOKS))
    expect(page.locator("#health .spinner")).to_have_count(sum(look.slow for look in LOOKS))
    for _ in range(100):
        if len(held) == 7:  # two of them are asked once more, for sections below
            break
        page.wait_for_timeout(50)
    before = places(page)
    for route in held:
        route.continue_()
    expect(page.locator("#health .spinner")).to_have_count(0, timeout=30_000)
    expect(page.locator("#health-public-address a")).to_be_visible()
    expect(page.locator("#attachments .badge")).to_have_class("badge green")
    expect(page.locator("#reach .badge")).to_have_class("badge red")
    assert places(page) == before

"""The panel *Following* of the composer lives with the recipients, however their answers come (F1, D2)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.composing import composer, saved
from tests.browser.conftest import Site
from tests.compose.support import contact
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_follow_state_lives_with_the_recipients(site: Site, cast: Cast) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    panel = page.locator("#follow")
    expect(panel).to_have_attribute("data-state", "on")
    page.locator("#to-input").press_sequentially("jan@alpine.example,")
    expect(panel).to_have_attribute("data-state", "blocked")
    panel.get_by_role("button", name="Show settings").click()
    dialog = page.locator("#recipient-settings")
    expect(dialog.get_by_role("link", name="Jan Kranjc")).to_have_attribute("href", re.compile("/contacts/"))
    dialog.get_by_role("button", name="Don't follow").click()
    expect(panel).to_have_attribute("data-state", "off")
    assert saved(page).wants_following is False
    page.locator(".chip", has_text="Jan").get_by_role("button").click()
    panel.get_by_role("button", name="Follow", exact=True).click()
    expect(panel).to_have_attribute("data-state", "on")
    assert saved(page).wants_following is True


def test_a_wish_holds_while_the_panel_is_still_asking(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.route("**/compose/follow/", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.evaluate(
        """() => {
             document.getElementById("to").dispatchEvent(new Event("change", { bubbles: true }));
             document.getElementById("follow-turn").click(); // the panel asks 150 ms later, and takes its place
           }"""
    )
    expect(page.locator("#follow")).to_have_attribute("data-state", "off")
    assert saved(page).wants_following is False


@pytest.mark.parametrize("wait", [200, 280, 400])
def test_recipients_who_come_while_the_panel_is_replaced_are_asked_for(site: Site, cast: Cast, wait: int) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.locator("#follow").get_by_role("button", name="Don't follow").click()
    expect(page.locator("#follow")).to_have_attribute("data-state", "off")
    expect(page.locator("#follow.htmx-settling, #follow.htmx-added")).to_have_count(0)
    page.evaluate(
        """(wait) => {
             const send = XMLHttpRequest.prototype.send;
             XMLHttpRequest.prototype.send = function (...body) { // on a slow line
               setTimeout(() => send.apply(this, body), 250);
             };
             document.getElementById("follow-turn").click();
             setTimeout(() => {
               const to = document.getElementById("to");
               to.value = "jan@alpine.example";
               to.dispatchEvent(new Event("recipients:set"));
               to.dispatchEvent(new Event("change", { bubbles: true }));
             }, wait);
           }""",
        wait,
    )
    expect(page.locator("#follow")).to_have_attribute("data-state", "blocked")


def test_retry_sees_a_changed_preference(site: Site, cast: Cast) -> None:
    jan = contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    page = composer(site, cast, "/compose/?to=jan@alpine.example")
    page.get_by_role("button", name="Retry following").click()
    expect(page.locator("#toasts")).to_contain_text("Still blocked")
    jan.follow_email = "allow"
    jan.save()
    page.get_by_role("button", name="Retry following").click()
    expect(page.locator("#follow")).to_have_attribute("data-state", "on")

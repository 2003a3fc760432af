"""Notifications of a real browser: never asked for by themselves, turned on and off by a button (A1)."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import CardKind, Delivery, Happening, Message, PushSubscription, User
from tests.browser.composing import becomes_true
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.support.journal import followed_message
from tests.support.push import PushBrowser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
SETTINGS = "/settings/profile/assistant/"
# Headless Chromium has no push service. What the page asks of one is played here; everything else is the real thing.
PLAYED = """(() => {
  const made = {told: %s, options: {}, toJSON() { return this.told; },
    async unsubscribe() { localStorage.setItem("played", "gone"); return true; }};
  const manager = {
    async getSubscription() { return localStorage.getItem("played") === "true" ? made : null; },
    async subscribe(options) {
      made.options = {applicationServerKey: options.applicationServerKey.buffer};
      localStorage.setItem("played", String(options.userVisibleOnly)); return made; },
  };
  Object.defineProperty(ServiceWorkerRegistration.prototype, "pushManager", {get: () => manager});
})()"""
# A notification of the page is kept, so that the test can read it and click on it.
HEARD = """(() => {
  const Real = window.Notification;
  window.heard = [];
  window.Notification = class extends Real { constructor(title, more) { super(title, more); heard.push(this); } };
})()"""


def opened(owner: User) -> Message:
    message = followed_message(owner, subject="Offer", sent_at=clock.now())
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=clock.now())
    Happening.objects.note(owner.organisation_id, message.pk, CardKind.OPENED)
    assist()
    return message


def without_push(page: Page) -> None:
    """As in a browser that has no push service."""
    page.context.add_init_script("delete window.PushManager")


@pytest.mark.parametrize("language", ["en", "sl"])
def test_while_a_page_is_open_the_page_itself_shows_them(site: Site, cast: Cast, language: str) -> None:
    User.objects.update(language=language)
    words = Words(language)
    page = site.browser(cast.ana).new_page()
    without_push(page)
    page.context.add_init_script(HEARD)
    page.goto(f"{site.url}/assistant/")
    offer = page.locator("main .cards-offer")
    expect(offer).to_be_visible()
    assert page.evaluate("Notification.permission") in ("default", "denied")
    page.context.grant_permissions(["notifications"])
    offer.get_by_role("button", name=words("Turn on notifications")).click()
    expect(offer).to_be_hidden()
    page.goto(f"{site.url}/contacts/")
    becomes_true(page, "localStorage.getItem('odziv.notify') !== null")
    with page.expect_response(lambda answer: "/assistant/news/" in answer.url):
        first = opened(cast.ana)  # from here on what is new is told
    becomes_true(page, "localStorage.getItem('odziv.news-after') !== null")
    message = opened(cast.ana)
    becomes_true(page, "heard.length > 0")
    told = page.evaluate("heard.map((one) => [one.title, one.body])")
    assert told[0][0] == words("E-mail opened") and "Offer" in told[0][1]
    page.evaluate("heard.at(-1).onclick()")
    page.wait_for_url(lambda url: str(message.pk) in url or str(first.pk) in url)


def test_a_browser_is_let_in_and_out_at_the_door(site: Site, cast: Cast) -> None:
    browser = PushBrowser("https://fcm.googleapis.com/fcm/send/abc")
    page = site.browser(cast.ana, permissions=["notifications"]).new_page()
    page.context.add_init_script(PLAYED % json.dumps(browser.subscription))
    page.goto(f"{site.url}{SETTINGS}")
    part = page.locator("#notifications")
    part.get_by_role("button", name="Turn on notifications").click()
    expect(part.get_by_role("button", name="Turn off notifications")).to_be_visible()
    row = PushSubscription.objects.get()
    assert (row.user, row.endpoint) == (cast.ana, browser.endpoint)
    page.reload()
    expect(part).to_contain_text("this one")
    assert page.evaluate("navigator.serviceWorker.ready.then((found) => new URL(found.scope).pathname)") == "/"
    part.get_by_role("button", name="Turn off notifications").click()
    expect(part.get_by_role("button", name="Turn on notifications")).to_be_visible()
    assert not PushSubscription.objects.exists()
    assert page.evaluate("localStorage.getItem('played')") == "gone"


def test_the_service_worker_shows_what_comes_and_leads_to_it(site: Site, cast: Cast) -> None:
    message = opened(cast.ana)
    page = site.browser(cast.ana, permissions=["notifications"]).new_page()
    page.goto(f"{site.url}/contacts/")
    page.evaluate("navigator.serviceWorker.register('/push-worker.js', {scope: '/'})")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    becomes_true(page, "navigator.serviceWorker.controller !== null")
    worker = page.context.service_workers[0]
    told = {"id": "1", "title": "Title", "text": "Text", "url": f"/messages/{message.pk}/"}
    worker.evaluate("(told) => self.dispatchEvent(new PushEvent('push', {data: JSON.stringify(told)}))", told)
    becomes_true(
        page, "navigator.serviceWorker.ready.then((at) => at.getNotifications()).then((all) => all.length === 1)"
    )
    worker.evaluate(
        """() => self.registration.getNotifications().then(([one]) =>
             self.dispatchEvent(new NotificationEvent('notificationclick', {notification: one})))"""
    )
    page.wait_for_url(f"**/messages/{message.pk}/")


def test_nothing_is_asked_by_itself_and_the_offer_can_be_put_away(site: Site, cast: Cast) -> None:
    page = site.browser(cast.ana).new_page()
    page.context.add_init_script(
        "Object.defineProperty(Notification, 'permission', {get: () => 'default'});"
        "window.asked = 0; Notification.requestPermission = async () => (window.asked++, 'default');"
    )
    page.goto(f"{site.url}/assistant/")
    page.locator("main .cards-offer").get_by_role("button", name="No, thanks").click()
    for path in ("/assistant/", "/today/", SETTINGS):
        page.goto(f"{site.url}{path}")
        assert page.evaluate("window.asked") == 0
        expect(page.locator("main .cards-offer")).to_have_count(1 if path == "/assistant/" else 0)
        expect(page.locator(".cards-offer:visible")).to_have_count(0)


def test_what_the_server_refuses_is_said(site: Site, cast: Cast) -> None:
    browser = PushBrowser("https://printer.local/abc")
    page = site.browser(cast.ana, permissions=["notifications"]).new_page()
    page.context.add_init_script(PLAYED % json.dumps(browser.subscription))
    page.goto(f"{site.url}{SETTINGS}")
    page.locator("#notifications").get_by_role("button", name="Turn on notifications").click()
    expect(page.locator("#toasts")).to_contain_text("not an address of the open internet")
    expect(page.locator("#notifications")).to_contain_text("while a page of Odziv is open")
    assert not PushSubscription.objects.exists()


def test_signed_out_the_browser_lets_go_of_its_address(site: Site, cast: Cast) -> None:
    browser = PushBrowser("https://fcm.googleapis.com/fcm/send/abc")
    page = site.browser(cast.ana, permissions=["notifications"]).new_page()
    page.context.add_init_script(PLAYED % json.dumps(browser.subscription))
    page.goto(f"{site.url}{SETTINGS}")
    page.locator("#notifications").get_by_role("button", name="Turn on notifications").click()
    expect(page.get_by_role("button", name="Turn off notifications")).to_be_visible()
    page.locator("[popovertarget=user-menu]").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/account/login/**")
    becomes_true(page, "localStorage.getItem('odziv.push') === null")
    assert not PushSubscription.objects.exists()

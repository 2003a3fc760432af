"""The timeline and the figures change by themselves while somebody looks (V3): real web, edge, worker and Chromium."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from odziv.models import Message, User
from tests.browser.test_record_stories import speak
from tests.support.browser import PATIENCE
from tests.support.cast import Cast, make_cast
from tests.support.journal import IPHONE, SCANNER, WINDOWS, delivery_of, followed_message
from tests.support.processes import free_port, running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": False}
PRICES = "https://lipa.example/cenik"
HTML = f'<!doctype html><html><body><p>Pozdravljeni</p><p><a href="{PRICES}">Cenik</a></p></body></html>'


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(cast.ana, to=("maja@hrast.example", "jan@hrast.example"), html=HTML, links=[PRICES])


@pytest.fixture
def edge(message: Message) -> Iterator[int]:
    """The port of a real edge; a real worker takes in what it records."""
    port = free_port()
    KeyRing.load_or_create(ENV.seal_keys)
    with running("edge", "work", web=free_port(), edge=port):
        yield port


def shown(chromium: Browser, web: str, user: User, path: str, *, width: int = 1440) -> Page:
    """A page as the user sees it."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": web}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{web}{path}")
    return page


def fetch(address: str, agent: str) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: object) -> None:
            return None

    request = urllib.request.Request(address, headers={"User-Agent": agent})
    try:
        urllib.request.build_opener(Stay).open(request, timeout=10).read()
    except urllib.error.HTTPError as answer:
        assert answer.code == 302


def addresses(port: int, message: Message, number: int = 0) -> EdgeAddresses:
    copy = delivery_of(message, number)
    keys = KeyRing.load(ENV.seal_keys)
    return EdgeAddresses(f"http://127.0.0.1:{port}", keys, copy.organisation_id, copy.pk)


@pytest.mark.parametrize("language", ["en", "sl"])
def test_the_timeline_changes_without_a_reload(
    chromium: Browser, web: str, edge: int, cast: Cast, message: Message, language: str
) -> None:
    words = speak(cast.ana, language)
    people = ".event:not(.machine)"
    maja, jan = addresses(edge, message, 0), addresses(edge, message, 1)
    page = shown(chromium, web, cast.ana, f"/messages/{message.pk}/")
    page.evaluate("window.neverReloaded = true")
    expect(page.locator("#main [data-live-state=on]")).to_be_visible()
    expect(page.locator(".event")).to_have_count(1)

    fetch(jan.click(0, PRICES), SCANNER)
    expect(page.locator(".event.machine")).to_have_count(1)
    page.locator(".event.machine summary").click()
    page.locator(".event.machine summary").focus()

    fetch(maja.open(), IPHONE)
    expect(page.locator(people).first).to_contain_text("iPhone")
    expect(page.locator(".kpi-value").first).to_have_text("1")
    # What the reader had opened is open still, and the keyboard is where it was.
    expect(page.get_by_text(words("The program calls itself a security scanner."))).to_be_visible()
    assert str(page.evaluate("document.activeElement.id")).startswith("why-of-")

    fetch(maja.click(0, PRICES), WINDOWS)
    expect(page.locator(people).first).to_contain_text("lipa.example/cenik")
    told = page.locator(people).first.inner_text()
    assert "Maja" in told and "Windows" in told and (("clicked" in told) is (language == "en"))
    expect(page.locator("#links td.num")).to_contain_text("1")
    expect(page.locator("#copies tbody tr").first).to_contain_text("1")
    assert page.evaluate("window.neverReloaded") is True
    page.context.close()


def test_what_happens_before_the_stream_stands_shows_though_a_script_comes_late(
    chromium: Browser, web: str, edge: int, cast: Cast, message: Message
) -> None:
    """A stream tells only what comes after it; the page asks once as soon as it stands, and must be listening then."""
    page = shown(chromium, web, cast.ana, "/today/")
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    def stream(route: Route) -> None:
        if not message.opens:
            fetch(addresses(edge, message).open(), IPHONE)
            until = time.monotonic() + 60
            while not message.opens and time.monotonic() < until:
                time.sleep(0.05)
                message.refresh_from_db()
        route.continue_()

    page.route("**/js/message*.js", hold)
    page.route(f"**/messages/{message.pk}/live", stream)
    page.goto(f"{web}/messages/{message.pk}/", wait_until="commit")
    for _ in range(
        2
    ):  # the other scripts run; a stream that does not wait is asked for in the first, and stands in the second
        page.wait_for_timeout(1500)
    assert late
    late.pop().continue_()
    expect(page.get_by_text("Maja opened it on an iPhone")).to_be_visible()
    page.context.close()


def test_a_list_shows_new_figures_by_itself(
    chromium: Browser, web: str, edge: int, cast: Cast, message: Message
) -> None:
    page = shown(chromium, web, cast.bor, "/activities/?view=followed")
    expect(page.locator("#main [data-live-state=on]")).to_be_visible()
    expect(page.locator(f"#row-{message.pk} .count")).to_have_count(0)
    fetch(addresses(edge, message).open(), IPHONE)
    expect(page.locator(f"#row-{message.pk} .count b")).to_have_text("1")
    page.locator(f"#row-{message.pk} td.nowrap").first.click()
    page.wait_for_url(f"**/messages/{message.pk}/")
    page.context.close()


def test_searching_does_not_use_up_the_connections(
    chromium: Browser, web: str, edge: int, cast: Cast, message: Message
) -> None:
    """Each search brings new rows with a stream of their own; the old one must go, browsers allow six to a host."""
    page = shown(chromium, web, cast.ana, "/activities/")
    expect(page.locator("#main [data-live-state=on]")).to_be_visible()
    box = page.get_by_label("Search in this list")
    for words in ("P", "Po", "Pon", "Ponu", "Ponud", "Ponudb", "Ponudba", "Ponud", "Pon"):
        with page.expect_response(lambda answer: "/activities/?" in answer.url):
            box.fill(words)
        expect(page.locator("#main [data-live-state=on]")).to_be_visible()
    box.fill("zzz")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.context.close()


def test_the_mail_stands_in_a_frame_as_tall_as_it_is(
    chromium: Browser, web: str, edge: int, cast: Cast, message: Message
) -> None:
    page = shown(chromium, web, cast.ana, f"/messages/{message.pk}/")
    expect(page.frame_locator(".letter-frame").get_by_text("Pozdravljeni")).to_be_visible()
    page.get_by_role("tab", name="Plain text").click()
    expect(page.locator(".letter-plain")).to_be_visible()
    expect(page.locator(".letter-frame")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("width", [1440])
def test_nobody_is_shut_out(chromium: Browser, web: str, edge: int, cast: Cast, message: Message, width: int) -> None:
    """No fault that axe can find, and nothing to scroll sideways, on the message page and the list."""
    fetch(addresses(edge, message).open(), IPHONE)
    fetch(addresses(edge, message).open(), SCANNER)
    for path in (f"/messages/{message.pk}/", "/activities/"):
        page = shown(chromium, web, cast.ana, path, width=width)
        page.wait_for_timeout(500)
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()

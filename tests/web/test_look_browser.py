"""What the scripts of the frame promise, in a real Chromium, on the style page (U2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.support.browser import querying_chromium
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}


chromium = querying_chromium


@pytest.fixture
def page(chromium: Browser, live_server: Any, cast: Cast, settings: Any) -> Iterator[Page]:
    """The style page, as Ana sees it; an error in its console fails the test."""
    settings.DEBUG = True
    client = Client()
    client.force_login(cast.ana)
    name = django_settings.SESSION_COOKIE_NAME
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    # The test's own server answers a stream for ever, and its threads would keep this process from ending.
    context.route("**/live", lambda route: route.fulfill(content_type="text/event-stream", body="retry: 600000\n\n"))
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.goto(f"{live_server.url}/style/")
    yield shown
    context.close()
    assert not complaints


def test_nobody_is_shut_out(page: Page) -> None:
    """No fault that axe can find, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.reload()  # so that no colour is on its way from one theme to the other
        found = Axe().run(page, options=RULES).response["violations"]
        assert not [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found], scheme


def test_nobody_is_shut_out_of_the_log_in(chromium: Browser, live_server: Any, settings: Any) -> None:
    settings.DEBUG = True  # the test's own server knows static files by their plain names only
    shown = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce")
    shown.goto(f"{live_server.url}/account/login/")
    found = Axe().run(shown, options=RULES).response["violations"]
    assert not [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found]
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    shown.close()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_sticks_out_at_the_side(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Nothing is painted before there is a body.
AT_BODY = """
new MutationObserver((_, observer) => {
    if (document.body) {
        window.themeAtBody = document.documentElement.dataset.theme;
        observer.disconnect();
    }
}).observe(document, {childList: true, subtree: true});
"""


def test_the_theme_is_remembered_before_the_first_paint(page: Page) -> None:
    page.click("[popovertarget=user-menu]")
    page.click("[data-theme-choice=dark]")
    page.add_init_script(AT_BODY)
    page.reload()
    assert page.evaluate("window.themeAtBody") == "dark"
    assert page.get_attribute("[data-theme-choice=dark]", "aria-pressed") == "true"


def test_the_navigation_folds_and_stays_so(page: Page) -> None:
    page.keyboard.press("[")
    page.reload()
    assert page.get_attribute("html", "data-nav") == "closed"
    assert page.get_attribute("[data-fold-nav]", "aria-expanded") == "false"


def test_the_question_mark_shows_every_key_and_letters_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    assert page.locator("#keys-help li").count() >= 4
    with page.expect_response("**/keys/**"):
        page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("[")
    assert page.get_attribute("html", "data-nav") is None
    page.reload()
    page.keyboard.press("?")
    assert not page.locator("#keys-help").is_visible()


def test_letters_typed_into_a_field_stay_letters(page: Page) -> None:
    page.fill("#id_title", "")
    page.focus("#id_title")
    page.keyboard.type("?[j")
    assert page.input_value("#id_title") == "?[j"
    assert not page.locator("#keys-help").is_visible()


def test_rows_move_by_j_and_k_and_open_by_enter(page: Page) -> None:
    for key in "jjk":
        page.keyboard.press(key)
    assert page.locator("tr.cursor").count() == 1
    assert page.locator("tbody tr").first.get_attribute("class") == "cursor"
    page.keyboard.press("Enter")
    assert page.url.endswith("#row")


def test_a_menu_is_walked_with_the_arrows(page: Page) -> None:
    page.focus("[popovertarget=sample-menu]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").strip() == "Forward"
    page.keyboard.press("Escape")
    assert not page.locator("#sample-menu").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == "sample-menu"


def test_a_dialog_closes_by_a_click_beside_it(page: Page) -> None:
    page.click("[data-opens=sample-dialog]")
    page.mouse.click(5, 5)
    assert not page.locator("#sample-dialog").is_visible()


def paste(page: Page, text: str) -> None:
    page.focus("#sample-to-input")
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def test_recipients_are_chips_over_a_plain_address_list(page: Page) -> None:
    assert page.locator("#sample-to").is_hidden()
    assert page.locator(".chips .chip.wrong").count() == 1
    page.focus("#sample-to-input")
    page.keyboard.type('"Novak, Tine" <tine@brod.example>,MAJA@hrast.si,')
    assert page.input_value("#sample-to").endswith('petra@, "Novak, Tine" <tine@brod.example>')
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert "tine@" not in page.input_value("#sample-to")


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("a@x.si, b@x.si;c@x.si\nd@x.si", ["a@x.si", "b@x.si", "c@x.si", "d@x.si"]),
        ("a@x.si b@x.si\tA@X.SI", ["a@x.si", "b@x.si"]),
        ('"Novak, Maja" <m@x.si>', ['"Novak, Maja" <m@x.si>']),
        ("Novak, Maja <m@x.si>; Kranjc, Jan <j@x.si>", ['"Novak, Maja" <m@x.si>', '"Kranjc, Jan" <j@x.si>']),
        ("Črt Žagar <crt@x.si>", ["Črt Žagar <crt@x.si>"]),
        ('"A \\"B\\" C" <a@x.si>', ['"A \\"B\\" C" <a@x.si>']),
        ("a@x.si (office; home, both)", ["a@x.si"]),
        ("info@žaga.si", ["info@žaga.si"]),
        (",;\n ,", []),
    ],
)
def test_an_address_list_is_read_as_people_paste_it(page: Page, pasted: str, read: list[str]) -> None:
    parse = "async text => (await import('/static/odziv/js/addresses.js')).parseAddresses(text).map(one => one.text)"
    assert page.evaluate(parse, pasted) == read


def test_two_thousand_pasted_recipients_stay_quick(page: Page) -> None:
    lines = "\n".join(f"Person {n} <person{n}@many.example>" for n in range(2000))
    started = page.evaluate("performance.now()")
    paste(page, lines)
    assert page.evaluate("performance.now()") - started < 2000
    assert page.input_value("#sample-to").count("@many.example") == 2000
    assert page.locator(".chips .chip").count() < 80
    page.click(".chips-more")
    assert page.locator(".chips .chip").count() > 2000

"""The test mailbox in a real Chromium: mail appears by itself, images load when asked, links leave without a trace."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from odziv.environment import ENV
from odziv.lib.mime import FilePart, Letter, unstructured
from odziv.models import TestMail
from odziv.testmail import store
from tests.deliver.letters import NOW
from tests.support.browser import querying_chromium
from tests.support.cast import Cast
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


class Edge:
    """Stands where the edge stands, and remembers who asked for what, with which Referer and Cookie."""

    def __enter__(self) -> Edge:
        asked: list[tuple[str, str | None, str | None]] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers["Referer"], self.headers["Cookie"]))
                self.send_response(200)
                self.send_header("Content-Type", "image/gif" if self.path.endswith("gif") else "text/html")
                self.end_headers()
                self.wfile.write(GIF if self.path.endswith("gif") else b"<title>landed</title>")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.asked = asked
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


chromium = querying_chromium


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    with Edge() as standing:
        monkeypatch.setattr("odziv.web.views.testmail.ENV", dataclasses.replace(ENV, edge_url=standing.url))
        yield standing


@pytest.fixture
def page(chromium: Browser, live_server: Any, cast: Cast, edge: Edge) -> Iterator[Page]:
    client = Client()
    client.force_login(cast.ana)
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    # The test's own server answers a stream for ever, and its threads would keep this process from ending.
    context.route("**/live", lambda route: route.fulfill(content_type="text/event-stream", body="retry: 600000\n\n"))
    shown = context.new_page()
    yield shown
    context.close()


def caught(cast: Cast, edge: Edge, html: str = "") -> TestMail:
    html = html or (
        f'<script>document.title="run"</script><img src="cid:logo@lipa" id="logo"><img src="{edge.url}/o/x.gif">'
        f'<a href="{edge.url}/c/x" target="_self">our offer</a><form action="{edge.url}/f"><button>Go</button></form>'
    )
    image = FilePart("image/gif", "logo.gif", GIF, "logo@lipa").entity()
    raw = Letter("1", images=[image]).copy([unstructured("Subject", "Offer")], "See our offer.\n", html)
    return store.keep(cast.lipa.pk, "ana@lipa.example", "maja@example.com", raw, NOW)


def followed_link(page: Page, link: Locator) -> Page:
    """The page that a click on a frame's link opens.

    Chromium shows such a frame by a process of its own, and a click before its first picture goes to the page around
    it; a person does not click on what is not shown yet.
    """
    for _ in range(5):
        with suppress(TimeoutError), page.context.expect_page(timeout=5_000) as opened:
            link.click()
            return opened.value
    raise AssertionError("no page was opened")


def test_mail_appears_by_itself_opens_and_counts(page: Page, cast: Cast, edge: Edge) -> None:
    page.goto("/test-mailbox/")
    expect(page.get_by_text("No mail yet")).to_be_visible()
    caught(cast, edge)
    page.get_by_role("link", name="maja@example.com").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("link", name="our offer")).to_be_visible()
    assert edge.asked == []  # nothing is loaded before it is asked for
    page.get_by_role("link", name="Load images").click()
    expect(frame.locator("#logo")).to_have_js_property("naturalWidth", 1)
    wait_until(lambda: edge.asked)  # the logo comes from here, and may come sooner
    landed = followed_link(page, frame.get_by_role("link", name="our offer"))
    landed.wait_for_load_state()
    assert landed.title() == "landed" and landed.evaluate("window.opener") is None
    assert edge.asked[:2] == [("/o/x.gif", None, None), ("/c/x", None, None)]
    assert page.title() == "Offer · Odziv"  # the mail's script did not run
    frame.get_by_role("button", name="Go").click()
    page.wait_for_timeout(300)
    assert "/f" not in {path.partition("?")[0] for path, _, _ in edge.asked}


def test_a_further_message_joins_the_list_without_reload(page: Page, cast: Cast, edge: Edge) -> None:
    mail = caught(cast, edge)
    page.goto(f"/test-mailbox/{mail.pk}/")
    page.evaluate("window.stayed = true")
    store.keep(cast.lipa.pk, "ana@lipa.example", "jan@example.com", store.read(mail), NOW)
    expect(page.get_by_role("link", name="jan@example.com")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    expect(page.locator(f"#mail-{mail.pk}")).to_have_attribute("aria-current", "true")


def test_deleting_all_asks_first(page: Page, cast: Cast, edge: Edge) -> None:
    caught(cast, edge)
    page.goto("/test-mailbox/")
    page.get_by_role("button", name="Delete all").click()
    assert TestMail.objects.count() == 1
    page.get_by_role("dialog").get_by_role("button", name="Delete all").click()
    expect(page.get_by_text("No mail yet")).to_be_visible()
    assert not TestMail.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_nobody_is_shut_out(page: Page, cast: Cast, edge: Edge, width: int, scheme: Any) -> None:
    mail = caught(cast, edge, html="<p>Hello</p>")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": False, "iframes": False}
    for show in ("", "?show=text", "?show=source", "?show=headers"):
        page.goto(f"/test-mailbox/{mail.pk}/{show}")
        found = Axe().run(page, options=rules).response["violations"]
        assert not [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width

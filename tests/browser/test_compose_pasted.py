"""A copy that is followed, pasted into the composer or standing in a draft, is nobody's opening (C5, J5)."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing
from odziv.models import Message
from tests.browser.composing import composer, saved, sheet
from tests.browser.conftest import Site
from tests.compose.support import PNG, draft
from tests.deliver.letters import attach
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ORIGINAL = "https://hrast.example/ponudba"


@pytest.fixture
def copy(cast: Cast) -> str:
    """What a recipient's program puts into the clipboard."""
    message = followed_message(cast.ana)
    image = attach(message, "a.png", PNG, content_type="image/png", inline=True, content_id="a@x")
    ours = EdgeAddresses(ENV.edge_url, KeyRing.load_or_create(ENV.seal_keys), cast.lipa.pk, uuid4())
    ref = FileRef(image.file.key, image.content_type, image.name, image.file.size)
    return (
        f'<p>Pozdravljeni <a href="{ours.click(0, ORIGINAL)}">ponudba</a></p>'
        f'<p><img src="{ours.image(0, ref)}"></p><img src="{ours.open()}" width="1" height="1">'
    )


def asked_of_the_edge(page: Page) -> list[str]:
    """Fills while the page lives. What the page's policy stops would besides be an error in its console."""
    found: list[str] = []
    page.context.on("request", lambda one: found.append(one.url) if one.url.startswith(ENV.edge_url) else None)
    return found


def paste(page: Page, html: str) -> None:
    sheet(page).locator("body").click()
    sheet(page).locator("body").evaluate(
        """(body, html) => {
             const data = new DataTransfer();
             data.setData("text/html", html);
             data.setData("text/plain", "x");
             body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
           }""",
        html,
    )


def shown_image(page: Page) -> None:
    image = sheet(page).locator("img")
    expect(image).to_have_count(1)
    expect(image).to_have_attribute("src", re.compile("^/attachments/"))
    expect(image).to_have_js_property("naturalWidth", 1)


def test_pasted_it_becomes_the_original(site: Site, cast: Cast, copy: str) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    asked = asked_of_the_edge(page)
    paste(page, copy)
    shown_image(page)
    message = saved(page)
    assert ENV.edge_url not in message.html and f'href="{ORIGINAL}"' in message.html
    assert message.html.count("<img") == 1 and f"cid:{message.attachments.get().content_id}" in message.html
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("#preview-dialog iframe").locator("img[src^='/attachments/']")).to_have_count(1)
    assert asked == []


def test_without_a_connection_it_comes_without_images(site: Site, cast: Cast, copy: str) -> None:
    page = composer(site, cast)
    asked = asked_of_the_edge(page)
    page.route("**/compose/pasted/", lambda route: route.fulfill(status=409))
    paste(page, copy)
    expect(sheet(page).locator("body")).to_contain_text("ponudba")
    expect(sheet(page).locator("img")).to_have_count(0)
    assert asked == []


def test_standing_in_a_draft_already_it_is_opened_as_the_original(site: Site, cast: Cast, copy: str) -> None:
    message = draft(cast.ana)
    Message.objects.filter(pk=message.pk).update(html=copy)
    page = site.browser(cast.ana).new_page()
    asked = asked_of_the_edge(page)
    page.goto(f"{site.url}/compose/{message.pk}/")
    page.wait_for_selector("#composer[data-ready]")
    shown_image(page)
    assert asked == []

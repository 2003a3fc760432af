"""What one does in the composer, for the stories of this folder."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from odziv.models import Message
from tests.browser.conftest import Site
from tests.support.cast import Cast


def composer(site: Site, cast: Cast, path: str = "/compose/", **options: Any) -> Page:
    """The composer in a fresh browser of Ana's, ready to be typed in."""
    page = site.open(cast.ana, path, **options)
    page.wait_for_selector("#composer[data-ready]")
    return page


def sheet(page: Page) -> FrameLocator:
    return page.frame_locator(".tox-edit-area__iframe")


def write(page: Page, text: str) -> None:
    sheet(page).locator("body").click()
    page.keyboard.type(text)


def saved(page: Page) -> Message:
    """The draft, when the page says that the server has all of it."""
    expect(page.locator("#saved-state")).to_have_text(re.compile(r"^(Saved|Shranjeno) \D*\d"))
    return Message.objects.select_related("activity").get(pk=page.url.rstrip("/").rpartition("/")[2])


def pasted(page: Page, selector: str, text: str, kind: str = "text/plain") -> None:
    """Paste a text into a field, as from the clipboard."""
    page.locator(selector).evaluate(
        """(field, [text, kind]) => {
             const data = new DataTransfer();
             data.setData(kind, text);
             field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
           }""",
        [text, kind],
    )


def faults(page: Page) -> list[Any]:
    """What axe finds against WCAG 2.2 AA."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules, "preload": False}).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found]


def becomes_true(page: Page, said: str) -> None:
    """Wait until an expression is true in the page, whose policy lets nobody evaluate strings there by themselves."""
    for _ in range(300):
        if page.evaluate(said):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {said}")

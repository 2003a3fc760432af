"""Manage attachments: several at once, with progress that can be stopped; what was removed comes back (C2, I5)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from odziv.compose.limits import MAX_FILE
from odziv.models import Message
from tests.browser.composing import composer, faults
from tests.browser.conftest import Site
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "ex\u202egnp" + "<img src=x onerror=alert(1)>" + "dolgo ime" * 20 + ".pdf"
WORDS = {
    "en": {"open": "Manage attachments", "all": "Mark all", "follow": "Follow", "remove": "Remove", "undo": "Undo"},
    "sl": {
        "open": "Uredi priloge",
        "all": "Označi vse",
        "follow": "Spremljaj",
        "remove": "Odstrani",
        "undo": "Razveljavi",
    },
}


def dropped(page: Page, selector: str, files: list[tuple[str, int]]) -> None:
    """Drop files of these names and sizes."""
    page.locator(selector).evaluate(
        """(place, files) => {
             const data = new DataTransfer();
             for (const [name, size] of files) data.items.add(new File([new Uint8Array(size)], name));
             place.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
           }""",
        files,
    )


def stored(page: Page) -> list[tuple[str, bool]]:
    message = Message.objects.get(pk=page.url.rstrip("/").rpartition("/")[2])
    return [(one.name, one.followed) for one in message.attachments.files()]


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("sl", 390)])
def test_several_files_at_once(site: Site, cast: Cast, language: str, width: int) -> None:
    words = WORDS[language]
    cast.ana.language = language
    cast.ana.save()
    page = composer(site, cast, "/compose/?to=maja@hrast.example", viewport={"width": width, "height": 844})
    page.get_by_role("button", name=words["open"]).click()
    dialog = page.locator("#files-dialog")
    rows = dialog.locator("tbody tr")
    dropped(page, "#files-dialog", [("Ponudba.pdf", 2000), (HOSTILE, 500_000), ("Cenik.xlsx", 3000)])
    expect(rows).to_have_count(3)
    dialog.get_by_label(words["all"]).check()
    dialog.locator(".marked-bar").get_by_role("button", name=words["follow"], exact=True).click()
    expect(dialog.locator("[role=switch]:checked")).to_have_count(3)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    rows.nth(0).locator("[data-mark]").check()
    rows.nth(1).locator("[data-mark]").check()
    dialog.locator(".marked-bar").get_by_role("button", name=words["remove"], exact=True).click()
    expect(rows).to_have_count(1)
    undo = dialog.get_by_role("button", name=words["undo"])
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(rows).to_have_count(3)
    page.keyboard.press("Escape")
    grid = page.locator("#attachments tbody tr")
    expect(grid).to_have_count(3)
    expect(grid.nth(0)).to_contain_text("2 kB")
    assert [followed for _name, followed in stored(page)] == [True, True, True]
    assert stored(page)[0][0] == "Ponudba.pdf"


def test_too_large_is_said_before_it_is_sent_and_what_waits_can_be_stopped(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/files/") else None)
    page.get_by_role("button", name="Manage attachments").click()
    dropped(page, "#files-drop", [("film.mp4", MAX_FILE + 1)])
    failed = page.locator("#managed-uploads .failed")
    expect(failed).to_contain_text("“film.mp4” is larger than 25 MB")
    assert asked == []
    failed.get_by_role("button").click()
    held: list[Any] = []

    def hold(route: Any) -> None:  # as a connection on which nothing moves
        held.append(route)

    page.route("**/files/", hold)
    dropped(page, "#files-drop", [("a.pdf", 1000), ("b.pdf", 1000)])
    expect(page.locator("#managed-uploads progress")).to_have_count(2)
    page.keyboard.press("Escape")
    uploads = page.locator("#uploads li")
    expect(uploads).to_have_count(2)
    page.get_by_role("button", name="Stop uploading b.pdf").click()
    expect(uploads).to_have_count(1)
    page.get_by_role("button", name="Stop uploading a.pdf").click()
    expect(uploads).to_have_count(0)
    for route in held:  # else the browser lets them go on below
        with suppress(Error):
            route.abort()
    page.unroute("**/files/")
    page.set_input_files("#files", [{"name": "c.pdf", "mimeType": "application/pdf", "buffer": b"x"}])
    expect(page.locator("#attachments tbody tr")).to_have_count(1)
    assert stored(page) == [("c.pdf", False)]


def test_dont_follow_says_what_becomes_of_the_files_and_follow_undoes_it(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.set_input_files("#files", [{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x"}])
    page.locator("#attachments .switch").click()
    expect(page.locator("#attachments [role=switch]")).to_be_checked()
    page.locator("#follow").get_by_role("button", name="Don't follow").click()
    expect(page.locator("#toasts")).to_contain_text("1 followed attachment is an ordinary file now.")
    expect(page.locator("#attachments [role=switch]")).to_be_disabled()
    page.locator("#follow").get_by_role("button", name="Follow", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("1 attachment is followed again.")
    expect(page.locator("#attachments [role=switch]")).to_be_checked()

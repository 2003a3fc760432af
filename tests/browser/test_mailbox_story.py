"""A mailbox is added, does not work, is mended and works; its signature stands in the composer (O6, C6)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from odziv.mailboxes.trial import try_next
from odziv.models import Mailbox, User
from tests.browser.composing import becomes_true
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["en", "sl"])
def test_added_failing_mended_working(site: Site, cast: Cast, language: str) -> None:
    words = Words(language)
    User.objects.update(language=language)
    page = site.open(cast.ana, "/settings/mailboxes/")
    page.get_by_role("link", name=words("Add mailbox")).click()
    page.get_by_role("link", name=words("Another provider")).click()
    with SmtpServer(login=("ana@lipa.example", "pravo geslo")) as server:
        page.locator("#id_smtp_host").fill("127.0.0.1")
        page.locator("#id_smtp_port").fill(str(server.port))
        page.locator("#id_smtp_security").get_by_label(words("No encryption")).check()
        page.locator("#id_smtp_username").fill("ana@lipa.example")
        page.locator("#id_password").fill("napačno")
        page.get_by_role("button", name=words("Add and test")).click()
        status = page.locator("#trial [role=status]")
        away = "Waiting for the worker, which does not seem to run. An administrator sees more under Health."
        expect(status).to_contain_text(words(away))
        assert try_next() == 1
        expect(status).to_contain_text(words("It does not work yet."))
        refused = words("The mail server refused the user name or the password.")
        expect(page.locator("#trial .failed")).to_contain_text(refused)
        page.locator("#id_password").fill("pravo geslo")
        page.get_by_role("button", name=words("Save and test")).click()
        expect(page.locator("#trial[hx-get]")).to_be_visible()
        assert try_next() == 1
        expect(status).to_contain_text(words("It works: e-mail can be sent."))
    assert Mailbox.objects.get(kind="smtp").smtp_reason == ""

    page.get_by_role("link", name=words("Signature")).click()
    editor = page.frame_locator("iframe.tox-edit-area__iframe").locator("body")
    expect(editor).to_have_attribute("contenteditable", "true")
    becomes_true(page, "window.tinymce.activeEditor.initialized")
    editor.fill("Lep pozdrav, ")
    page.get_by_role("button", name="{{ sender.name }}").click()
    page.get_by_role("button", name=words("Save"), exact=True).click()
    expect(page.frame_locator(".signature-frame").locator("body")).to_contain_text("Lep pozdrav,")
    page.goto(f"{site.url}/compose/")
    box = page.locator("select[name=mailbox]")
    box.select_option(str(Mailbox.objects.get(kind="smtp").pk))
    written = page.frame_locator("iframe.tox-edit-area__iframe").locator("body")
    expect(written).to_contain_text("Lep pozdrav,")

"""The composer in a real Chromium: chips, editor, images, uploads, autosave, follow state (C1, C2, F1)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from odziv.compose import attachments, drafts
from odziv.compose.drafts import DraftFields
from odziv.models import Message, MessageState
from tests.browser.composing import composer, faults, saved, sheet, write
from tests.browser.conftest import Site
from tests.browser.test_record_stories import speak
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MSO = '<!--[if mso]><v:rect href="https://hrast.example/?a=1&amp;b=2" style="x:y"><![endif]-->'


def test_looking_makes_no_draft(site: Site, cast: Cast) -> None:
    composer(site, cast)
    assert not Message.objects.exists()


@pytest.mark.parametrize("language", ["en", "sl"])
def test_what_is_typed_is_saved_on_its_own(site: Site, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    contact(cast.ana, "Maja Novak", "maja@hrast.example")
    page = composer(site, cast)
    page.locator("#to-input").press_sequentially("maj")
    expect(page.locator("[role=option]").first).to_contain_text(
        re.compile(f"Maja Novak.*maja@hrast.example.*{words('Allow')}")
    )
    page.keyboard.press("Enter")
    page.fill("#subject", "Ponudba št. 7")
    write(page, "Pozdravljeni, https://hrast.example/?a=1&b=2 .")
    message = saved(page)
    assert message.to_line == "Maja Novak <maja@hrast.example>"
    assert message.subject == "Ponudba št. 7"
    assert '<a href="https://hrast.example/?a=1&amp;b=2">' in message.html
    expect(page.locator(".chip.allow")).to_have_text(re.compile("Maja Novak"))


def test_files_are_attached_followed_and_removed(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    names = ["Ponudba št. 7.pdf", "ex\u202egnp.exe", "../" + "dolgo" * 60 + ".txt"]
    page.set_input_files(
        "#files", [{"name": name, "mimeType": "application/octet-stream", "buffer": b"x" * 2000} for name in names]
    )
    grid = page.locator("#attachments tbody tr")
    expect(grid).to_have_count(3)
    expect(grid.nth(0)).to_contain_text("2 kB")
    expect(grid.nth(1)).to_contain_text("exgnp.exe")
    grid.nth(0).locator(".switch").click()
    expect(grid.nth(0).get_by_role("switch")).to_be_checked()
    grid.nth(2).get_by_role("button").click()
    expect(grid).to_have_count(2)
    page.locator("#follow").get_by_role("button", name="Don't follow").click()
    expect(page.locator("#toasts")).to_contain_text("ordinary file")
    expect(grid.nth(0).get_by_role("switch")).to_be_disabled()
    assert [(row.ordinal, row.followed) for row in saved(page).attachments.all()] == [(0, False), (1, False)]


def test_a_pasted_image_is_stored_and_shown_from_here(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    write(page, "Slika: ")
    page.evaluate(
        """async (bytes) => {
             const data = new DataTransfer();
             data.items.add(new File([new Uint8Array(bytes)], "slika.png", { type: "image/png" }));
             const body = tinymce.activeEditor.getBody();
             body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
           }""",
        list(PNG),
    )
    image = sheet(page).locator("img")
    expect(image).to_have_attribute("src", re.compile("^/attachments/"))
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    message = saved(page)
    page.wait_for_timeout(1500)
    message = saved(page)
    stored = message.attachments.get()
    assert f'src="cid:{stored.content_id}"' in message.html
    assert (stored.inline, stored.content_type) == (True, "image/png")


def test_a_file_that_is_dropped_into_the_text_is_attached(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.evaluate(
        """() => {
             const data = new DataTransfer();
             data.items.add(new File(["x"], "tloris.heic", { type: "image/heic" }));
             const body = tinymce.activeEditor.getBody();
             body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
           }"""
    )
    expect(page.locator("#attachments tbody tr")).to_contain_text("tloris.heic")
    assert sheet(page).locator("img").count() == 0


def test_a_link_can_be_left_alone(site: Site, cast: Cast) -> None:
    message = draft(cast.ana, html='<p>Tu je <a href="https://hrast.example/">cenik</a>.</p>')
    page = composer(site, cast, f"/compose/{message.pk}/")
    sheet(page).locator("a").click()
    toggle = page.get_by_role("button", name="Follow this link")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(1500)
    assert '<a href="https://hrast.example/" data-odziv-follow="no">cenik</a>' in saved(page).html


def test_html_that_is_only_looked_at_stays_to_the_byte(site: Site, cast: Cast) -> None:
    head = "<!DOCTYPE html><html><head><style>p{}</style></head>"
    html = f"{head}<BODY>\r\n{MSO}<P Class=x>&nbsp;&#269;</p></body></html>\n"
    message = draft(cast.ana, html=html)
    page = composer(site, cast, f"/compose/{message.pk}/")
    sheet(page).locator("body").click()
    page.keyboard.press("ArrowRight")
    page.fill("#subject", "Drugo")
    assert saved(page).html == html


def test_editing_keeps_what_outlook_needs_and_all_around_the_body(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    before = '<!DOCTYPE html><html lang="sl"><head><style>td{color:red}</style></head><body bgcolor="#fff">'
    body = (
        f'{MSO}<table width="600" cellpadding="0" bgcolor="#eeeeee"><tbody><tr><td valign="top" '
        f'style="mso-line-height-rule:exactly;color:#111111"><img src="cid:{image.content_id}" width="1"> '
        "{{ contact.name }}</td></tr></tbody></table><p>Konec</p>"
    )
    drafts.save(message, DraftFields(html=f"{before}{body}</body></html>"))
    page = composer(site, cast, f"/compose/{message.pk}/")
    sheet(page).locator("p").click()
    page.keyboard.press("End")
    page.keyboard.type(" pisma")
    html = saved(page).html
    assert html.startswith(before) and html.endswith("</body></html>")
    for kept in (MSO, 'bgcolor="#eeeeee"', "mso-line-height-rule:", f'src="cid:{image.content_id}"', "Konec pisma</p>"):
        assert kept in html
    assert "{{ contact.name }}" in html


@pytest.mark.parametrize("language", ["en", "sl"])
def test_what_was_never_saved_is_offered_again(site: Site, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.route("**/compose/save/", lambda route: route.abort())
    page.fill("#subject", "Brez povezave")
    write(page, "Dolgo besedilo")
    expect(page.locator("#notices .notice")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())  # the page asks before it is left
    page.goto(f"{site.url}/compose/")
    page.wait_for_selector("#composer[data-ready]")
    page.unroute("**/compose/save/")
    page.get_by_role("button", name=words("Bring it back")).click()
    message = saved(page)
    assert (message.subject, message.to_line) == ("Brez povezave", "maja@hrast.example")
    assert "Dolgo besedilo" in message.html
    site.complaints[:] = [text for text in site.complaints if "ERR_FAILED" not in text]


def test_a_connection_that_comes_back_is_used_at_once(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.context.set_offline(True)
    page.fill("#subject", "Na vlaku")
    expect(page.locator("#notices")).to_contain_text("no connection")
    page.context.set_offline(False)
    assert saved(page).subject == "Na vlaku"
    expect(page.locator("#notices")).to_be_empty()
    site.complaints[:] = [text for text in site.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_signed_out_while_writing_keeps_the_text(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.context.clear_cookies()
    page.fill("#subject", "Odjavljena")
    expect(page.locator("#notices")).to_contain_text("You are signed out")
    assert not Message.objects.exists()
    site.sign_in(page.context, cast.ana)
    other = page.context.new_page()
    other.goto(f"{site.url}/compose/")  # another tab, which brings a new token
    page.locator("#notices").get_by_role("button", name="Try again").click()
    assert saved(page).subject == "Odjavljena"
    site.complaints[:] = [text for text in site.complaints if "401" not in text and "403" not in text]


def test_a_paste_of_25_megabytes_is_refused_with_its_size(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    write(page, "Kratko")
    page.evaluate(
        """() => {
             const data = new DataTransfer();
             data.setData("text/html", "<p>" + "a".repeat(27 * 1024 * 1024) + "</p>");
             const body = tinymce.activeEditor.getBody();
             body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
           }"""
    )
    expect(page.locator("#notices")).to_contain_text("What you pasted has 27 MB")
    assert "Kratko" in saved(page).html


def test_two_thousand_recipients_are_kept_and_refused_clearly(site: Site, cast: Cast) -> None:
    page = composer(site, cast)
    line = ", ".join(f"p{number}@hrast.example" for number in range(2000))
    page.evaluate(
        """(line) => {
             const data = new DataTransfer();
             data.setData("text/plain", line);
             const input = document.getElementById("to-input");
             input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
           }""",
        line,
    )
    page.fill("#subject", "Vsem")
    saved(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#send-check")).to_contain_text("2000 recipients are too many for one e-mail")
    message = saved(page)
    assert (message.to_line, message.state) == (line, MessageState.DRAFT)


def test_an_address_that_is_still_being_typed_counts(site: Site, cast: Cast) -> None:
    page = composer(site, cast)
    page.fill("#subject", "Ponudba")
    write(page, "Pozdravljeni")
    page.locator("#to-input").press_sequentially("maja@hrast.example")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")
    assert Message.objects.get().to_line == "maja@hrast.example"


def test_the_focus_stays_where_one_works(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    page.locator("#follow-turn").focus()
    for state in ("off", "on"):
        page.keyboard.press("Enter")
        expect(page.locator("#follow")).to_have_attribute("data-state", state)
        expect(page.locator("#follow-turn")).to_be_focused()
        page.wait_for_timeout(100)  # a person is not quicker than the panel takes to settle
    page.set_input_files("#files", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}])
    toggle = page.locator("#attachments").get_by_role("switch")
    toggle.focus()
    page.keyboard.press("Space")
    expect(toggle).to_be_checked()
    expect(toggle).to_be_focused()


def test_nobody_is_shut_out(site: Site, cast: Cast) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    message = draft(cast.ana, to="jan@alpine.example, narobe@", html='<p><a href="https://hrast.example/">a</a></p>')
    attachments.attach(message, "Ponudba.pdf", "", [b"x"])
    for scheme in ("light", "dark"):
        page = composer(site, cast, f"/compose/{message.pk}/", color_scheme=scheme, reduced_motion="reduce")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#send-check")).to_contain_text("narobe@")
        assert faults(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("tab", name=re.compile("Links")).click()
        assert faults(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show settings").click()
        page.locator("#recipient-settings td").first.wait_for()
        assert faults(page) == []


def test_sending_asks_what_is_questionable_and_leads_to_the_message(site: Site, cast: Cast) -> None:
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    write(page, "Pozdravljeni")
    page.keyboard.press("Control+Enter")
    dialog = page.locator("#send-check")
    expect(dialog).to_contain_text("The subject is empty.")
    dialog.get_by_role("button", name="Write a subject").click()
    expect(page.locator("#subject")).to_be_focused()
    page.fill("#subject", "Ponudba")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")
    message = Message.objects.get()
    assert (message.state, message.follow_state, message.deliveries.count()) == (MessageState.SENDING, "on", 1)
    page.goto(f"{site.url}/compose/{message.pk}/")
    assert "/messages/" in page.url


def test_the_preview_says_what_happens_to_each_link(site: Site, cast: Cast) -> None:
    links = '<a href="https://hrast.example/">a</a> <a href="mailto:x@y.si">b</a>'
    message = draft(cast.ana, html=f"<p>{links}<script>document.title = 'run'</script></p>")
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.get_by_role("button", name="Preview").click()
    frame = page.frame_locator("#pane-html iframe")
    expect(frame.locator("a").first).to_have_attribute("href", "https://hrast.example/")
    page.get_by_role("tab", name=re.compile("Links")).click()
    expect(page.locator(".found li").nth(0)).to_contain_text("Followed")
    expect(page.locator(".found li").nth(1)).to_contain_text("This link starts an e-mail.")
    site.complaints[:] = [text for text in site.complaints if "sandboxed" not in text]  # the script that did not run


def test_what_is_discarded_comes_back_whole(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    attachments.attach(message, "a.pdf", "application/pdf", [b"x"])
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.fill("#subject", "Typed just now")
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url("**/activities/**")
    assert not Message.objects.exists()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_timeout(100)
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_have_count(0)
    back = Message.objects.get()
    assert back.subject == "Typed just now" and back.attachments.count() == 1


def test_what_cannot_be_saved_is_not_discarded_unasked(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.route("**/save/", lambda route: route.fulfill(status=409, json={"version": None}))
    page.fill("#subject", "Typed just now")
    page.get_by_role("button", name="Discard").click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    assert Message.objects.exists()


@pytest.mark.parametrize("language", ["en", "sl"])
def test_it_fits_a_phone_in_both_languages(site: Site, cast: Cast, language: str) -> None:
    cast.ana.language = language
    cast.ana.save()
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    page = composer(site, cast, "/compose/?to=jan@alpine.example", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#send")).to_have_text("Send" if language == "en" else "Pošlji")
    assert page.locator("#follow").bounding_box()["y"] > page.locator(".tox-tinymce").bounding_box()["y"]


def test_without_engagement_there_is_no_engagement_area(site: Site, cast: Cast) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    page = composer(site, cast, "/compose/?to=maja@hrast.example")
    assert page.locator("#follow").count() == 0
    page.set_input_files("#files", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}])
    expect(page.locator("#attachments th", has_text="Followed")).to_be_visible()
    expect(page.locator("#attachments [role=switch]")).to_have_count(0)
    assert saved(page).attachments.count() == 1

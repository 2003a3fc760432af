"""The preview as one recipient gets it: followed or not and why, at two widths, and nothing in it runs (C1, F1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.composing import composer, faults
from tests.browser.conftest import Site
from tests.compose.support import contact, draft
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HTML = (
    "<html><head><style>@media (max-width: 400px) { .wide { display: none } }</style></head>"
    '<body><p>Hello {{ contact.name }}</p><p class="wide">Only on wide screens</p>'
    "<script>parent.document.title = 'run'</script></body></html>"
)


def test_over_the_shoulder_of_each_recipient(site: Site, cast: Cast) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    message = draft(cast.ana, cc="bor@x.si", bcc="jan@alpine.example", html=HTML)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.get_by_role("button", name="Preview").click()
    dialog = page.locator("#preview-dialog")
    chooser = dialog.get_by_label("As it comes to")
    expect(chooser.locator("option")).to_have_text(
        ["Maja Novak <maja@hrast.example>", "bor@x.si · Cc", "Jan Kranjc <jan@alpine.example> · Bcc"]
    )
    reader = dialog.locator("#preview-reader")
    expect(reader).to_contain_text("Jan Kranjc does not allow it, so no copy is followed.")
    chooser.focus()
    chooser.select_option("jan@alpine.example")
    expect(reader).to_contain_text("This recipient does not allow it.")
    expect(reader).to_contain_text("nobody else sees this address")
    expect(chooser).to_be_focused()
    dialog.locator("summary").click()
    expect(dialog.locator(".preview-problems")).to_contain_text("“{{ contact.name }}” is still to be filled in")
    frame = dialog.frame_locator("iframe")
    expect(frame.get_by_text("Only on wide screens")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Phone").click()
    expect(frame.get_by_text("Only on wide screens")).to_be_hidden()
    expect(frame.get_by_text("Hello {{ contact.name }}")).to_be_visible()
    dialog.get_by_role("tab", name="Plain text").click()
    expect(dialog.locator("#pane-text")).to_contain_text("Only on wide screens")
    assert page.title() != "run"
    site.complaints[:] = [text for text in site.complaints if "sandboxed" not in text]  # the script that did not run

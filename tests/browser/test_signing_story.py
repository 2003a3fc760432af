"""A key for signing is made, its record published and found, and it is turned on (D5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from odziv.models import SigningKey, User
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.support.dns import DnsServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("sl", 390)])
def test_made_published_found_and_turned_on(site: Site, cast: Cast, dns: DnsServer, language: str, width: int) -> None:
    words, dns.records = Words(language), {}  # the web process asks the same one in all tests
    User.objects.update(language=language)
    page = site.open(cast.dora, "/settings/signing/", viewport={"width": width, "height": 900})
    expect(page.get_by_text(words("Not signed: no key"))).to_be_visible()
    page.get_by_role("link", name=f"{words('Add key')} lipa.example").click()
    expect(page.locator("#id_domain")).to_have_value("lipa.example")
    page.get_by_role("button", name=words("Store key")).click()
    expect(page.get_by_text(words("The key is stored. Publish its record, then turn it on."))).to_be_visible()
    key = SigningKey.objects.get()
    expect(page.get_by_label(words("Value"), exact=True)).to_have_value(key.record_text)
    page.get_by_role("button", name=f"{words('Copy')} {words('Value')}").click()
    state = page.locator("#record-state")
    page.get_by_role("button", name=words("Look it up now")).click()
    expect(state).to_contain_text(words("There is no TXT record at %(name)s.", name=key.record_name))
    page.get_by_role("button", name=words("Turn on"), exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(
        words("The key was not turned on: recipients could not verify its signatures.")
    )
    dns.records = {key.record_name: [key.record_text]}
    page.get_by_role("button", name=words("Look it up now")).click()
    expect(state).to_contain_text(words("The record is published, and belongs to this key."))
    page.get_by_role("button", name=words("Turn on"), exact=True).click()
    expect(page.get_by_role("button", name=words("Turn off"))).to_be_visible()
    key.refresh_from_db()
    assert key.on

"""Somebody comes, works and goes: invited, joined, at work, gone (O2)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from odziv.lib import clock
from odziv.models import Contact, User
from tests.browser.conftest import Site
from tests.support.browser import LOCALES, Words
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("language", ["en", "sl"])
def test_invited_joined_at_work_and_gone(site: Site, cast: Cast, language: str) -> None:
    words = Words(language)
    User.objects.update(language=language)
    dora = site.open(cast.dora, "/settings/users/")
    dora.get_by_role("link", name=words("Invite"), exact=True).click()
    dora.get_by_label(words("E-mail address")).fill("fani@lipa.example")
    dora.get_by_role("button", name=words("Make invitation")).click()
    link = dora.get_by_label(words("Address of the invitation")).input_value()

    fani = site.browser(locale=LOCALES[language]).new_page()
    fani.goto(f"{site.url}{urlsplit(link).path}")
    fani.get_by_label(words("Your name")).fill("Fani Hribar")
    fani.get_by_label(words("Password"), exact=True).fill("kratko")
    fani.get_by_role("button", name=words("Join"), exact=True).click()
    expect(fani.locator(".errorlist")).to_be_visible()
    fani.get_by_label(words("Password"), exact=True).fill("dovolj dolgo geslo")
    fani.get_by_role("button", name=words("Join"), exact=True).click()
    expect(fani).to_have_url(f"{site.url}/today/")
    person = User.objects.get(email="fani@lipa.example")
    Contact.objects.create(organisation=cast.lipa, owner=person, name="Maja Novak", updated_at=clock.now())

    dora.goto(f"{site.url}/settings/users/")
    dora.get_by_role("link", name="Fani Hribar").click()
    dora.get_by_role("link", name=words("They leave…")).click()
    dora.get_by_label(words("Records, open calls and tasks, shared templates")).select_option(label="Bor")
    dora.get_by_role("button", name=words("Sign %(name)s out", name="Fani Hribar")).click()
    expect(dora.get_by_role("button", name=words("Let back"))).to_be_visible()
    assert Contact.objects.get().owner == cast.bor
    fani.reload()
    expect(fani).to_have_url(f"{site.url}/account/login/?next=/today/")

"""The guide for administrators, followed chapter by chapter in the running product, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from odziv.lib import clock
from odziv.models import Grant, Invitation, Mailbox, Organisation
from odziv.organisations.switches import switch_engagement
from odziv.restored.holding import hold_all, let_go
from tests.browser.conftest import Site
from tests.browser.guides import Walk, cases, walk
from tests.compose.support import account
from tests.deliver.letters import waiting_message
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def first_steps(go: Walk) -> None:
    Organisation.objects.update(engagement=False, assistant=False)
    page = go.page
    go.go("/settings/")
    go.press("Turn on", within=page.locator("#engagement"))
    go.press("Turn both on")
    expect(page.locator("#engagement").get_by_role("button", name=go.words("Turn off"))).to_be_visible()
    go.enter("Users")
    go.press("Invite")
    page.get_by_label(go.words("E-mail address")).fill("fani@lipa.example")
    go.press("Make invitation")
    expect(page.get_by_label(go.words("Address of the invitation"))).to_be_visible()
    go.go(f"/settings/users/invitations/{Invitation.objects.get().pk}/")
    go.sees("Show a new address")
    go.sees("Revoke")
    go.go("/settings/mailboxes/")
    go.press("Add mailbox")
    go.enter("Gmail")
    expect(page.locator("#id_smtp_host")).to_have_value("smtp.gmail.com")
    go.sees("Add and test")
    go.go("/settings/")
    expect(page.locator("#health .spinner")).to_have_count(0)
    go.look()


def switches(go: Walk) -> None:
    for on in (False, True):
        switch_engagement(go.cast.dora, on, now=clock.now())
    page = go.page
    go.go("/settings/")
    page.locator("#main details summary").filter(has_text=go.words("When it was off")).first.click()
    go.look()
    go.press("Turn off", within=page.locator("#engagement"))
    page.get_by_role("dialog").get_by_role("button", name=go.words("Turn off")).click()
    expect(page.locator("#engagement").get_by_role("button", name=go.words("Turn on"))).to_be_visible()
    go.look()


def roles(go: Walk) -> None:
    page = go.page
    go.go(f"/settings/users/{go.cast.bor.pk}/")
    page.get_by_label(go.words("Manager"), exact=True).check()
    go.press("Save")
    go.go(f"/settings/users/{go.cast.bor.pk}/")
    go.press("They leave…")
    page.get_by_role("button", name=go.words("Sign %(name)s out", name="Bor")).click()
    go.press("Let back")
    expect(page.get_by_role("link", name=go.words("They leave…"))).to_be_visible()


def sign_in(go: Walk) -> None:
    page = go.page
    go.go("/settings/")
    go.enter("Sign-in with Google and Microsoft")
    go.sees("Address to enter at the provider")
    page.get_by_label(go.words("Client ID")).first.fill("odziv.example")
    page.get_by_label(go.words("Client secret")).first.fill("skrivnost")
    go.press("Save")
    mailbox = Mailbox.objects.create(
        organisation=go.cast.lipa, user=go.cast.dora, name="Dora", address="dora@gmail.example", sign_in="google"
    )
    go.go(f"/settings/mailboxes/{mailbox.pk}/")
    go.sees("Connect")
    now = clock.now()
    Grant.objects.create(
        organisation=go.cast.lipa,
        mailbox=mailbox,
        provider="google",
        account=mailbox.address,
        expires_at=now,
        lost_at=now,
    )
    go.go(f"/settings/mailboxes/{mailbox.pk}/")
    go.sees("Connect again")


def signatures(go: Walk) -> None:
    go.go("/settings/")
    expect(go.page.locator("#health .spinner")).to_have_count(0)
    go.look()
    go.enter("Signatures (DKIM)")
    go.press("Add key")
    expect(go.page.locator("#main form")).to_be_visible()


def handed_in(go: Walk) -> None:
    page = go.page
    go.go("/settings/")
    go.enter("Handed-in mail")
    expect(page.get_by_label(go.words("Address of the webhook"))).to_be_visible()
    go.press("Make a secret")
    expect(page.get_by_label(go.words("New secret"))).to_be_visible()
    go.press("Make a new secret")
    page.get_by_role("dialog").get_by_role("button", name=go.words("Make a new secret")).click()
    go.sees("Former secret")
    go.press("Close the webhook")
    page.get_by_role("dialog").get_by_role("button", name=go.words("Close", "verb"), exact=True).click()
    expect(go.button("Make a secret")).to_be_visible()


def whom_to_follow(go: Walk) -> None:
    go.go(account(go.cast.dora, "Hrast d.o.o.").get_absolute_url())
    go.press("Details")
    go.press("Do not allow")
    go.press("Allow")
    go.go("/settings/")
    go.sees("Line about following")


def restored(go: Walk) -> None:
    ana = go.cast.ana
    waiting_message(ana.mailboxes.get(), ana, to=["a@x.example", "b@x.example"])
    hold_all(clock.now())
    go.go("/settings/")
    go.enter("Outgoing mail")
    go.sees("Outgoing mail is held.")
    go.press("Look through it")
    go.sees("May have left already")
    go.button("Leave it to each sender")
    go.press("Take it for sent")
    go.page.get_by_role("dialog").get_by_role("button", name=go.words("Take it for sent")).click()
    go.sees("Mail is being let go")
    while let_go():
        pass
    go.sees("It leaves as it should.")


def forgotten(go: Walk) -> None:
    go.go("/settings/users/")
    go.enter("Bor")
    go.press("Make address")
    expect(go.page.get_by_label(go.words("Address to set the password"))).to_be_visible()


CHAPTERS = (first_steps, switches, roles, sign_in, signatures, handed_in, whom_to_follow, restored, forgotten)


@pytest.mark.parametrize(("number", "language"), list(cases("administrator", CHAPTERS)))
def test_a_chapter_says_what_is_there(site: Site, cast: Cast, number: int, language: str) -> None:
    walk(site, cast, "administrator", CHAPTERS, number, language, cast.dora)

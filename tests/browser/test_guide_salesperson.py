"""The guide for salespeople, followed chapter by chapter in the running product, in both languages."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from odziv.assist.run import assist
from odziv.compose import drafts, schedule, send
from odziv.compose.chosen import at_instant
from odziv.compose.drafts import DraftFields
from odziv.lib import clock
from odziv.models import (
    Card,
    CardKind,
    CardState,
    Contact,
    Delivery,
    Happening,
    Lead,
    Message,
    Opportunity,
    Record,
    Reminder,
    Template,
    UndoSeconds,
    User,
)
from odziv.records.importing.run import work_on_imports
from tests.browser.composing import sheet
from tests.browser.conftest import Site
from tests.browser.guides import Walk, cases, walk
from tests.browser.test_time_and_cards import night_somewhere
from tests.compose.support import contact, draft
from tests.support.cast import Cast
from tests.support.journal import SCANNER, delivery_of, followed_message, hit, spool, take_in
from tests.support.templates import add_version, template
from tests.web.test_records_lists import add

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAJA = "maja@hrast.example"


def maja(cast: Cast) -> Record:
    return add(cast.ana, Contact(name="Maja Novak", time_zone=night_somewhere()), MAJA, phone="+386 1 2")


def sent(cast: Cast, regarding: Record, subject: str = "Ponudba") -> Message:
    """A followed e-mail to Maja, opened by her and by a program."""
    message = followed_message(cast.ana, subject=subject, to=(MAJA, "jan@kos.example"), sent_at=clock.now())
    message.parties.filter(address=MAJA).update(record=regarding)
    message.activity.regarding = regarding
    message.activity.save()
    copy = delivery_of(message)
    with ThreadPoolExecutor(1) as beside:  # Playwright has a loop of its own in this thread
        beside.submit(spool, [hit(copy), hit(copy, agent=SCANNER)]).result()
    take_in()
    return message


def the_day(go: Walk) -> None:
    message, now = sent(go.cast, maja(go.cast)), clock.now()
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=now)
    Happening.objects.note(go.cast.lipa.pk, message.pk, CardKind.OPENED)
    Reminder.objects.create(
        organisation=go.cast.lipa, message=message, user=go.cast.ana, title="Ponudba",
        at=now, look_at=now + timedelta(days=1), zone="UTC", wall="2026-05-04T12:00",
    )  # fmt: skip
    assist()
    card = go.page.locator(".card")
    go.go("/today/")
    go.press("Open", "verb", within=card)
    go.page.wait_for_url("**/messages/**")
    go.go("/today/")
    card.get_by_text(go.words("Snooze")).first.click()
    gone(card, card.get_by_role("button", name=go.words("For an hour")))
    go.sees("Undo")
    as_it_was(go)
    gone(card, card.get_by_text(go.words("Dismiss"), exact=True))
    as_it_was(go)
    go.go("/contacts/")
    go.page.locator("#bell").click()
    in_the_sheet = go.page.locator("#assistant-sheet .card")
    expect(in_the_sheet).to_be_visible()
    go.sees("Turn on notifications")
    in_the_sheet.get_by_role("button", name=go.words("Create phone call")).click()
    go.page.wait_for_url("**/activities/**")
    expect(go.page.get_by_label(go.words("Phone number"))).to_have_value("+386 1 2")
    go.go("/settings/profile/assistant/")
    go.sees("Turn on notifications")
    go.press("See what it would say now")
    go.sees("As it would be sent now.")


def gone(card: Locator, button: Locator) -> None:
    """Press it until the card is gone: the list may be made anew just under the hand."""
    for _ in range(5):
        if card.count():
            button.click()
        with suppress(AssertionError):
            expect(card).to_have_count(0, timeout=10_000)
            return
    expect(card).to_have_count(0)


def as_it_was(go: Walk) -> None:
    Card.objects.update(state=CardState.OPEN, snoozed_until=None)
    go.go("/today/")


def a_record(go: Walk) -> None:
    who = maja(go.cast)
    sent(go.cast, who)
    go.go(who.get_absolute_url())
    go.page.get_by_role("button", name=go.words("Content of %(title)s", title="Ponudba")).click()
    expect(go.page.get_by_text("Pozdravljeni")).to_be_visible()
    go.press("Activities", within=go.page.locator(".tabs"))
    go.press("Details")
    go.press("Do not allow")
    expect(go.page.locator("ul.history")).to_contain_text("Ana")
    lead = add(go.cast.ana, Lead(name="Jan Kos", company="Kos", status="open"))
    go.go(lead.get_absolute_url())
    go.press("Qualify")
    go.page.get_by_label(go.words("Create an opportunity")).check()
    go.page.keyboard.press("Control+Enter")
    expect(go.page.locator("#toasts")).to_contain_text("Jan Kos")
    deal = add(go.cast.ana, Opportunity(name="Prenova", status="open"))
    go.go(deal.get_absolute_url())
    go.press("Close as won")
    go.page.get_by_role("dialog").get_by_role("button", name=go.words("Close as won")).click()
    go.press("Open again")
    expect(go.button("Close as lost")).to_be_visible()


def writing(go: Walk) -> None:
    who = maja(go.cast)
    contact(go.cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    surely_good(go.cast.ana)
    go.go(who.get_absolute_url())
    go.press("Write an e-mail")
    page = go.page
    page.wait_for_selector("#composer[data-ready]")
    page.fill("#subject", "Ponudba")
    following_and_time(go)
    files_and_template(go)
    go.press("Preview")
    go.sees("Links and images")
    page.keyboard.press("Escape")
    two_windows(go)
    page.fill("#subject", "")
    page.keyboard.press("Control+Enter")
    go.sees("Send anyway")
    go.sees("Back to the e-mail")
    go.press("Send anyway")
    page.wait_for_url("**/messages/**")
    go.press("Undo send")
    page.wait_for_selector("#composer[data-ready]")
    assert Message.objects.drafts().exists()


def following_and_time(go: Walk) -> None:
    page, follow = go.page, go.page.locator("#follow")
    expect(follow).to_have_attribute("data-state", "on")
    go.press("Don't follow", within=follow)
    expect(follow).to_have_attribute("data-state", "off")
    go.press("Follow", within=follow)
    expect(follow).to_have_attribute("data-state", "on")
    page.locator("#to-input").press_sequentially("jan@alpine.example,")
    expect(follow).to_have_attribute("data-state", "blocked")
    go.press("Show settings", within=follow)
    expect(page.locator("#recipient-settings").get_by_role("link", name="Jan Kranjc")).to_be_visible()
    page.keyboard.press("Escape")
    Record.objects.filter(name="Jan Kranjc").update(follow_email="allow")
    go.press("Retry following", within=follow)
    expect(follow).to_have_attribute("data-state", "on")
    page.locator(".chip", has_text="Jan Kranjc").get_by_role("button").click()
    go.sees("Take the suggestion")  # it is for exactly one recipient
    go.press("Take the suggestion")
    expect(page.locator("#delivery.set-green")).to_be_visible()
    go.press("Remove delay")
    go.press("Send later")
    expect(page.locator("#delay-wall")).to_be_visible()
    page.keyboard.press("Escape")
    go.press("Set reminder")
    expect(page.locator("#reminder-wall")).to_be_visible()
    go.look()
    page.keyboard.press("Escape")


def files_and_template(go: Walk) -> None:
    page = go.page
    with page.expect_file_chooser() as chooser:
        go.press("Attach")
    chooser.value.set_files({"name": "Cenik.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    page.locator("#attachments tbody label.switch").click()
    expect(page.locator("#attachments [role=switch]")).to_be_checked()
    go.press("Manage attachments")
    expect(page.get_by_role("dialog", name=go.words("Manage attachments"))).to_be_visible()
    page.keyboard.press("Escape")
    go.press("Insert template")
    go.sees("Recommended")
    page.keyboard.press("Enter")
    expect(sheet(page).locator("body")).to_contain_text("Pozdrav")


def surely_good(owner: User) -> None:
    """A template that is recommended, by what was sent from it."""
    row = template(owner, language="sl", html="<p>Pozdrav</p>")
    Template.objects.filter(pk=row.pk).update(recommended=True, sent=20, measurable=20, opened=18)


def two_windows(go: Walk) -> None:
    page = go.page
    page.wait_for_url("**/compose/*-*/")
    state = page.locator("#saved-state")
    expect(state).to_have_text(re.compile(r"\d"))
    drafts.save(Message.objects.drafts().get(), DraftFields(subject="Druga naprava", html="<p>Pozdrav</p>"))
    page.fill("#subject", "To okno")
    go.sees("Take the other one")
    page.keyboard.press("Escape")
    go.press("Compare both")
    go.press("Keep what is here")
    expect(page.locator("#notices .notice")).to_have_count(0)


def waiting(go: Walk) -> None:
    maja(go.cast)
    now = clock.now()
    message = draft(go.cast.ana, to=MAJA)
    send.submit(schedule.delay(message, at_instant(now + timedelta(days=2), go.cast.ana.zone), now), go.cast.ana, now)
    go.go("/activities/")
    go.page.locator("#view-button").click()
    go.look()
    go.page.locator("#views").get_by_text(go.words("Scheduled"), exact=True).click()
    go.page.locator("#rows a").first.click()
    go.page.wait_for_url("**/messages/**")
    go.press("Change schedule")
    expect(go.page.locator("#delay-wall")).to_be_visible()
    go.page.keyboard.press("Escape")
    go.press("Edit again")
    go.page.wait_for_url("**/compose/**")


def what_happened(go: Walk) -> None:
    message = sent(go.cast, maja(go.cast))
    go.go(message.get_absolute_url())
    go.page.get_by_text(go.words("why?")).first.click()
    go.look()
    go.press("Reply")
    go.page.wait_for_url("**/compose/**")
    go.sees("Following")
    go.go(message.get_absolute_url())
    go.sees("Conversation")
    go.press("Activities")
    go.page.locator("#view-button").click()
    go.look()
    go.page.keyboard.press("Escape")
    go.press("Filter")
    go.press("Settings")


def templates(go: Walk) -> None:
    maja(go.cast)
    surely_good(go.cast.ana)
    go.go("/templates/")
    go.press("New template")
    page = go.page
    page.wait_for_selector("#template-form[data-ready]")
    page.locator("#subject").fill("Ponudba {{ recipient.nam }}")
    expect(page.locator("#preview-here")).to_contain_text("recipient.nam")
    page.locator("#subject").fill("Ponudba ")
    go.press("Insert a value")
    dialog = page.locator("#values-dialog")
    dialog.locator("#value-name").select_option("recipient.first_name")
    dialog.locator("#value-fallback").fill("vi")
    dialog.get_by_role("button", name=go.words("Insert"), exact=True).click()
    row = Template.objects.get()
    add_version(row, subject="Nova ponudba", html="<p>Pozdrav</p>")
    go.go(f"/templates/{row.pk}/")
    go.go(f"/templates/versions/{row.versions.order_by('number')[0].pk}/")
    go.press("Restore this version")
    page.wait_for_url("**/templates/*-*/")
    go.press("More", within=page.locator("#main"))
    go.sees("Archive")


def many_people(go: Walk) -> None:
    page = go.page
    go.go("/contacts/")
    go.press("Import from a file")
    page.set_input_files("input[type=file]", {
        "name": "stiki.csv", "mimeType": "text/csv",
        "buffer": "Ime;E-pošta\nMaja Novak;maja@hrib.example\nJan Kos;jan na hrib\n".encode(),
    })  # fmt: skip
    go.press("Read the file")
    go.sees("What the columns are")
    go.press("Check the whole file")
    expect(page.locator("#progress")).to_be_visible()
    work_on_imports()
    go.sees("Import the good ones")
    go.press("Import the good ones")
    expect(page.locator("#progress")).to_be_visible()
    work_on_imports()
    go.sees("Undo the import")
    go.go("/contacts/")
    page.locator("#list-more-button").click()
    go.look()
    all_good(go)


def all_good(go: Walk) -> None:
    """Without rejected rows the button has the shorter name."""
    go.go("/imports/new/?kind=contact")
    go.page.set_input_files(
        "input[type=file]", {"name": "en.csv", "mimeType": "text/csv", "buffer": b"Name\nZoran Mlakar\n"}
    )
    go.press("Read the file")
    go.press("Check the whole file")
    expect(go.page.locator("#progress")).to_be_visible()
    work_on_imports()
    go.sees("Import", "button")


def own_settings(go: Walk) -> None:
    go.go("/settings/")
    go.go("/settings/profile/")
    go.enter("My assistant")
    go.go("/settings/mailboxes/")
    go.page.locator("a.section").first.click()
    go.sees("Signature")
    go.go("/settings/tokens/")


CHAPTERS = (the_day, a_record, writing, waiting, what_happened, templates, many_people, own_settings)


@pytest.mark.parametrize(("number", "language"), list(cases("salesperson", CHAPTERS)))
def test_a_chapter_says_what_is_there(site: Site, cast: Cast, number: int, language: str) -> None:
    User.objects.update(undo_seconds=UndoSeconds.THIRTY)
    walk(site, cast, "salesperson", CHAPTERS, number, language, cast.ana)

"""A salesperson's day with one e-mail, from the evening on which it is written to the reminder of it (D1, D2, M, A)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from odziv.advise.holidays import holidays_of
from tests.flows.desk import Desk
from tests.support.served import Served

HERE = ZoneInfo("Europe/Ljubljana")
SUBJECT, PATIENCE = "Ponudba čez noč", 90_000.0  # ms
_SOMEBODY = """
from odziv.models import *
people = Record.objects.filter(kind="contact", follow_email="allow", addresses__country="SI", phones__isnull=False)
one = people.exclude(account__follow_email="deny").order_by("name").first()
User.objects.update(undo_seconds=0, time_zone="Europe/Ljubljana")
answer = {"page": one.get_absolute_url(), "address": one.main_email}
"""
_CALL = """
from odziv.models import *
call = Activity.objects.filter(kind="call").order_by("-pk").first()
answer = {"due": str(call.due_at.date()), "number": bool(call.phone_number), "about": call.regarding.get_absolute_url()}
"""


class Clock:
    """The clock of the whole product, which a test sets (libfaketime). The product is started again for it."""

    def __init__(self, folder: Path, served: Served) -> None:
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self._file = folder / "clock"
        self._file.write_text("+0")
        served.end()
        served.environ |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; read anew at every look, the file would slow everything down
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",  # or every file that was ever written moves along with the clock
        }
        served.start()

    def set(self, at: datetime) -> None:
        """From now on it is this time there."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{int((at - datetime.now(HERE)).total_seconds()):+d}")
        fresh.replace(self._file)


def evening() -> date:
    """The next day that is followed by a working day."""
    holiday = holidays_of("SI")
    days = (datetime.now(HERE).date() + timedelta(days=ahead) for ahead in range(1, 15))
    return next(day for day in days if day.weekday() < 4 and not holiday(day) and not holiday(day + timedelta(days=1)))


def live_a_day(desk: Desk, served: Served, clock: Clock) -> None:
    """Write at night, take the suggestion, see it leave, get the card, call, be reminded, snooze."""
    day = evening()
    morning = datetime.combine(day + timedelta(days=1), time(8), HERE)
    clock.set(datetime.combine(day, time(22, 30), HERE))
    somebody = served.ask(_SOMEBODY)
    _written(desk, somebody["page"], morning)
    _leaves(desk, clock, morning)
    assistant = desk.beside()
    assistant.page.goto("/assistant/")
    _opened(desk, somebody["address"])
    _call(assistant, served, somebody["page"], morning.date())
    _reminded(assistant, clock, morning)


def _written(desk: Desk, record: str, morning: datetime) -> None:
    page = desk.page
    composer = desk.begin_message(record)
    composer.field("Subject").fill(SUBJECT)
    composer.text.locator("body").fill("Dober večer, pošiljam ponudbo.")
    desk.button("Take the suggestion").click()
    expect(page.locator("#delivery.set-green")).to_contain_text("08:00")
    page.locator("#reminder").get_by_role("button", name=desk.words("Set reminder"), exact=True).click()
    page.get_by_label(desk.words("remind me anyway at")).check()
    page.locator("#reminder-wall").fill((morning + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("#timing-dialog").get_by_role("button", name=desk.words("Save")).click()
    expect(page.locator("#reminder.set-blue")).to_be_visible()
    composer.send()


def _leaves(desk: Desk, clock: Clock, morning: datetime) -> None:
    """The page that stands open shows it, without being loaded again."""
    accepted = desk.page.get_by_text(desk.words("Accepted by the mail server"))
    expect(desk.page.locator("#delivery.set-green")).to_be_visible()
    expect(accepted).to_have_count(0)
    clock.set(morning + timedelta(seconds=1))
    expect(accepted).to_be_visible(timeout=PATIENCE)
    # Scanners are done with it by then, and who opens it is a person.
    clock.set(morning + timedelta(minutes=20))


def _opened(desk: Desk, address: str) -> None:
    recipient = desk.beside()
    recipient.read_copy_for(address)
    recipient.link("Load images").click()


def _card(assistant: Desk, title: str) -> Locator:
    about = assistant.page.get_by_role("article").filter(has_text=SUBJECT)
    return about.filter(has=assistant.page.get_by_role("heading", name=title))


def _call(assistant: Desk, served: Served, record: str, today: date) -> None:
    card = _card(assistant, assistant.words("E-mail opened"))
    expect(card).to_be_visible(timeout=PATIENCE)
    card.get_by_role("button", name=assistant.words("Create phone call")).click()
    assistant.page.wait_for_url("**/activities/*/")
    assert served.ask(_CALL) == {"due": str(today), "number": True, "about": record}
    assistant.page.goto("/assistant/")


def _reminded(assistant: Desk, clock: Clock, morning: datetime) -> None:
    card = _card(assistant, SUBJECT)  # its title holds the subject
    expect(card).to_have_count(0)
    clock.set(morning + timedelta(hours=2, seconds=1))
    expect(card).to_be_visible(timeout=PATIENCE)
    card.locator("summary").click()
    card.get_by_role("button", name=assistant.words("For an hour")).click()
    expect(card).to_have_count(0)
    clock.set(morning + timedelta(hours=3, minutes=5))
    expect(card).to_be_visible(timeout=PATIENCE)

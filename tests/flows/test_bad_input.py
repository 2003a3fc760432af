"""Bad input from end to end: each has a clear message, and no draft is lost.

What is pasted too large, 2,000 recipients and hostile file names: tests/browser/test_composer.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.flows.desk import Composer, Desk
from tests.support.browser import Visitor
from tests.support.served import Serve, Served
from tests.support.smtp import CLOSE, HANG, SmtpServer, refusing_port

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

BROKEN = (
    "<table><tr><td><p>Pozdrav <b>krepko <i>oboje</b> poševno"
    '<a href="https://hrast.example/{{ stranka.id }}?a=1&b=2">Naprej<!--[if mso]><a href="https://x.example/">'
)
STATES = "from odziv.models import Message\nanswer = list(Message.objects.values_list('state', 'to_line', 'html'))"


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve(ODZIV_SMTP_TIMEOUT="2")


@pytest.fixture
def desk(chromium: Browser, served: Served) -> Iterator[Desk]:
    visitor = Visitor(chromium, served.url, "en")
    found = Desk.of(visitor)
    found.found_organisation()
    yield found
    visitor.close()
    assert not visitor.complaints


def new_message(desk: Desk, to: str = "maja@hrast.example") -> Composer:
    desk.page.goto(f"/compose/?to={to}")
    desk.page.locator("#composer[data-ready]").wait_for()
    return Composer(desk.visitor, desk.page)


def paste(composer: Composer, text: str) -> None:
    """Into the line of recipients, as from the clipboard."""
    composer.page.locator("#to-input").evaluate(
        """(input, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_line_break_in_an_address_makes_no_header(served: Served, desk: Desk) -> None:
    composer = new_message(desk, to="")
    composer.field("Subject").fill("Ponudba")
    composer.text.locator("body").click()
    composer.page.keyboard.type("Pozdravljeni")
    paste(composer, "maja@hrast.example\r\nBcc: eva@smreka.example")
    composer.button("Send").click()
    expect(composer.page.locator("#send-check")).to_contain_text("Bcc: eva@smreka.example")
    expect(composer.page.locator("#send-check")).to_contain_text("address")
    [(state, line, _html)] = served.ask(STATES)
    assert state == "draft" and "maja@hrast.example" in line and "\n" not in line
    composer.page.reload()
    expect(composer.page.locator(".chip.wrong")).to_have_count(1)
    composer.page.locator(".chip.wrong button").click()
    composer.send()
    desk.read_copy_for("maja@hrast.example")
    head = desk.source_of_copy().partition(b"\r\n\r\n")[0]
    assert b"smreka" not in head and b"\nBcc" not in head


def test_broken_html_with_a_placeholder_is_asked_about_kept_and_sent(served: Served, desk: Desk) -> None:
    composer = new_message(desk)
    composer.field("Subject").fill("Ponudba")
    composer.page.locator("[data-mce-name=code]").click()
    composer.page.locator(".tox-dialog textarea").fill(BROKEN)
    composer.page.locator(".tox-dialog__footer button").last.click()
    composer.button("Send").click()
    question = composer.page.locator("#send-check")
    expect(question).to_contain_text("{{ stranka.id }}")
    question.get_by_role("button", name="Back to the e-mail").click()
    [(state, _line, html)] = served.ask(STATES)
    assert state == "draft" and "{{ stranka.id }}" in html and "oboje" in html
    composer.button("Send").click()
    composer.button("Send anyway").click()
    composer.page.wait_for_url("**/messages/*/")
    mail = desk.beside().read_copy_for("maja@hrast.example")
    expect(mail.get_by_text("oboje")).to_be_visible()
    # Nobody knows where it should lead, so it stays as it was written.
    expect(mail.get_by_role("link", name="Naprej").first).to_have_attribute(
        "href", "https://hrast.example/{{ stranka.id }}?a=1&b=2"
    )


def test_mail_servers_that_hang_refuse_or_hang_up_are_named(served: Served, desk: Desk) -> None:
    """In the settings at once, on the message when it could not leave; the message stays and is tried again."""
    with (
        SmtpServer(does={"ehlo": HANG}) as hanging,
        SmtpServer(does={"mail": CLOSE, "content": CLOSE}) as closing,
        SmtpServer(recipients={"maja@hrast.example": "550 5.1.1 No such person here"}) as refusing,
        refusing_port() as nobody,
    ):
        for port, at_once, sentence in (
            (hanging.port, "did not answer on port", "did not answer in time"),
            (closing.port, "ended the connection", "ended the connection"),
            (nobody, "takes no connections on port", "could not be reached"),
            (refusing.port, "", "No such person here"),
        ):
            add_mailbox(desk, port, at_once)
            composer = new_message(desk)
            composer.page.get_by_label("From").select_option(label=f"{port} <ana@lipa.example>")
            composer.write(f"Through {port}", "Pozdravljeni ", "krepko")
            composer.send()
            expect(composer.page.locator("#copies")).to_contain_text(sentence)
    states = [state for state, _, html in served.ask(STATES) if "krepko" in html]
    assert sorted(states) == ["failed", "sending", "sending", "sending"]


def add_mailbox(desk: Desk, port: int, trouble: str) -> None:
    """In Settings, which tries the server at once and says what is wrong with it."""
    desk.page.goto("/settings/mailboxes/new/?preset=other")
    for name, value in (("name", str(port)), ("smtp_host", "127.0.0.1"), ("smtp_port", str(port))):
        desk.page.locator(f"main [name={name}]").fill(value)
    desk.page.locator("[name=smtp_security][value=none]").check()
    desk.button("Add and test").click()
    expect(desk.page.locator("#trial")).to_contain_text(trouble or "It works: e-mail can be sent.", timeout=60_000)

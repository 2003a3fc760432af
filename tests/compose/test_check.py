"""What is said before sending, and what only asks (C1, Bad input)."""

from typing import Any

import pytest

from odziv.compose import attachments, check
from odziv.compose.limits import MAX_RECIPIENTS
from odziv.models import Message
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast


def codes(message: Message, blocking: Any = None) -> Any:
    found = check.before_sending(message)
    return [problem.code for problem in found if blocking is None or problem.blocking == blocking]


def test_nothing_to_say(cast: Cast) -> None:
    assert codes(draft(cast.ana)) == []


@pytest.mark.parametrize("to", ["", "  ", "undisclosed-recipients:;"])
def test_nobody_would_get_it(cast: Cast, to: str) -> None:
    assert codes(draft(cast.ana, to=to)) == ["no-recipient"]


def test_wrong_addresses_stand_at_their_field_and_do_not_flood(cast: Cast) -> None:
    found = check.before_sending(draft(cast.ana, cc=", ".join(f"wrong{n}" for n in range(200))))
    assert {problem.field for problem in found} == {"cc"}
    assert len(found) == 4
    assert "197 more are not addresses" in found[3].text


def test_the_limit_of_recipients_is_said_with_the_figures(cast: Cast) -> None:
    people = ", ".join(f"p{n}@x.si" for n in range(MAX_RECIPIENTS))
    assert codes(draft(cast.ana, to=people)) == []
    (problem,) = check.before_sending(draft(cast.ana, to=people, bcc="one@more.si"))
    assert (problem.code, problem.blocking) == ("too-many-recipients", True)
    assert "501" in problem.text and "500" in problem.text


def test_without_a_mailbox(cast: Cast) -> None:
    assert codes(draft(cast.ana, mailbox=None)) == ["no-mailbox"]


def test_nothing_that_is_alright_is_asked_about(cast: Cast) -> None:
    links = '<a href="https://x.si/">x</a> or <a href="tel:+38640">call</a>'
    html = f'<p>Dear {{name}}, see {links}.</p><img src="https://x.si/a.png" alt="Chart">'
    assert codes(draft(cast.ana, html=html)) == []


def test_questions_do_not_block(cast: Cast) -> None:
    assert codes(draft(cast.ana, subject=" ", html=""), blocking=False) == ["no-subject", "no-body"]


def test_a_placeholder_in_a_link_is_reported_once(cast: Cast) -> None:
    found = check.before_sending(draft(cast.ana, html='<a href="https://x.si/?n={{ contact.name }}">a</a>'))
    assert [problem.code for problem in found] == ["placeholder"]
    assert "{{ contact.name }}" in found[0].text


def test_an_image_that_is_not_there(cast: Cast) -> None:
    html = '<p>Here is the view from the terrace:</p><img src="cid:gone@x" alt="The view">'
    assert codes(draft(cast.ana, html=html)) == ["image-missing"]


def test_who_blocks_following_is_named(cast: Cast) -> None:
    contact(cast.ana, "Maja Novak", "maja@hrast.example", allow=False)
    (problem,) = check.before_sending(draft(cast.ana))
    assert (problem.code, problem.blocking) == ("blocked", False)
    assert "Maja Novak" in problem.text


def test_a_file_that_the_store_has_lost(cast: Cast) -> None:
    message = draft(cast.ana)
    row = attachments.attach(message, "a.png", "image/png", [PNG, message.pk.bytes])
    attachments.file_store().delete(row.file.key)
    assert codes(message) == ["file-missing"]

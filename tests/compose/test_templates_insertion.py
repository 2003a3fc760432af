"""A template comes into a draft: filled for its recipient, with its files, remembered for its rates (T2)."""

from __future__ import annotations

from typing import Any

import pytest

from odziv.compose import attachments, drafts, send
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.compose.templates import insertion, kinship
from odziv.lib import clock
from odziv.models import Message, Template, TemplateAttachment
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast
from tests.support.templates import template

HTML = (
    "<p>Dear {{ recipient.first_name }}, thank you for your visit. Call {{ recipient.phone }}.</p><img src='cid:a@b'>"
)


@pytest.fixture
def row(cast: Cast) -> Template:
    found = template(cast.ana, html=HTML, subject="For {{ account.name | default: 'you' }}", language="en")
    assert found.current is not None
    for ordinal, (name, content, inline) in enumerate((("cenik.pdf", b"cenik", False), ("a.png", PNG, True))):
        TemplateAttachment.objects.create(
            organisation=cast.lipa, version=found.current, ordinal=ordinal, name=name, inline=inline,
            followed=not inline, content_id="a@b" if inline else "",
            file=attachments.stored(cast.lipa.pk, name, [content]),
        )  # fmt: skip
    return found


def insert(message: Message, row: Template) -> insertion.Inserted:
    return insertion.insert(message, row, lambda id: f"/attachments/{id}/")


@pytest.mark.django_db
def test_it_is_filled_for_the_recipient_and_says_what_is_missing(cast: Cast, row: Template) -> None:
    contact(cast.ana, "Maja <b>Novak", "maja@hrast.example")
    found = insert(draft(cast.ana, to="maja@hrast.example"), row)
    assert found.subject == "For you"
    assert found.html.startswith("<p>Dear Maja, thank you for your visit. Call {{ recipient.phone }}.</p>")
    assert (found.missing, found.filled_for) == (("recipient.phone",), "Maja <b>Novak")


@pytest.mark.django_db
def test_its_files_come_along_followed_as_they_are_there(cast: Cast, row: Template) -> None:
    message = draft(cast.ana)
    found = insert(message, row)
    file, image = message.attachments.order_by("inline")
    assert (file.name, file.followed, image.inline) == ("cenik.pdf", True, True)
    assert found.html.endswith(f"<img src='/attachments/{image.pk}/'>") and image.content_id != "a@b"
    assert set(found.attachments) == {file.pk, image.pk}


@pytest.mark.django_db
def test_files_of_an_unfollowed_message_stay_files(cast: Cast, row: Template) -> None:
    message = draft(cast.ana, wants_following=False)
    insert(message, row)
    assert not message.attachments.filter(followed=True).exists()


@pytest.mark.django_db
def test_it_can_be_undone(cast: Cast, row: Template) -> None:
    message, other = draft(cast.ana), template(cast.ana, "Prejšnja")
    insert(message, other)
    found = insert(message, row)
    assert Message.objects.get(pk=message.pk).template_version == row.current
    insertion.undo(message, found.attachments, found.before)
    assert Message.objects.get(pk=message.pk).template_version == other.current
    assert not message.attachments.exists()


@pytest.mark.django_db
def test_a_message_that_has_room_for_no_more_files_takes_none_of_them(
    cast: Cast, row: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_ATTACHMENTS", 1)
    message = draft(cast.ana)
    with pytest.raises(DraftRefused, match="1 files"):
        insert(message, row)
    assert not message.attachments.exists() and Message.objects.get(pk=message.pk).template_version is None


@pytest.mark.django_db
def test_a_sent_message_takes_no_template(cast: Cast, row: Template) -> None:
    message = draft(cast.ana)
    send.submit(message, cast.ana, clock.now())
    with pytest.raises(StaleDraft):
        insert(message, row)


def sent(cast: Cast, row: Template, html: str) -> Any:
    message = draft(cast.ana)
    insert(message, row)
    drafts.save(message, DraftFields(html=html))
    return send.submit(message, cast.ana, clock.now()).template_version


@pytest.mark.django_db
def test_a_message_that_was_edited_still_counts_for_its_template(cast: Cast, row: Template) -> None:
    assert sent(cast, row, "<p>Živjo Maja! <b>Thank you for</b> your visit, Maja, it was nice.</p>") == row.current


@pytest.mark.django_db
def test_a_message_that_says_something_else_does_not(cast: Cast, row: Template) -> None:
    assert sent(cast, row, "<p>Dear Maja, please find attached what you asked for.</p>") is None


@pytest.mark.parametrize(
    ("template_html", "text", "still"),
    [
        ("<p>One two three four five six</p>", "and two\nthree four\nfive six", True),
        ("<p>One two three four five six</p>", "one two three four", False),
        ("<p>Dear {{ recipient.name }}, hello</p>", "Dear Maja, well hello", True),
        ("<p>Thanks a lot</p>", "THANKS a lot, Maja", True),
        ("<p>Thanks a lot</p>", "a lot of thanks", False),
        ("<img src='cid:a'>{{ recipient.name }}", "anything", True),
        ("<style>p{color:red}</style><p>hvala</p>", "p color red", False),
    ],
)
def test_kinship(template_html: str, text: str, still: bool) -> None:
    assert kinship.still_made_from(template_html, text) is still

"""What the text gives to ask about before sending: attachments, placeholders, links, images, size (C1, I2)."""

from __future__ import annotations

from typing import Any

import pytest

from odziv.compose import attachments, check, signatures
from odziv.compose.check.mentions import mentioned
from odziv.compose.check.pictures import pictures_in
from odziv.compose.check.words import left_in
from odziv.compose.limits import LARGE_COPY, MAX_COPY
from odziv.models import Message, StoredFile
from tests.compose.support import contact, draft
from tests.support.cast import Cast


def found(message: Message, code: str) -> Any:
    return [problem for problem in check.before_sending(message) if problem.code == code]


@pytest.mark.parametrize(
    "text",
    [
        "Please find attached our offer.",
        "See the attachment, please.",
        "I attach the drawings.",
        "Ponudba je v prilogi.",
        "V priponki pošiljam cenik.",
        "Prilagam ponudbo.",
        "PRILOŽEN je cenik",
        "Prilozene so slike",
        "Im Anhang finden Sie das Angebot.",
        "Anbei das Angebot",
        "Die Datei ist angehängt.",
        "In der Anlage finden Sie",
    ],
)
def test_a_text_that_speaks_of_an_attachment(text: str) -> None:
    assert mentioned(text)


@pytest.mark.parametrize(
    "text",
    [
        "We will adapt it to you.",
        "To je priložnost za oba.",
        "Prilagodimo se vam.",
        "Ponudba brez prilog.",
        "Sent without attachments.",
        "Ohne Anhang",
        "Unsere neue Anlage läuft.",
        "We are attached-ish.com",
        "Pišite na priloga@hrast.example",
        "https://hrast.example/attachment",
    ],
)
def test_a_text_that_speaks_of_none(text: str) -> None:
    assert mentioned(text) == ""


def test_what_is_mentioned_is_attached_or_asked_about(cast: Cast) -> None:
    message = draft(cast.ana, html="<p>Ponudba je v prilogi.</p>")
    (problem,) = found(message, "attachment-missing")
    assert (problem.field, problem.blocking, problem.text) == (
        "attachments",
        False,
        "The text says “prilogi”, but nothing is attached.",
    )
    attachments.attach(message, "a.pdf", "", [b"x"], followed=True)
    assert not found(message, "attachment-missing")


def test_signature_and_quotation_are_not_what_the_writer_says(cast: Cast) -> None:
    signature = signatures.block("This e-mail and attachments are confidential. [Name]")
    quoted = "<blockquote>Im Anhang finden Sie {{ x }}</blockquote>"
    message = draft(cast.ana, html=f"<html><body><p>Hvala!</p>{signature}{quoted}</body></html>")
    assert check.before_sending(message) == []
    bare = draft(cast.ana, html=f"<html><body><p><br></p>{signature}{quoted}</body></html>")
    assert [problem.text for problem in check.before_sending(bare)] == [
        "There is nothing but the signature or what is quoted."
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Dear {{ contact.first_name }}, and {{contact.first_name}}",
            ["{{ contact.first_name }}", "{{contact.first_name}}"],
        ),
        ("Dear [First name], dear [Ime]!", ["[First name]", "[Ime]"]),
        ("*|FNAME|* ${name} <%= x %> XXX", ["*|FNAME|*", "${name}", "<%= x %>", "XXX"]),
        ("Dear {{ contact.name", ["{{ contact.name"]),
        ("{% if a %}b{% endif %}", ["{% if a %}", "{% endif %}"]),
        ("See [1] and {a set}, 100 %} well", []),
        ("Size XXL, the todo-list's 50% [sic]", []),
    ],
)
def test_placeholders_that_are_left(text: str, left: list[str]) -> None:
    assert left_in(text) == left


def test_filled_in_and_broken_are_told_apart(cast: Cast) -> None:
    message = draft(cast.ana, subject="For {{ account.name }}", html="<p>Dear {{ contact.name</p>")
    subject, body = found(message, "placeholder-left")
    assert (subject.field, subject.near) == (
        "subject",
        "{{ account.name }}",
    ) and "still to be filled in" in subject.text
    assert body.field == "body" and "broken" in body.text


def test_links_that_lead_nowhere_are_asked_about_and_those_left_alone_are_told(cast: Cast) -> None:
    html = (
        '<p>Dober dan, <a href="/ponudba">a</a> <a href="/ponudba">b</a> <a href="https://">c</a> '
        '<a href="https://x.si/" data-odziv-follow="no">d</a> <a href="mailto:a@x.si">e</a></p>'
    )
    message = draft(cast.ana, html=html)
    assert [(one.near, one.note) for one in found(message, "broken-link")] == [("/ponudba", False), ("https://", False)]
    (alone,) = found(message, "link-left-alone")
    assert alone.note and alone.text == "1 link is left alone: You marked this link as not followed."
    contact(cast.ana, "Maja Novak", "maja@hrast.example", allow=False)
    assert not found(message, "link-left-alone")


def test_images_are_described_or_told_of(cast: Cast) -> None:
    image = '<img src="https://x.si/a.png" width="400">'
    assert [
        one.note for one in found(draft(cast.ana, html=f"<p>{'Beseda ' * 10}</p>{image}"), "image-undescribed")
    ] == [True]
    bare = draft(cast.ana, html=f"<p></p>{image}")
    assert [problem.code for problem in check.before_sending(bare)] == ["only-images", "image-undescribed"]
    local = draft(cast.ana, html='<p>Slika</p><img alt="Graf" src="file:///C:/graf.png">')
    assert [problem.code for problem in check.before_sending(local)] == ["image-unreachable"]


def test_what_nobody_is_meant_to_see_needs_no_description() -> None:
    assert pictures_in('<img src="a" width="1" height="1"><!--[if mso]><img src="b"><![endif]-->') == []
    assert [one.alt for one in pictures_in('<IMG SRC="a" ALT="x &amp; y"><img src=b>')] == ["x & y", None]


def test_the_size_on_its_way(cast: Cast) -> None:
    message = draft(cast.ana)
    row = attachments.attach(message, "a.zip", "", [b"x"])
    StoredFile.objects.filter(pk=row.file_id).update(size=LARGE_COPY * 3 // 4)
    (problem,) = found(message, "large")
    assert problem.text.startswith("The e-mail has 20.0 MB on its way.") and not problem.blocking
    attachments.set_followed(row, followed=True)
    assert not found(message, "large")
    attachments.set_followed(row, followed=False)
    StoredFile.objects.filter(pk=row.file_id).update(size=MAX_COPY)
    assert [problem.blocking for problem in found(message, "too-large")] == [True]

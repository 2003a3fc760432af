"""Messages parse back into exactly what went in, in lines that every server takes (D5)."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.mime import FilePart, Letter, MimeError, html_body, text_body, unstructured

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=3000)
NASTY = st.lists(
    st.sampled_from(["\r", "\n", "\r\n", " ", "\t", ".", "..", "From ", "=", "=_", "č", "😀", "\0", "<b>", "a" * 90]),
    max_size=60,
).map("".join)


def check_wire(raw: bytes) -> None:
    for line in raw.split(b"\r\n"):
        assert b"\r" not in line and b"\n" not in line and len(line) <= 998
    assert raw.isascii() and b"\0" not in raw


def decoded(entity: bytes) -> bytes:
    payload = email.message_from_bytes(entity).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


@given(ANY | NASTY)
def test_the_html_arrives_exactly(html: str) -> None:
    entity = html_body(html)
    check_wire(entity)
    assert decoded(entity) == html.encode()
    assert max(len(line) for line in entity.split(b"\r\n")[3:]) <= 78


@given(ANY | NASTY)
def test_the_text_arrives_with_its_lines(text: str) -> None:
    entity = text_body(text)
    check_wire(entity)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    assert decoded(entity).decode().replace("\r\n", "\n") == (
        wanted if wanted.endswith("\n") or not wanted else f"{wanted}\n"
    )


def test_short_plain_lines_need_no_encoding() -> None:
    assert text_body("Hello,\nAna").endswith(b"Content-Transfer-Encoding: 7bit\r\n\r\nHello,\r\nAna\r\n")


def test_ascii_html_stays_readable_in_the_source() -> None:
    assert b'<p class=3D"a">Hello</p>=0A=\r\n<p>Ana</p>' in html_body('<p class="a">Hello</p>\n<p>Ana</p>')


def test_half_a_character_is_refused() -> None:
    with pytest.raises(MimeError):
        html_body("<p>\ud800</p>")


def whole(text: str = "Hello\n", html: str = "<p>Hello</p>\n", **parts: list[bytes]) -> EmailMessage:
    raw = Letter("<1@lipa.example>", **parts).copy([unstructured("Subject", "Ponudba")], text, html)
    check_wire(raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


IMAGE = FilePart("image/png", "logo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "logo-1@lipa")
FILE = FilePart("application/pdf", "Ponudba št. 7.pdf", bytes(range(256)) * 40)


def types(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_text_alone_is_one_part() -> None:
    assert types(whole(html="")) == ["text/plain"]


def test_text_and_html_are_alternatives() -> None:
    message = whole()
    assert types(message) == ["multipart/alternative", "text/plain", "text/html"]
    html = message.get_body(("html",))
    assert html is not None and html.get_content() == "<p>Hello</p>\n"


def test_the_whole_structure() -> None:
    message = whole(images=[IMAGE.entity()], files=[FILE.entity()])
    assert types(message) == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "Ponudba št. 7.pdf"
    assert attachment.get_content() == FILE.content
    image = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert image["Content-ID"] == "<logo-1@lipa>" and image.get_content() == IMAGE.content
    assert image.get_content_disposition() == "inline"


def test_a_message_as_attachment_goes_as_bytes() -> None:
    raw = b"Subject: inner\r\n\r\nbody with a bare \n line end\r\n"
    (attachment,) = whole(files=[FilePart("message/rfc822", "inner.eml", raw).entity()]).iter_attachments()
    assert attachment.get_content_type() == "application/octet-stream" and attachment.get_content() == raw


@pytest.mark.parametrize("odd", ["", "text", "text/html\r\nX-Bad: 1", 'image/png; x="', "a/b/c", "IMAGE/PNG"])
def test_an_odd_content_type_never_breaks_the_part(odd: str) -> None:
    (attachment,) = whole(files=[FilePart(odd, "file.bin", b"123").entity()]).iter_attachments()
    assert attachment.get_payload(decode=True) == b"123"
    assert "X-Bad" not in attachment


def test_copies_of_equal_bodies_are_equal() -> None:
    first, second = (Letter("<1@lipa.example>", files=[FILE.entity()]).copy([], "a", "<p>") for _ in range(2))
    assert first == second

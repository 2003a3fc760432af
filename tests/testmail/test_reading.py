"""A kept message opens as a mail program would open it, whatever was sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.mime import FilePart, Letter, Person, address_header, unstructured
from odziv.testmail.reading import Opened
from tests.support import corpora

PNG = FilePart("image/png", "logo.png", b"\x89PNG\r\n\x1a\n", "logo@lipa")
PDF = FilePart("application/pdf", "Ponudba št. 7.pdf", b"%PDF-1.4")


def opened(text: str = "Hello\n", html: str = '<p><img src="cid:logo@lipa"></p>') -> Opened:
    head = [unstructured("Subject", "Ponudba št. 7"), address_header("To", [Person("Žiga Čeh", "ziga@example.com")])]
    letter = Letter("<1@lipa.example>", images=[PNG.entity()], files=[PDF.entity()])
    return Opened(letter.copy(head, text, html))


def test_bodies_and_files_are_told_apart() -> None:
    mail = opened()
    assert mail.text_piece is not None and mail.text_piece.text.strip() == "Hello"
    assert mail.html_piece is not None and mail.html_piece.text == '<p><img src="cid:logo@lipa"></p>'
    assert [(piece.name, piece.content) for piece in mail.files] == [("Ponudba št. 7.pdf", b"%PDF-1.4")]
    assert (mail.header("subject"), mail.to_line) == ("Ponudba št. 7", "Žiga Čeh <ziga@example.com>")


def test_an_image_that_nothing_shows_is_a_file() -> None:
    assert [piece.name for piece in opened(html="<p>Hello</p>").files] == ["logo.png", "Ponudba št. 7.pdf"]


def test_images_of_the_message_stand_inside_only_when_asked_for() -> None:
    mail = opened()
    assert "data:image/png;base64,iVBORw0KGgo=" in mail.framed_html(images=True)
    assert "cid:logo@lipa" in mail.framed_html(images=False)


@pytest.mark.parametrize(
    "link", ['<a href="https://a.example">', '<A\nHREF=x target="_self" rel="opener">', '<area href="x">', "<a>"]
)
def test_links_open_a_new_tab_and_tell_nothing_about_us(link: str) -> None:
    framed = opened(html=f"<p>{link}x</p>").framed_html(images=False)
    inside = framed[framed.lower().index(link[:2].lower()) :]
    assert inside[len(link.split(maxsplit=1)[0].rstrip(">")) :].startswith(' target="_blank" rel="noopener noreferrer"')


@given(st.binary(max_size=600))
def test_whatever_was_sent_can_be_opened(raw: bytes) -> None:
    mail = Opened(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + raw)
    shown = [mail.framed_html(images=True), *(piece.text + piece.name + piece.content_id for piece in mail.pieces)]
    assert all(isinstance(text, str) for text in shown) and len(mail.files) <= len(mail.pieces)


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-8", "iso-8859-2", "x" * 300])
def test_an_unknown_character_set_still_shows(charset: str) -> None:
    mail = Opened(f"Content-Type: text/plain; charset={charset}\r\n\r\nHello".encode())
    assert mail.text_piece is not None and mail.text_piece.text == "Hello"


def test_real_mail_opens() -> None:
    folder = corpora.path("mail")
    paths = [
        path for path in sorted(Path(folder).rglob("*")) if path.is_file() and path.suffix not in (".json", ".jsonl")
    ]
    assert len(paths) > 100
    for path in paths:
        mail = Opened(path.read_bytes())
        assert mail.headers or mail.pieces, path
        assert all(isinstance(piece.name + piece.text, str) for piece in mail.pieces), path
        assert isinstance(mail.framed_html(images=True), str) and (mail.date is None or mail.date.tzinfo)


DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000))
PART = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n%b\r\n\r\nabc\r\n--x--\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: deep\r\n" + DEEP,
        b"Content-Type: message/rfc822\r\n\r\n" * 2000,
        PART % b"Content-Type: a/b\r\n c\r\nContent-Disposition: attachment",
        PART % b'Content-Type: image/x"><script>',
        PART % b"Content-Type: a/b; name*=utf-16''%E8%E8x\r\nContent-Disposition: attachment",
        b"Date: 1 Jan 99999999999 00:00:00 +0000\r\nSubject: =?utf-7?q?+2AA-?=\r\n\r\nx",
        *(b"Content-Type: text/html; charset=%b\r\n\r\n+2AA- \\ud800" % name for name in (
            b"idna", b"utf-7", b"unicode_escape", b"base64", b"a*=x'y'%00", b'"utf-8\0"')),
    ],
)  # fmt: skip
def test_mail_made_to_break_its_reader_opens_and_can_be_shown(raw: bytes) -> None:
    mail = Opened(raw)
    shown = [mail.framed_html(images=True), mail.from_line, *(value for _name, value in mail.headers)]
    shown += [text for piece in mail.pieces for text in (piece.text, piece.name)]
    assert all(text.encode() is not None for text in shown) and mail.date is None
    for piece in mail.pieces:
        assert not set(piece.content_type) & set(' \r\n"<>')

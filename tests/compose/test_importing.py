"""An .html or .eml file becomes a draft without losing a character (L1, odziv demo --mail)."""

from email.message import EmailMessage

import pytest

from odziv.compose import drafts, importing
from tests.compose.support import PNG
from tests.support import corpora
from tests.support.cast import Cast

HEAD = "<html><head><title>Ponudba &amp; več</title></head>\r\n"
HTML = f'{HEAD}<body><img src="cid:a@b"><p Class=x>č&#269;</p>\n</body></html>'


def eml() -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Ponudba št. 7"
    mail["From"] = "ana@lipa.example"
    mail.set_content("Besedilo č")
    mail.add_alternative(HTML, subtype="html")
    mail.get_payload()[1].add_related(PNG, "image", "png", cid="<a@b>", filename="slika.png")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Ponudba št. 7.pdf")
    return mail.as_bytes()


def test_an_eml_gives_its_parts() -> None:
    found = importing.from_eml(eml())
    assert (found.subject, found.text.strip()) == ("Ponudba št. 7", "Besedilo č")
    assert found.html.replace("\r\n", "\n").strip() == HTML.replace("\r\n", "\n")
    assert [(one.name, one.content_id, one.content) for one in found.images] == [("slika.png", "a@b", PNG)]
    assert [(one.name, one.content_id) for one in found.files] == [("Ponudba št. 7.pdf", "")]


def test_html_comes_as_it_is() -> None:
    found = importing.from_html(HTML.encode())
    assert (found.html, found.subject) == (HTML, "Ponudba & več")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("č".encode(), "č"),
        (b"\xef\xbb\xbf" + "č".encode(), "č"),
        ("č".encode("utf-16"), "č"),
        (b"<meta charset=windows-1250>\xe8", "<meta charset=windows-1250>č"),
        (b"\xe8", "č"),
        (b'<meta charset="no-such">x', '<meta charset="no-such">x'),
    ],
)
def test_encodings(raw: bytes, text: str) -> None:
    assert importing.from_html(raw).html == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff",
        b"Subject: =?x?q?=\n\n",
        b"Content-Type: multipart/mixed\n\nx",
        b"\n\n<p>",
        b"Content-Type: message/rfc822\n\n" * 2000,
        b"Content-Type: text/html; charset*=a'b'%00\n\nx",
        b"Content-Type: text/html; charset=utf-7\n\n+2AA-",
        b"Content-Disposition: attachment; filename*=utf-16''%E8%E8x\nContent-Type: a/b\n\nx",
    ],
)
def test_broken_mail_raises_nothing(raw: bytes) -> None:
    importing.from_eml(raw)


def test_every_real_html_is_stored_to_the_byte(cast: Cast) -> None:
    for path in sorted(corpora.path("html").glob("*.html")):
        content = importing.from_html(path.read_bytes())
        message = importing.fill(drafts.new_draft(cast.ana), content)
        message.refresh_from_db()
        assert message.html == path.read_bytes().decode(), path.name


def test_a_filled_draft_has_images_and_files(cast: Cast) -> None:
    content = importing.from_eml(eml())
    message = importing.fill(drafts.new_draft(cast.ana), content, lambda file: file.name.endswith(".pdf"))
    rows = [(row.name, row.inline, row.followed, row.content_id) for row in message.attachments.order_by("name")]
    assert rows == [("Ponudba št. 7.pdf", False, True, ""), ("slika.png", True, False, "a@b")]

"""`odziv instrument FILE`: the followed copy; every byte that is not replaced is the byte that was there (I3)."""

import base64
import email
import email.policy
import quopri
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.cli import main
from odziv.explain.document import Document, read
from odziv.instrument import Rules
from odziv.lib.charset import decoded
from tests.instrument.support import EDGE, RULES, real, redirected
from tests.support import corpora

RULES_ALONE = Rules(EDGE, beacon=False)
HEAD = (
    "Subject: a\nMIME-Version: 1.0\nContent-Type: {type}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
)


def copy_of(data: bytes, name: str = "a.eml", rules: Rules = RULES_ALONE) -> bytes:
    return read(name, data, rules).render(real())


def clicks(copy: bytes) -> list[str]:
    return [redirected(found.decode()) for found in re.findall(rb"https://t\.example/c/[\w-]+", copy)]


def without_clicks(copy: bytes, addresses: list[bytes]) -> bytes:
    pieces = re.split(rb"https://t\.example/c/[\w-]+", copy)
    assert len(pieces) == len(addresses) + 1
    return b"".join(piece + address for piece, address in zip(pieces, [*addresses, b""], strict=True))


@pytest.mark.parametrize("case", corpora.html_cases()[::4], ids=lambda case: case["file"])
def test_a_mail_of_the_corpora(case: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = corpora.path(f"html/{case['file']}")
    assert main(["instrument", str(path), "--edge-url", EDGE]) == 0
    copy, note = capfdbinary.readouterr()
    assert note.decode().startswith(f"Redirects lead to {EDGE}")
    followed = [link["decoded"].encode() for link in case["links"] if link["expect"] == "rewrite"]
    beacon = re.compile(rb'<img src="https://t\.example/o/[^>]*>')
    assert len(beacon.findall(copy)) == 1
    assert without_clicks(beacon.sub(b"", copy), followed) == path.read_bytes()


def test_a_missing_file_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["instrument", "/nowhere/a.html"]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "č € 🎉 \u2028"),
        ("iso-8859-2", "čšž Đ"),
        ("windows-1250", "čšž Đ €"),
        ("windows-1252", "é € ™"),
        ("shift_jis", "日本語ソ表"),
        ("iso-2022-jp", "日本語 abc 日本語"),
        ("gb2312", "中文"),
        ("big5", "中文"),
        ("euc-kr", "한국어"),
        ("koi8-r", "Привет"),
        ("utf-7", "č 日本語"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_any_charset_in_any_transfer_encoding(charset: str, body: str, encoding: str) -> None:
    html = f"<p>{body}</p>\r\n<a href='https://x.example/1'>{body}</a>{body * 30}\r\n"
    head = HEAD.format(type="text/html", charset=charset, encoding=encoding).replace("\n", "\r\n").encode()
    coded = html.encode(charset)
    if encoding == "quoted-printable":
        coded = quopri.encodestring(coded).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    elif encoding == "base64":
        coded = base64.encodebytes(coded).replace(b"\n", b"\r\n")
    copy = copy_of(head + coded)
    message = email.message_from_bytes(copy, policy=email.policy.SMTP)
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert clicks(content) == ["https://x.example/1"]
    assert without_clicks(content, [b"https://x.example/1"]).rstrip() == html.encode(charset).rstrip()
    assert max(map(len, copy.splitlines())) <= 998


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_quoted_printable_stays_as_it_was_written(line_end: bytes) -> None:
    lines = [
        b"Content-Type: text/html",
        b"Content-Transfer-Encoding: Quoted-Printable",
        b"",
        b"<p>=c4=8D  =",
        b'<a href=3D"https://x.example/=',
        b'pot?a=3Db">=2E.</a> =3d=  ',
        b"<a href=3Dhttps://y.example/=C4=8D>  ",
        b"=ZZ = =20",
        b"",
    ]
    copy = copy_of(line_end.join(lines))
    expected = [
        *lines[:4],
        b'<a href=3D"=',
        *_folded(real().click(0, "https://x.example/pot?a=b")),
        b'">=2E.</a> =3d=  ',
        b"<a href=3D=",
        *_folded(real().click(1, "https://y.example/č")),
        b">  ",
        *lines[7:],
    ]
    assert copy == line_end.join(expected)


def _folded(address: str) -> list[bytes]:
    return [f"{address[at : at + 75]}=".encode() for at in range(0, len(address), 75)]


def test_base64_stays_as_wide_as_it_was() -> None:
    head = HEAD.format(type="text/plain", charset="utf-8", encoding="base64").encode()
    body = b"cHJlZml4IHByZWZpeCBwcmVmaXgg\nIGh0dHBzOi8veC5leGFtcGxlLyBl\nbmQ=\n\n"
    copy = copy_of(head + body)
    assert copy.startswith(head + b"cHJlZml4IHByZWZpeCBwcmVmaXgg\n") and copy.endswith(b"\n\n")
    assert {len(line) for line in copy[len(head) :].split()[:-1]} == {28}


def test_a_line_that_would_be_too_long_is_written_in_quoted_printable() -> None:
    head = HEAD.format(type="text/html", charset="utf-8", encoding="8bit").encode()
    address = "https://x.example/" + "a" * 900
    copy = copy_of(head + f"<p>č</p><a href='{address}'>x</a>\n".encode())
    assert b"Content-Transfer-Encoding: quoted-printable\n" in copy
    assert max(map(len, copy.splitlines())) <= 76
    content = email.message_from_bytes(copy).get_payload(decode=True)
    assert isinstance(content, bytes)
    assert clicks(content) == [address]
    assert copy_of(
        head.replace(b"Content-Transfer-Encoding: 8bit\n", b"") + f"<a href='{address}'>".encode()
    ).startswith(b"Content-Transfer-Encoding: quoted-printable\nSubject: a\n")


def test_other_parts_and_headers_are_not_touched() -> None:
    message = (
        b'X-Odd:   spaces \r\n\tand folds\r\nContent-Type: multipart/mixed;\r\n boundary="b 1"\r\n\r\npreamble https://x/\r\n'
        b"--b 1  \r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nhttps://x.example/1\r\n"
        b"--c\r\nContent-Type: TEXT/HTML\r\n\r\n<a href='https://x.example/2'></a></body>\r\n--c--\r\n"
        b"https://x/ epilogue\r\n--b 1\r\nContent-Type: message/rfc822\r\n\r\nSubject: b\r\n\r\nhttps://x/\r\n"
        b"--b 1\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nhttps://x/\r\n"
        b"--b 1\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nhttps://x/\r\n--b 1--\r\n"
    )
    copy = copy_of(message, rules=RULES)
    beacon = re.compile(rb'<img src="https://t\.example/o/[^>]*>')
    assert len(beacon.findall(copy)) == 1
    assert without_clicks(beacon.sub(b"", copy), [b"https://x.example/1", b"https://x.example/2"]) == message
    assert clicks(copy) == ["https://x.example/1", "https://x.example/2"]


PIECES = st.sampled_from(
    b"Subject: a\n|Content-Type: text/html\n|Content-Type: multipart/mixed; boundary=b\n|\n|--b\n|--b--\n|=\n|"
    b"Content-Transfer-Encoding: base64\n|Content-Transfer-Encoding: quoted-printable\n|<a href=3D'https://x/'>|"
    b"<a href='https://x/'>|https://x/|=C4|\xc4\x8d|\xff|PGEgaHJlZj0n|\xff\xfe|\xef\xbb\xbf|<meta charset=utf-16>|"
    b"<meta charset=iso-2022-jp>|\x1b$B|\r\n|\0".split(b"|")
)


@given(
    st.lists(PIECES | st.binary(max_size=4), max_size=20).map(b"".join),
    st.sampled_from(["a.eml", "a.html", "a.txt", "-"]),
)
def test_any_bytes_can_be_read_and_written(data: bytes, name: str) -> None:
    document = read(name, data, RULES)
    assert isinstance(document, Document)
    copy = document.render(real())
    if not any(one.plan.edits for one in document.planned):
        assert copy == data
    again = read(name, copy, RULES)
    # A mark of UTF-16 before an odd number of bytes says nothing, until a link of another length makes them even.
    if [one.text.codec for one in again.planned] == [one.text.codec for one in document.planned]:
        assert len(again.links) == len(document.links)


@given(
    st.binary(max_size=40),
    st.sampled_from(["", "utf-8", "us-ascii", "iso-2022-jp", "utf-16", "utf-7", "hz", "gb18030", "base64"]),
)
def test_text_becomes_the_bytes_it_was_read_from(data: bytes, charset: str) -> None:
    text = decoded(data, charset)
    assert text.encode(text.text) == data


def test_an_html_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.htm"
    path.write_bytes(b"<a href=https://x.example>\r\n\x00\xff")
    assert copy_of(path.read_bytes(), "a.htm").endswith(b">\r\n\x00\xff")


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        b"Subject:" + b" " * 500_000 + b"a\n\nhttps://x/",
        b"Content-Type: text/html;" + b' a="b\\c";' * 50_000 + b"\n\n<a href=https://x/>",
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 500_000 + b"a https://x/",
        b"Content-Transfer-Encoding: quoted-printable\n\nhttps://x/" + b"=3D" * 200_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 30_000,
        b"A:b\n" * 200_000 + b"\n",
    ],
)
def test_hostile_messages_take_no_longer_than_their_length(data: bytes) -> None:
    started = time.process_time()
    copy_of(data)
    assert time.process_time() - started < 5

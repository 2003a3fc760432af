"""Followed attachments and images: whole, by range, on conditions; names and types that do no harm (I1, I5, E5)."""

from __future__ import annotations

import hashlib
import re
from email.message import Message
from urllib.parse import unquote

import pytest

from odziv.lib.files import DirectoryStore
from odziv.lib.seal import FileRef
from tests.edge.process import ORGANISATION, Edge

CONTENT = bytes(range(256)) * 40
BIG = hashlib.sha256(b"seed").digest() * 100_000


def test_a_file_comes_whole_as_a_download(edge: Edge) -> None:
    ref = edge.store(CONTENT, name="Ponudba št. 7.pdf")
    answer = edge.get(edge.addresses.file(4, ref))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Ponudba _t. 7.pdf\"; filename*=UTF-8''Ponudba%20%C5%A1t.%207.pdf"
    )
    (hit,) = edge.hits()
    assert (hit.kind, hit.ordinal, hit.partial) == (4, 4, False)


def test_the_name_is_the_seals_and_not_the_paths(edge: Edge) -> None:
    path = edge.addresses.file(4, edge.store(CONTENT, name="true.pdf")).rpartition("/")[0]
    for end in ("/evil.exe", "/", "/a/b/c", "/%0d%0aX:y", ""):
        answer = edge.get(path + end)
        assert (answer.status, answer.body) == (200, CONTENT)
        assert "true.pdf" in answer.headers["content-disposition"]
        assert "x" not in answer.headers


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a.doc", "a.doc"),
        ('a"; filename="b.exe', 'a"; filename="b.exe'),
        ("a\r\nSet-Cookie: x=y.pdf", "aSet-Cookie: x=y.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("100%.pdf", "100%.pdf"),
        ("žiga 😀.png", "žiga 😀.png"),
    ],
)
def test_a_hostile_name_stays_a_name(edge: Edge, name: str, shown: str) -> None:
    answer = edge.get(edge.addresses.file(0, edge.store(b"x", name=name)))
    disposition = answer.headers["content-disposition"]
    extended = re.search(r"filename\*=UTF-8''(\S+)$", disposition)
    assert extended
    assert unquote(extended[1]) == shown
    message = Message()
    message["Content-Disposition"] = disposition.rpartition("; filename*")[0]
    assert message.get_content_disposition() == "attachment"
    assert re.fullmatch(r'attachment; filename="[^"%\\\x00-\x1f\x7f-\uffff]+"', str(message["Content-Disposition"]))
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99), ("bytes=100-", 206, 100, 10239), ("bytes=-1", 206, 10239, 10239),
        ("bytes=-99999", 206, 0, 10239), ("bytes=10239-10239", 206, 10239, 10239), ("bytes=5-99999", 206, 5, 10239),
        ("bytes=10240-", 416, 0, 0), ("bytes=-0", 416, 0, 0), ("bytes=99999999999999999-", 416, 0, 0),
        ("bytes=9-5", 200, 0, 10239), ("bytes=0-1,5-9", 200, 0, 10239), ("items=0-1", 200, 0, 10239),
        ("bytes=", 200, 0, 10239), ("bytes=-", 200, 0, 10239), ("bytes=a-b", 200, 0, 10239), ("Bytes=1-2", 206, 1, 2),
    ],
)  # fmt: skip
def test_ranges(edge: Edge, asked: str, status: int, first: int, last: int) -> None:
    answer = edge.get(edge.addresses.file(1, edge.store(CONTENT)), Range=asked)
    assert answer.status == status
    if status == 416:
        assert (answer.headers["content-range"], answer.body) == ("bytes */10240", b"")
    else:
        assert answer.body == CONTENT[first : last + 1]
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {first}-{last}/10240"
    (hit,) = edge.hits()
    assert hit.partial == (status == 206 and first > 0)


def test_conditions(edge: Edge) -> None:
    path = edge.addresses.file(1, edge.store(CONTENT))
    etag = edge.get(path).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = edge.get(path, If_None_Match=known)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in answer.headers
    assert edge.get(path, If_None_Match='"other"').status == 200
    assert edge.get(path, If_Match='"other"').status == 412
    assert edge.get(path, If_Match=f"W/{etag}").status == 412
    assert edge.get(path, If_Match=etag).status == 200
    assert [hit.partial for hit in edge.hits()] == [False, True, True, True, True, False, False, False, False]


def test_a_range_of_another_version_is_the_whole_file(edge: Edge) -> None:
    path = edge.addresses.file(1, edge.store(CONTENT))
    etag = edge.get(path).headers["etag"]
    assert edge.get(path, Range="bytes=5-9", If_Range=etag).status == 206
    for other in ('"other"', f"W/{etag}", "Thu, 01 Jan 2099 00:00:00 GMT"):
        assert edge.get(path, Range="bytes=5-9", If_Range=other).status == 200


def test_head_tells_the_length_only(edge: Edge) -> None:
    answer = edge.get(edge.addresses.file(1, edge.store(BIG)), "HEAD", Range="bytes=1-2")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(BIG)))


def test_a_large_file_comes_whole_and_in_parts(edge: Edge) -> None:
    path = edge.addresses.file(1, edge.store(BIG))
    assert edge.get(path).body == BIG
    assert edge.get(path, Range="bytes=1000000-2999999").body == BIG[1_000_000:3_000_000]


def test_an_empty_file_comes_empty(edge: Edge) -> None:
    path = edge.addresses.file(1, edge.store(b""))
    assert (edge.get(path).status, edge.get(path).headers["content-length"]) == (200, "0")
    assert edge.get(path, Range="bytes=0-").status == 416


def test_a_missing_file_is_a_kind_404_and_still_evidence(edge: Edge) -> None:
    ref = edge.store(b"soon gone")
    DirectoryStore(edge.folder / "files").delete(ref.key)
    for path in (edge.addresses.file(1, ref), edge.addresses.image(2, ref)):
        answer = edge.get(path)
        assert answer.status == 404
        assert b"no longer available" in answer.body
        assert "ni več na voljo" in answer.body.decode()
    assert [hit.kind for hit in edge.hits()] == [4, 2]


def test_no_key_in_a_seal_leads_out_of_the_store(edge: Edge) -> None:
    for key in ("../keys/seal.json", "/etc/passwd", f"{ORGANISATION.hex}/../../keys/seal.json", ""):
        assert edge.get(edge.addresses.file(1, FileRef(key, "text/plain", "x", 5))).status == 404


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "avif", "bmp"])
def test_an_image_is_shown_in_its_place(edge: Edge, kind: str) -> None:
    answer = edge.get(edge.addresses.image(2, edge.store(CONTENT, name="x", content_type=f"image/{kind}")))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, CONTENT, f"image/{kind}")
    assert answer.headers["content-disposition"].startswith("inline")
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "IMAGE/SVG+XML", "image/png\r\nX: y", "", "č"])
def test_what_is_no_safe_image_is_only_a_download(edge: Edge, kind: str) -> None:
    answer = edge.get(edge.addresses.image(2, edge.store(CONTENT, content_type=kind)))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-type"] in ("application/octet-stream", "text/html")
    assert "x" not in answer.headers


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=utf-8", "application/vnd.ms-excel"])
def test_a_download_tells_its_type(edge: Edge, kind: str) -> None:
    answer = edge.get(edge.addresses.file(2, edge.store(CONTENT, content_type=kind)))
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "text/html\r\nX: y", "nonsense", "a/b; c", "text/html; charset=\u0161"]
)
def test_a_download_of_a_doubtful_type_tells_none(edge: Edge, kind: str) -> None:
    answer = edge.get(edge.addresses.file(2, edge.store(CONTENT, content_type=kind)))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "x" not in answer.headers

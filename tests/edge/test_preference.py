"""Saying no at the edge: looking changes nothing, one POST is enough, and nobody is told so who was not heard (L2)."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import Kind, Sealed, encode_sender
from tests.edge.process import ORGANISATION, Edge
from tests.edge.test_recording_fails import limited_files

NAME = "Lipa d.o.o."


def page(edge: Edge, language: str = "en", name: str = NAME) -> str:
    return edge.addresses.preference(language, name)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(edge: Edge, method: str) -> None:
    answer = edge.get(page(edge), method)
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    assert method == "HEAD" or (b"Lipa d.o.o. sees whether" in answer.body and b'<form method="post">' in answer.body)
    assert "set-cookie" not in answer.headers and edge.hits() == []


def test_it_speaks_slovenian_too(edge: Edge) -> None:
    body = edge.get(page(edge, "sl")).body.decode()
    assert '<html lang="sl">' in body and "Ne spremljajte e-pošte" in body
    assert '<html lang="en">' in edge.get(page(edge, "xx")).body.decode()


def test_one_post_without_cookies_is_enough(edge: Edge) -> None:
    """RFC 8058, 3.2: what a mail program sends when its reader presses Unsubscribe."""
    answer = edge.get(page(edge), "POST")
    assert answer.status == 200 and b"It is done" in answer.body and "location" not in answer.headers
    [hit] = edge.hits()
    assert (hit.kind, hit.method, hit.organisation, hit.delivery) == (
        Kind.PREFERENCE, "POST", ORGANISATION, edge.delivery
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
         b"One-Click\r\n--b--\r\n"),
        ("text/plain", b"\x00\xff" * 1000),
    ],
    ids=["form", "multipart", "rubbish"],
)  # fmt: skip
def test_the_body_may_be_of_any_form(edge: Edge, kind: str, body: bytes) -> None:
    head = f"POST {page(edge)} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    raw = edge.say(f"{head}Connection: close\r\n\r\n".encode() + body)
    assert raw.startswith(b"HTTP/1.1 200 ") and len(edge.hits()) == 1


def test_a_body_without_end_is_refused(edge: Edge) -> None:
    head = f"POST {page(edge)} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n"
    assert edge.say(head.encode()).startswith(b"HTTP/1.1 413 ") and edge.hits() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_other_method(edge: Edge, method: str) -> None:
    answer = edge.get(page(edge), method)
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, POST" and edge.hits() == []


def test_nothing_else_takes_a_post(edge: Edge) -> None:
    addresses = edge.addresses
    for path in (addresses.open(), addresses.click(1, "http://x/"), "/", "/p", "/healthz"):
        assert edge.get(path, "POST").status == 405
    assert edge.hits() == []


def test_what_is_no_identifier_of_this_kind_is_not_found(edge: Edge) -> None:
    ours = page(edge)
    clicked, opened = edge.addresses.click(1, "http://x/"), edge.addresses.open()
    seal = edge.keys.seal
    wrong = [
        seal(Sealed(Kind.PREFERENCE, ORGANISATION, edge.delivery, 0, tail)) for tail in (b"", b"\xc1", b"\x92\xa2en")
    ]
    paths = [
        "/p/", ours[:-1], ours + "A", ours + "/", ours.replace("/p/", "/P/"), ours.replace("/p/", "/c/"),
        ours.replace("/p/", "/o/") + ".gif", clicked.replace("/c/", "/p/"), opened.replace("/o/", "/p/")[:-4],
        *(f"/p/{one}" for one in wrong),
    ]  # fmt: skip
    for path in paths:
        assert edge.get(path).status == 404, path
        assert edge.get(path, "POST").status in (404, 405), path
    assert edge.hits() == []


def test_a_hostile_name_is_only_text(edge: Edge) -> None:
    name = "<script>alert(1)</script>{0}{name}\r\nX: y\"'\ud800"
    answer = edge.get(page(edge, "<b>", name.encode("utf-8", "replace").decode()))
    assert answer.status == 200 and b"<script" not in answer.body and b"{name}" in answer.body
    assert "x" not in answer.headers and "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_long_name_makes_no_long_address(edge: Edge) -> None:
    assert len(EdgeAddresses("", edge.keys, UUID(int=1), UUID(int=2)).preference("en", "č" * 5000)) < 400
    assert len(encode_sender("en", "x" * 5000)) < 100


def test_who_could_not_be_heard_is_told_so(tmp_path: Path) -> None:
    """Other answers hide our faults (E1); a refusal must not."""
    with Edge(tmp_path) as edge:
        assert edge.get(page(edge), "POST").status == 200
        with limited_files(edge, 1):
            answer = edge.get(page(edge), "POST")
            assert answer.status == 503 and b"try again" in answer.body and b"<form" in answer.body
        assert edge.get(page(edge), "POST").status == 200

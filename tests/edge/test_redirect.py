"""The redirect gives back the original address byte for byte, and nothing else can be in it (E3, I3, invariant 6)."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odziv.lib.seal import can_redirect
from tests.edge.process import Edge


def location(edge: Edge, address: str) -> tuple[bytes, bytes]:
    """The raw bytes of Location, and the page."""
    path = edge.addresses.click(5, address)
    raw = edge.say(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 302 Found\r\n")
    found = [line for line in head.split(b"\r\n") if line.lower().startswith(b"location:")]
    assert len(found) == 1
    return found[0][len(b"Location: ") :], body


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "https://example.com/a%2Fb?x=1&amp;y=2#top",
        "HTTP://EXAMPLE.com:80/../x",
        "https://bücher.example/žaba?q=č š",
        "//example.com/protocol-relative",
        "http://example.com/'\"<script>alert(1)</script>",
        "http://example.com/\u2028\u00a0😀",
        "http://user:pass@example.com/?a=%0d%0aSet-Cookie:x",
        "http://example.com/" + "x" * 1_000,
        "http://a/\\b|c^d`e{f}",
    ],
)
def test_the_address_comes_back_byte_for_byte(edge: Edge, address: str) -> None:
    found, page = location(edge, address)
    assert found == address.encode()
    link = re.search(rb'href="([^"]*)"', page)
    assert link
    assert html.unescape(link[1].decode()) == address
    assert b"<script" not in page


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=200).filter(can_redirect))
def test_any_address_comes_back(edge: Edge, address: str) -> None:
    assert location(edge, address)[0] == address.encode()


def test_it_tells_nobody_where_one_came_from(edge: Edge) -> None:
    answer = edge.get(edge.addresses.click(0, "https://example.com/"))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


def test_the_click_is_recorded_with_its_link(edge: Edge) -> None:
    edge.get(edge.addresses.click(17, "https://example.com/"), Sec_Purpose="prefetch")
    edge.get(edge.addresses.click(18, "https://example.com/"), "HEAD", Purpose="prefetch")
    assert [(hit.kind, hit.ordinal, hit.method, hit.headers.popitem()) for hit in edge.hits()] == [
        (3, 17, "GET", ("sec-purpose", "prefetch")),
        (3, 18, "HEAD", ("purpose", "prefetch")),
    ]

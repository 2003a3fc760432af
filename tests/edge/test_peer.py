"""Whose address a hit carries (E4): the socket's, or what a trusted proxy reports, never what an asker claims."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.peer import Proxies, normalised
from tests.edge.process import Edge

PROXIES = Proxies(["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("reported", "peer"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("1.2.3.4, unknown", "127.0.0.1"),
        ("1.2.3.4, _hidden, 10.1.1.1", "10.1.1.1"),
        ("", "127.0.0.1"),
        (",,,", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
        ("999.1.1.1", "127.0.0.1"),
    ],
)
def test_the_rightmost_untrusted_address_counts(reported: str, peer: str) -> None:
    assert PROXIES.peer("127.0.0.1", {b"x-forwarded-for": reported.encode()}) == peer


@pytest.mark.parametrize(
    ("reported", "peer"),
    [
        ("for=203.0.113.9", "203.0.113.9"),
        ('For="[2001:db8::7]:4711";proto=https', "2001:db8::7"),
        ("for=1.2.3.4, proto=http; for=203.0.113.9;by=10.0.0.1, for=10.3.3.3", "203.0.113.9"),
        ("for=unknown", "127.0.0.1"),
        ("proto=https", "127.0.0.1"),
    ],
)
def test_forwarded_is_read_where_there_is_no_x_forwarded_for(reported: str, peer: str) -> None:
    assert PROXIES.peer("127.0.0.1", {b"forwarded": reported.encode()}) == peer
    both = {b"forwarded": b"for=6.6.6.6", b"x-forwarded-for": b"203.0.113.9"}
    assert PROXIES.peer("127.0.0.1", both) == "203.0.113.9"


def test_an_untrusted_asker_is_not_believed() -> None:
    claims = {b"x-forwarded-for": b"1.2.3.4", b"forwarded": b"for=1.2.3.4"}
    assert PROXIES.peer("203.0.113.9", claims) == "203.0.113.9"
    assert Proxies([]).peer("127.0.0.1", claims) == "127.0.0.1"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_header_breaks_it(forwarded_for: bytes, forwarded: bytes) -> None:
    for headers in ({b"x-forwarded-for": forwarded_for}, {b"forwarded": forwarded}):
        assert normalised(PROXIES.peer("127.0.0.1", headers))


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with Edge(tmp_path_factory.mktemp("proxied"), proxies=("127.0.0.0/8",)) as edge:
        yield edge


def test_hits_carry_the_reported_address(proxied: Edge, edge: Edge) -> None:
    for each in (proxied, edge):
        each.get(each.addresses.open(), X_Forwarded_For="1.2.3.4, 203.0.113.9")
    assert [hit.peer for hit in proxied.hits()] == ["203.0.113.9"]
    assert [hit.peer for hit in edge.hits()] == ["127.0.0.1"]
    two_fields = b"X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 203.0.113.8\r\n"
    proxied.say(b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n" % (proxied.addresses.open().encode(), two_fields))
    assert proxied.hits()[-1].peer == "203.0.113.8"

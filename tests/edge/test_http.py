"""What a server owes by RFC 9110 and 9112: said byte by byte over a socket."""

from __future__ import annotations

import re
import socket
from email.utils import parsedate_to_datetime

import pytest

from tests.edge.process import Edge, read_all, statuses

HOST = b"Host: x\r\n"


def get(path: str, more: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET %b %b\r\n%b%b\r\n" % (path.encode(), version, HOST, more)


def test_a_connection_is_kept(edge: Edge) -> None:
    with edge.socket() as connection:
        for _ in range(3):
            connection.sendall(get("/robots.txt"))
            assert statuses(connection.recv(65536)) == [200]
        connection.sendall(get("/robots.txt", b"Connection: close\r\n"))
        last = read_all(connection)
    assert b"\r\nConnection: close\r\n" in last


def test_an_old_client_is_closed_unless_it_asks_otherwise(edge: Edge) -> None:
    with edge.socket() as connection:
        connection.sendall(b"GET /robots.txt HTTP/1.0\r\n\r\n")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in answer
    with edge.socket() as connection:
        for _ in range(2):
            connection.sendall(b"GET /robots.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert b"\r\nConnection: keep-alive\r\n" in connection.recv(65536)


def test_every_answer_is_dated(edge: Edge) -> None:
    for request in (get("/robots.txt"), get("/nothing"), get(edge.addresses.open()), b"nonsense\r\n\r\n"):
        found = re.findall(rb"\r\nDate: ([^\r]+)\r\n", edge.say(request))
        assert len(found) == 1
        parsedate_to_datetime(found[0].decode())


def test_pipelined_answers_come_in_order(edge: Edge) -> None:
    """Quick ones (a 404, robots) stand behind slow ones (recorded hits, a file from the disk)."""
    big = edge.addresses.file(1, edge.store(bytes(600_000)))
    clicks = [edge.addresses.click(number, f"http://example.com/{number}") for number in range(40)]
    paths = [*clicks[:20], big, "/nothing", "/robots.txt", *clicks[20:], edge.addresses.open(), big, "/robots.txt"]
    raw = edge.say(b"".join(map(get, paths)))
    assert statuses(raw) == [302] * 20 + [200, 404, 200] + [302] * 20 + [200, 200, 200]
    assert [int(number) for number in re.findall(rb"Location: http://example.com/(\d+)\r\n", raw)] == list(range(40))
    assert len(edge.hits()) == 43


def test_thousands_of_pipelined_requests_are_all_answered(edge: Edge) -> None:
    commits = edge.figure("spool_commits_total")
    raw = edge.say(get(edge.addresses.open()) * 3_000 + get("/robots.txt"))
    assert statuses(raw) == [200] * 3_001
    assert len(edge.hits()) == 3_000
    assert edge.figure("spool_commits_total") - commits < 1_000, "hits that come together are committed together"


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_request_may_come_in_small_pieces(edge: Edge, size: int) -> None:
    request = get(edge.addresses.click(1, "http://example.com/"), b"User-Agent: slow\r\nConnection: close\r\n")
    with edge.socket() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(request), size):
            connection.sendall(request[start : start + size])
        assert b"\r\nLocation: http://example.com/\r\n" in read_all(connection)
    assert [hit.agent for hit in edge.hits()] == ["slow"]


def test_a_target_may_be_absolute(edge: Edge) -> None:
    raw = edge.say(get("http://mail.example.com:8080" + edge.addresses.open()) + get("HTTPS://x") + get("http://x?a"))
    assert statuses(raw) == [200, 404, 404]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"NONSENSE / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100,
        b"GET / HTTP/x.y\r\n\r\n",
    ],
)
def test_a_malformed_request_is_a_400_and_the_end(edge: Edge, request_: bytes) -> None:
    raw = edge.say(request_ + get("/robots.txt"))
    assert statuses(raw) == [400]
    assert b"\r\nConnection: close\r\n" in raw


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/0.9"])
def test_another_version_of_http_is_refused(edge: Edge, version: bytes) -> None:
    assert statuses(edge.say(get("/", version=version)))[0] in (400, 505)


def test_a_body_is_thrown_away_within_limits(edge: Edge) -> None:
    path = edge.addresses.open().encode()
    raw = edge.say(
        b"GET %b HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n%b" % (path, b"x" * 60_000)
        + b"POST %b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nHost: y\r\n\r\n" % path
        + get("/robots.txt")
    )
    assert statuses(raw) == [200, 405, 200]


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 99999999\r\n\r\n",
        b"Content-Length: 99999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"4000\r\n%b\r\n" % (b"x" * 0x4000) * 5,
    ],
)
def test_a_large_body_is_refused(edge: Edge, body: bytes) -> None:
    assert statuses(edge.say(b"POST / HTTP/1.1\r\nHost: x\r\n" + body)) == [413]


def test_the_refusal_of_a_large_body_reaches_a_client_that_is_still_sending(edge: Edge) -> None:
    with edge.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
        for _ in range(9):
            connection.sendall(bytes(100_000))
        assert statuses(read_all(connection)) == [413]


def test_nobody_is_invited_to_send_a_body(edge: Edge) -> None:
    with edge.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        answer = read_all(connection)
    assert statuses(answer) == [405]
    assert b"\r\nConnection: close\r\n" in answer


def test_an_upgrade_is_not_heeded(edge: Edge) -> None:
    h2c = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
    raw = edge.say(get(edge.addresses.open(), h2c) + get("/robots.txt"))
    assert statuses(raw) == [200, 200]


def test_connect_is_refused_and_ends_the_connection(edge: Edge) -> None:
    raw = edge.say(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n" + get("/robots.txt"))
    assert statuses(raw) == [405]


def test_an_endless_target_is_a_wrong_address(edge: Edge) -> None:
    for length in (9_000, 30_000, 400_000):
        raw = edge.say(get("/c/" + "A" * length, b"Connection: close\r\n"))
        assert statuses(raw) == [404], length


@pytest.mark.parametrize(
    "fields",
    [b"X: y\r\n" * 101, b"X: %b\r\n\r\n" % (b"y" * 30_000), (b"X: %b\r\n" % (b"y" * 400)) * 90, b"x" * 60_000],
)  # fmt: skip
def test_too_large_a_header_is_refused(edge: Edge, fields: bytes) -> None:
    assert statuses(edge.say(b"GET / HTTP/1.1\r\nHost: x\r\n" + fields)) == [431]


def test_a_header_that_never_ends_is_refused_while_it_comes(edge: Edge) -> None:
    with edge.socket() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        for _ in range(20):
            connection.sendall(b"y" * 5_000)
        assert statuses(read_all(connection)) == [431]


def test_an_error_does_not_overtake_answers_before_it(edge: Edge) -> None:
    raw = edge.say(get(edge.addresses.open()) * 5 + b"nonsense\r\n\r\n")
    assert statuses(raw) == [200] * 5 + [400]


def test_who_closes_its_side_is_still_answered(edge: Edge) -> None:
    assert statuses(edge.say(get(edge.addresses.open()))) == [200]
    assert statuses(edge.say(get(edge.addresses.file(1, edge.store(bytes(2_000_000)))))) == [200]


def test_empty_lines_before_a_request_are_passed_over(edge: Edge) -> None:
    assert statuses(edge.say(b"\r\n\r\n" + get("/robots.txt"))) == [200]


def test_an_empty_field_is_a_field(edge: Edge) -> None:
    assert statuses(edge.say(b"GET /robots.txt HTTP/1.1\r\nHost:\r\nX:\r\n\r\n")) == [200]


def test_no_answer_sets_a_cookie_or_names_the_program(edge: Edge) -> None:
    for request in (get("/"), get("/healthz"), get(edge.addresses.open()), b"x\r\n\r\n"):
        head = edge.say(request).partition(b"\r\n\r\n")[0].lower()
        assert b"set-cookie" not in head
        assert b"\r\nserver:" not in head


def test_health_tells_figures_and_nobody(edge: Edge) -> None:
    edge.get(edge.addresses.open(), User_Agent="Secret Agent")
    answer = edge.get("/healthz")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in answer.body.decode().splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) odziv_edge_\w+ .+|odziv_edge_\w+ [0-9.e+-]+", line)
    assert edge.figure("hits_recorded_total") >= 1
    assert edge.figure("hits_failed_total") == 0
    assert edge.figure("spool_up") == 1
    assert str(edge.delivery) not in answer.body.decode()

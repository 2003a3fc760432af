"""Who asks as somebody did before takes the short way; nothing but time may tell the difference (E1, E3)."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import example, given
from hypothesis import strategies as st

from odziv.edge.answers import Answer
from odziv.edge.door import Door
from odziv.edge.express import express
from odziv.edge.keys import Keys
from odziv.edge.limits import Limits
from odziv.edge.reading import Reader
from odziv.edge.request import Familiar, Request
from odziv.lib.files import DirectoryStore
from odziv.lib.hit import Hit, decode
from odziv.lib.peer import Proxies
from odziv.lib.seal import KeyRing, Kind, Sealed
from tests.edge.process import Edge, read_all, statuses

SECTION = b"Host: x\r\nUser-Agent: Thunderbird\r\nAccept: image/*\r\n\r\n"
LIMITS = Limits(head=500, target=300)
KEYS = KeyRing({1: bytes(range(64))})
DELIVERY = UUID(int=5)


def sealed(kind: Kind, tail: bytes = b"", keys: KeyRing = KEYS) -> bytes:
    return keys.seal(Sealed(kind, UUID(int=7), DELIVERY, 3, tail)).encode()


def forged(address: bytes) -> bytes:
    """A seal that only a fault of ours could make: sealing refuses this address."""
    head = bytes((1, 1))
    payload = struct.pack(">B16s16sI", Kind.CLICK, UUID(int=7).bytes, DELIVERY.bytes, 3) + address
    return base64.urlsafe_b64encode(head + AESSIV(KEYS.keys[1]).encrypt(payload, [head])).rstrip(b"=")


OPEN, CLICK = sealed(Kind.OPEN), sealed(Kind.CLICK, b"https://example.com/?a=1&b=\xc4\x8d")


class Notes:
    """A recorder that writes down what is recorded and answered."""

    def __init__(self) -> None:
        self.noted: list[tuple[Hit, Answer]] = []

    def record(self, record: bytes, then: Callable[[Answer], object], what: Answer) -> None:
        self.noted.append((without_identity(decode(record)), what))
        then(what)


def without_identity(hit: Hit) -> Hit:
    """Apart from when it came, two hits of the same request are equal."""
    assert abs((hit.id.int >> 80) / 1000 - hit.at) < 0.01
    return Hit(*[UUID(int=0), 0.0, *[getattr(hit, name) for name in Hit.__struct_fields__[2:]]])


class Told(NamedTuple):
    """A request and its answer, as far as anybody can see."""

    method: str
    target: bytes
    headers: dict[bytes, bytes]
    is_old: bool
    last: bool
    answer: bytes


class Asker:
    """A connection over which bytes come; `takes_short_way` tells whether the last ones took it."""

    def __init__(self, ways: Ways) -> None:
        self.peer = "203.0.113.9"
        self.requests: list[Request] = []
        self.takes_short_way = False
        self._ways = ways
        self._reader = Reader(self, LIMITS, ways.familiar, lambda: True)

    def began(self) -> None:
        """Nothing is to be noted."""

    def answered(self) -> None:
        """Nothing is sent here."""

    def asked(self, request: Request, refused: Answer | None = None) -> None:
        self.requests.append(request)
        if refused:
            request.reply(refused)
        else:
            self._ways.door.handle(request)

    def read(self, data: bytes, *, short: bool) -> list[Told]:
        request = self._ways.express(self, data) if short else None
        self.takes_short_way = request is not None
        if request:
            self.requests.append(request)
        else:
            self._reader.feed(data)
        return [told(request) for request in self.requests]


def told(request: Request) -> Told:
    answer = request.answer
    shown = answer.head(date=b"now") + bytes(answer.body) if answer and isinstance(answer.body, bytes) else b"a file"
    fields = dict(request.fields.headers)
    return Told(request.method, request.target, fields, request.is_old, request.last, shown)


class Ways:
    """The short way and the long one of a server, side by side; files are not asked for here."""

    def __init__(self, folder: Path, proxies: tuple[str, ...] = ()) -> None:
        (folder / "seal.json").unlink(missing_ok=True)
        KEYS.save(folder / "seal.json")
        self.familiar = Familiar()
        self.recorder = Notes()
        keys, believed = Keys(folder / "seal.json"), Proxies(proxies)
        self.express = express(
            familiar=self.familiar, keys=keys, recorder=self.recorder, proxies=believed, limits=LIMITS
        )
        self.door = Door(
            keys=keys, store=DirectoryStore(folder), recorder=self.recorder, proxies=believed,
            pool=ThreadPoolExecutor(1), health=lambda: "",
        )  # fmt: skip

    def asked(self, data: bytes, *, short: bool) -> tuple[list[Told], list[tuple[Hit, bytes]], bool]:
        asker = Asker(self)
        self.recorder.noted.clear()
        seen = asker.read(data, short=short)
        noted = [(hit, answer.head(date=b"now")) for hit, answer in self.recorder.noted]
        return seen, noted, asker.takes_short_way


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Ways:
    async def made() -> Ways:
        return Ways(tmp_path_factory.mktemp("ways"))

    return asyncio.run(made())


_LINES = [
    b"GET /o/%b.gif HTTP/1.1" % OPEN,
    b"GET /c/%b HTTP/1.1" % CLICK,
    *(b"GET /c/%b HTTP/1.1" % OPEN, b"GET /o/%b.gif HTTP/1.1" % CLICK, b"GET /o/%b HTTP/1.1" % OPEN),
    b"GET /c/%b HTTP/1.1" % forged(b"https://example.com/\r\nSet-Cookie: a=b"),
    b"GET /c/%b HTTP/1.1" % sealed(Kind.HONEYPOT, b"https://example.com/"),
    b"GET /o/%b.gif HTTP/1.1" % sealed(Kind.OPEN, keys=KeyRing({2: bytes(range(64, 128))})),
    b"GET /o/%%%02x%b.gif HTTP/1.1" % (OPEN[0], OPEN[1:]),
    b"GET /o/%b.gif?x HTTP/1.1" % OPEN,
    b"GET /o/%b.png HTTP/1.1" % OPEN,
    b"GET /o/%b=.gif HTTP/1.1" % OPEN,
    b"GET /o/%b\r\nX: y.gif HTTP/1.1" % OPEN,
    b"GET /o/%b.gif\r\nX: y HTTP/1.1" % OPEN,
    b"GET /o/%b.gif HTTP/1.1\r\nX: y HTTP/1.1" % OPEN,
    b"GET /o/%b.gif HTTP/1.0" % OPEN,
    b"GET /o/%b.gif  HTTP/1.1" % OPEN,
    b"HEAD /o/%b.gif HTTP/1.1" % OPEN,
    b"GET http://x/o/%b.gif HTTP/1.1" % OPEN,
    b"\r\nGET /o/%b.gif HTTP/1.1" % OPEN,
    b"GET /o/AQ.gif HTTP/1.1",
    b"GET /o/.gif HTTP/1.1",
    b"GET / HTTP/1.1",
    b"GET /a?b=c#d HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /\x01 HTTP/1.1",
    b"GET /\xc4\x8d HTTP/1.1",
    b"GET /o/%b.gif HTTP/1.1" % (OPEN * 3),
    b"GET /c/%b HTTP/1.1" % sealed(Kind.CLICK, b"https://example.com/" + b"y" * 180),
    b"GET /" + b"y" * 400 + b" HTTP/1.1",
    b"GET /x HTTP/1.1 HTTP/1.1",
    b"GET /x HTTP/1.1\rX: y",
    b"GET /x HTTP/1.0",
    b"GET /x HTTP/2.0",
    b"GET /x",
    b"GET http://x/ HTTP/1.1",
    b"HEAD /x HTTP/1.1",
    b"POST /x HTTP/1.1",
]
_HARMLESS = st.sampled_from(
    [b"User-Agent: a", b"Accept: */*", b"Accept: text/html", b"Connection: close", b"Connection: keep-alive"]
)
_AWKWARD = st.sampled_from(
    [
        *(b"Host: x", b"Host: y", b"X: " + b"y" * 290, b"Connection: upgrade", b"Upgrade: h2c", b"X", b"X : y"),
        *(b"Expect: 100-continue", b"Content-Length: 0", b"Content-Length: 3", b"Transfer-Encoding: chunked"),
        *(b" folded", b"X: a\0b", b"", b"\n", b"GET / HTTP/1.1"),
    ]
)
_FIELDS = st.lists(_HARMLESS, max_size=3) | st.lists(_HARMLESS | _AWKWARD, max_size=3)
_SECTIONS = st.builds(
    lambda host, fields: b"\r\n".join([*host, *fields, b"", b""]), st.sampled_from([[b"Host: x"]] * 5 + [[]]), _FIELDS
)


@given(st.sampled_from(_LINES), _SECTIONS, _SECTIONS)
@example(b"GET /o/%b.gif HTTP/1.1" % OPEN, SECTION, SECTION)
def test_both_ways_are_alike(ways: Ways, line: bytes, first: bytes, section: bytes) -> None:
    """Whatever was asked before, and whatever comes: the same requests, hits and answers."""
    for known in (first, section):
        ways.asked(b"GET /before HTTP/1.1\r\n" + known, short=False)
    data = line + b"\r\n" + section
    assert ways.asked(data, short=True)[:2] == ways.asked(data, short=False)[:2]


@pytest.mark.parametrize("line", _LINES)
def test_both_ways_are_alike_behind_a_familiar_section(ways: Ways, line: bytes) -> None:
    data = line + b"\r\n" + SECTION
    ways.asked(b"GET /before HTTP/1.1\r\n" + SECTION, short=False)
    assert ways.asked(data, short=True)[:2] == ways.asked(data, short=False)[:2]


@pytest.mark.parametrize("path", [b"/o/%b.gif" % OPEN, b"/c/%b" % CLICK], ids=["beacon", "link"])
def test_the_second_time_it_is_the_short_way(tmp_path: Path, path: bytes) -> None:
    async def scenario() -> None:
        ways = Ways(tmp_path)
        request = b"GET %b HTTP/1.1\r\n%b" % (path, SECTION)
        first, second = ways.asked(request, short=True), ways.asked(request, short=True)
        assert (first[2], second[2]) == (False, True)
        assert first[:2] == second[:2] and len(first[1]) == 1
        ways.familiar.end()
        third = ways.asked(request, short=True)
        assert not third[2] and not ways.asked(request, short=True)[2], "when the process ends, all are looked at whole"

    asyncio.run(scenario())


def test_on_the_short_way_a_trusted_proxy_is_believed(tmp_path: Path) -> None:
    async def scenario() -> None:
        ways = Ways(tmp_path, ("203.0.113.0/24",))
        section = SECTION[:-2] + b"X-Forwarded-For: 198.51.100.7\r\n\r\n"
        request = b"GET /o/%b.gif HTTP/1.1\r\n%b" % (OPEN, section)
        seen = [ways.asked(request, short=True) for _ in range(2)]
        assert [taken for _, _, taken in seen] == [False, True]
        assert [hit.peer for _, noted, _ in seen for hit, _ in noted] == ["198.51.100.7"] * 2

    asyncio.run(scenario())


def test_a_key_that_was_added_a_moment_ago_opens_on_the_long_way(tmp_path: Path) -> None:
    async def scenario() -> None:
        ways = Ways(tmp_path)
        ways.asked(b"GET /before HTTP/1.1\r\n" + SECTION, short=True)
        fresh = KEYS.rotated()
        fresh.save(tmp_path / "seal.json")
        request = b"GET /o/%b.gif HTTP/1.1\r\n%b" % (sealed(Kind.OPEN, keys=fresh), SECTION)
        assert [(len(noted), taken) for _, noted, taken in (ways.asked(request, short=True) for _ in range(2))] == [
            (1, False),
            (1, True),
        ]

    asyncio.run(scenario())


def test_what_is_kept_is_bounded(ways: Ways) -> None:
    sections = [b"Host: x\r\nX: %d\r\n\r\n" % number for number in range(3_000)]
    for section in sections:
        ways.asked(b"GET /a HTTP/1.1\r\n" + section, short=True)
    assert 0 < sum(ways.familiar.get(section) is not None for section in sections) <= 1_024


def test_hits_of_familiar_requests_say_the_same(edge: Edge) -> None:
    request = b"GET %b HTTP/1.1\r\n%b" % (edge.addresses.open().encode(), SECTION)
    closing = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with edge.socket() as connection:
        for _ in range(3):
            connection.sendall(request)
            assert statuses(connection.recv(65536)) == [200]
    for _ in range(2):
        with edge.socket() as connection:
            connection.sendall(closing)
            assert b"\r\nConnection: close\r\n" in read_all(connection)
    hits = edge.hits()
    assert [(hit.agent, hit.headers) for hit in hits] == [("Thunderbird", {"accept": "image/*"})] * 5
    assert len({hit.id for hit in hits}) == 5

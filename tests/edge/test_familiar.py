"""A header section that was read before is not parsed again; nothing but time may tell the difference."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from odziv.edge.answers import Answer
from odziv.edge.limits import Limits
from odziv.edge.reading import Reader
from odziv.edge.request import Familiar, Request
from tests.edge.process import Edge, read_all, statuses

SECTION = b"Host: x\r\nUser-Agent: Thunderbird\r\nAccept: image/*\r\n\r\n"
LIMITS = Limits(head=300, target=100)


class Told(NamedTuple):
    """What a reader says of a request."""

    method: str
    target: bytes
    headers: dict[bytes, bytes]
    last: bool
    refused: bytes


class Notes:
    """An asker that writes down what it is told."""

    def __init__(self, familiar: Familiar, *, keep_alive: bool = True) -> None:
        self.peer = "203.0.113.9"
        self.told: list[Told] = []
        self.reader = Reader(self, LIMITS, familiar, lambda: keep_alive)

    def began(self) -> None:
        """Nothing is to be noted."""

    def answered(self) -> None:
        """Nobody answers here."""

    def asked(self, request: Request, refused: Answer | None = None) -> None:
        status = refused.status if refused else b""
        fields = dict(request.fields.headers)
        self.told.append(Told(request.method, request.target, fields, request.last, status))

    def read(self, *data: bytes) -> list[Told]:
        for piece in data:
            if not self.reader.is_over:
                self.reader.feed(piece)
        return self.told


_LINES = st.sampled_from(
    [
        b"GET /o/AQ.gif HTTP/1.1",
        b"GET / HTTP/1.1",
        b"GET /a?b=c#d HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET /\x01 HTTP/1.1",
        b"GET /\xc4\x8d HTTP/1.1",
        b"GET /" + b"y" * 99 + b" HTTP/1.1",
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
)
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


@given(_LINES, _SECTIONS, _SECTIONS, st.booleans())
@example(b"GET /x HTTP/1.1", SECTION, SECTION, True)
def test_familiar_and_new_sections_are_read_alike(line: bytes, first: bytes, section: bytes, keep_alive: bool) -> None:
    familiar = Familiar()
    for known in (first, section):
        Notes(familiar).read(b"GET /before HTTP/1.1\r\n" + known)
    request = line + b"\r\n" + section
    following = (request, b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
    assert Notes(familiar, keep_alive=keep_alive).read(*following) == Notes(Familiar(), keep_alive=keep_alive).read(
        *following
    )


def test_a_plain_section_is_familiar_the_second_time() -> None:
    familiar = Familiar()
    Notes(familiar).read(b"GET /a HTTP/1.1\r\n" + SECTION)
    assert familiar.get(SECTION) is not None


def test_what_is_kept_is_bounded() -> None:
    familiar = Familiar()
    notes = Notes(familiar)
    sections = [b"Host: x\r\nX: %d\r\n\r\n" % number for number in range(3_000)]
    notes.read(*(b"GET /a HTTP/1.1\r\n" + section for section in sections))
    assert len(notes.told) == 3_000
    assert 0 < sum(familiar.get(section) is not None for section in sections) <= 1_024


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

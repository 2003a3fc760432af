"""One request: open the seal, make the hit, have it recorded, answer."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote_to_bytes

from odziv.edge import answers, preference
from odziv.edge.answers import Answer, FileBody
from odziv.edge.download import Part, etag_of, file_fields, image_fields, part_of
from odziv.edge.keys import Keys
from odziv.edge.recorder import Recorder
from odziv.lib.files import FileMissing, FileStore, FileStoreError
from odziv.lib.hit import Hit
from odziv.lib.peer import Proxies
from odziv.lib.seal import FileRef, Kind, Sealed, SealError, decode_file, decode_sender, fits_location
from odziv.lib.uuid7 import uuid7

log = logging.getLogger("odziv.edge")

Reply = Callable[[Answer], object]

_KINDS = {b"/o/": Kind.OPEN, b"/i/": Kind.IMAGE, b"/c/": Kind.CLICK, b"/a/": Kind.FILE, b"/p/": Kind.PREFERENCE}
_ORIGIN = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_KEPT_HEADERS = frozenset(
    b"sec-purpose purpose x-purpose x-moz accept accept-language referer via from if-none-match if-modified-since "
    b"range".split()
)
_LONGEST_AGENT = 512
_LONGEST_HEADER = 256
_READ_AHEAD = 16 * 1024


class Request(NamedTuple):
    """A request whose header is complete. Header names are in lower case; repeated ones are joined by commas."""

    method: str
    target: bytes
    headers: Mapping[bytes, bytes]
    socket_peer: str


class Door:
    """Answers requests. `reply` is called exactly once for each, now or later, on the event loop."""

    def __init__(
        self, *, keys: Keys, store: FileStore, recorder: Recorder, proxies: Proxies, pool: Executor,
        health: Callable[[], str],
    ) -> None:  # fmt: skip
        self.refused = 0
        self._keys = keys
        self._store = store
        self._recorder = recorder
        self._proxies = proxies
        self._pool = pool
        self._health = health
        self._loop = asyncio.get_running_loop()

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer a request. Whatever is wrong with an identifier, the answer is the same 404 (E3)."""
        path = _path(request.target)
        kind = _KINDS.get(path[:3])
        if request.method not in ("GET", "HEAD") and not (kind is Kind.PREFERENCE and request.method == "POST"):
            reply(answers.PREFERENCE_METHODS if kind is Kind.PREFERENCE else answers.METHOD_NOT_ALLOWED)
            return
        if kind is None:
            reply(self._plain(path))
            return
        try:
            sealed = self._open(kind, path[3:])
            if kind is Kind.OPEN:
                self._record(request, sealed, partial(reply, answers.BEACON))
            elif kind is Kind.CLICK:
                honeypot = sealed.kind is Kind.HONEYPOT
                # Nothing is behind it, and whoever followed it need not learn what it was.
                self._record(request, sealed, partial(reply, answers.NOT_FOUND if honeypot else _redirect(sealed)))
            elif kind is Kind.PREFERENCE:
                self._preference(request, sealed, reply)
            elif kind is Kind.IMAGE:
                ref = decode_file(sealed.tail)
                self._record(request, sealed, partial(self._image, request, ref, reply))
            else:
                ref = decode_file(sealed.tail)
                part = _part(request, ref, ref.size)
                send = partial(self._file, request, ref, reply)
                self._record(request, sealed, send, partial_view=not part.is_new_view)
        except SealError:
            self.refused += 1
            reply(answers.NOT_FOUND)

    def _plain(self, path: bytes) -> Answer:
        if path == b"/healthz":
            return answers.health(self._health())
        return answers.ROBOTS if path == b"/robots.txt" else answers.NOT_FOUND

    def _open(self, kind: Kind, rest: bytes) -> Sealed:
        """The seal of a path without its first letter. Raises SealError, also for a seal of another kind."""
        if kind is Kind.OPEN:
            if not rest.endswith(b".gif"):
                raise SealError("not a beacon")
            rest = rest[:-4]
        elif kind is Kind.FILE:
            rest = rest.partition(b"/")[0]
        if b"%" in rest:
            # Some programs encode what needs no encoding; it is the same address (RFC 3986, section 6.2.2.2).
            rest = unquote_to_bytes(rest)
        sealed = self._keys.open(rest.decode("latin-1"))
        if sealed.kind is not kind and (kind, sealed.kind) != (Kind.CLICK, Kind.HONEYPOT):
            raise SealError("of another kind")
        return sealed

    def _record(
        self,
        request: Request,
        sealed: Sealed,
        then: Callable[[], object],
        *,
        partial_view: bool = False,
        failed: Callable[[], object] | None = None,
    ) -> None:
        headers = request.headers
        hit = Hit(
            id=uuid7(),
            at=time.time(),
            kind=sealed.kind,
            organisation=sealed.organisation,
            delivery=sealed.delivery,
            ordinal=sealed.ordinal,
            method=request.method,
            peer=self._proxies.peer(request.socket_peer, headers),
            agent=_shown(headers.get(b"user-agent", b""), _LONGEST_AGENT),
            headers={
                name.decode("latin-1"): _shown(value, _LONGEST_HEADER)
                for name, value in headers.items()
                if name in _KEPT_HEADERS or name.startswith(b"sec-fetch-")
            },
            partial=partial_view,
        )
        self._recorder.record(hit, then, failed)

    def _preference(self, request: Request, sealed: Sealed, reply: Reply) -> None:
        """Looking changes nothing, so that scanners which follow every link refuse nothing; POST refuses (RFC 8058)."""
        sender = decode_sender(sealed.tail)
        if request.method != "POST":
            reply(preference.asks(*sender))
            return
        done, failed = (partial(reply, answer(*sender)) for answer in (preference.done, preference.failed))
        self._record(request, sealed, done, failed=failed)

    def _image(self, request: Request, ref: FileRef, reply: Reply) -> None:
        def read() -> Answer:
            size = self._store.size(ref.key)
            head = image_fields(ref, size=size)
            return self._with_file(request, ref, Answer(b"200 OK", head), Part(200, 0, size))

        self._from_store(read, reply)

    def _file(self, request: Request, ref: FileRef, reply: Reply) -> None:
        def read() -> Answer:
            size = self._store.size(ref.key)
            part = _part(request, ref, size)
            head = file_fields(ref, part, etag=etag_of(ref), size=size)
            return self._with_file(request, ref, Answer(_STATUS[part.status], head), part)

        self._from_store(read, reply)

    def _from_store(self, read: Callable[[], Answer], reply: Reply) -> None:
        """Let a thread of the pool read; a disk that hangs holds up no other request."""
        future = self._loop.run_in_executor(self._pool, read)
        future.add_done_callback(partial(_reply_with, reply))

    def _with_file(self, request: Request, ref: FileRef, answer: Answer, part: Part) -> Answer:
        """The answer with its part of the file; a small one is read already. Runs in the pool."""
        if request.method == "HEAD" or not part.length:
            return answer
        body = FileBody(partial(self._opened, ref, part), part.length)
        if part.length > _READ_AHEAD:
            return Answer(answer.status, answer.fields, body)
        with body.open() as stream:
            content = stream.read(part.length)
        if len(content) != part.length:
            raise FileStoreError("The file became shorter while it was read.")
        return Answer(answer.status, answer.fields, content)

    def _opened(self, ref: FileRef, part: Part) -> BinaryIO:
        stream = self._store.open(ref.key)
        stream.seek(part.start)
        return stream


_STATUS = {
    200: b"200 OK",
    206: b"206 Partial Content",
    304: b"304 Not Modified",
    412: b"412 Precondition Failed",
    416: b"416 Range Not Satisfiable",
}


def _reply_with(reply: Reply, future: asyncio.Future[Answer]) -> None:
    if future.cancelled():
        reply(answers.FILE_STORE_AWAY)
        return
    error = future.exception()
    if error is None:
        reply(future.result())
    elif isinstance(error, FileMissing):
        reply(answers.FILE_GONE)
    else:
        log.error("a file cannot be read: %s", error)
        reply(answers.FILE_STORE_AWAY)


def _part(request: Request, ref: FileRef, size: int) -> Part:
    return part_of(request.headers, etag=etag_of(ref), size=size, is_get=request.method == "GET")


def _redirect(sealed: Sealed) -> Answer:
    # Sealing refuses it too. Two locks, since a line end in here would be a header of somebody else's making.
    if not fits_location(sealed.tail):
        raise SealError("not an address")
    return answers.redirect(sealed.tail)


def _path(target: bytes) -> bytes:
    """The path of a request target in origin form or absolute form (RFC 9112, section 3.2)."""
    if not target.startswith(b"/") and (origin := _ORIGIN.match(target)):
        target = target[origin.end() :] or b"/"
    return target.partition(b"?")[0]


def _shown(value: bytes, longest: int) -> str:
    return value[: longest * 4].decode("utf-8", "replace")[:longest]

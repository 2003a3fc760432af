"""One request: open the seal, make the hit, have it recorded, answer."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import BinaryIO, TypeVar
from urllib.parse import unquote_to_bytes

from odziv.edge import answers, preference
from odziv.edge.answers import Answer, FileBody
from odziv.edge.download import Part, etag_of, file_fields, image_fields, part_of
from odziv.edge.keys import Keys
from odziv.edge.recorder import Recorder
from odziv.edge.request import Request
from odziv.lib.files import FileMissing, FileStore, FileStoreError
from odziv.lib.hit import encode_seen
from odziv.lib.peer import Proxies
from odziv.lib.seal import FileRef, Kind, SealError, Unsealed, decode_file, decode_sender, fits_location

log = logging.getLogger("odziv.edge")

T = TypeVar("T")

_OPEN, _IMAGE, _CLICK, _FILE, _HONEYPOT, _PREFERENCE = Kind
_KINDS = {b"/o/": _OPEN, b"/i/": _IMAGE, b"/c/": _CLICK, b"/a/": _FILE, b"/p/": _PREFERENCE}
_ORIGIN = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_READ_AHEAD = 16 * 1024


class Door:
    """Answers requests: each gets its reply exactly once, now or later, on the event loop."""

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

    def handle(self, request: Request) -> None:
        """Answer a request. Whatever is wrong with an identifier, the answer is the same 404 (E3)."""
        target = request.target
        path = (target if target[:1] == b"/" else _without_origin(target)).partition(b"?")[0]
        kind = _KINDS.get(path[:3])
        if request.method not in ("GET", "HEAD") and not (kind is _PREFERENCE and request.method == "POST"):
            request.reply(answers.PREFERENCE_METHODS if kind is _PREFERENCE else answers.METHOD_NOT_ALLOWED)
            return
        if kind is None:
            request.reply(self._plain(path))
            return
        try:
            sealed = self._open(kind, path[3:])
            if kind is _OPEN:
                self._record(request, sealed, request.reply, answers.BEACON)
            elif kind is _CLICK:
                honeypot = sealed[0] == _HONEYPOT
                # Nothing is behind it, and whoever followed it need not learn what it was.
                self._record(request, sealed, request.reply, answers.NOT_FOUND if honeypot else redirect(sealed))
            elif kind is _PREFERENCE:
                self._preference(request, sealed)
            elif kind is _IMAGE:
                ref = decode_file(sealed[4])
                self._record(request, sealed, partial(self._image, request), ref)
            else:
                ref = decode_file(sealed[4])
                part = _part(request, ref, ref.size)
                self._record(request, sealed, partial(self._file, request), ref, not part.is_new_view)
        except SealError:
            self.refused += 1
            request.reply(answers.NOT_FOUND)

    def _plain(self, path: bytes) -> Answer:
        if path == b"/healthz":
            return answers.health(self._health())
        return answers.ROBOTS if path == b"/robots.txt" else answers.NOT_FOUND

    def _open(self, kind: Kind, rest: bytes) -> Unsealed:
        """The seal of a path without its first letter. Raises SealError, also for a seal of another kind."""
        if kind is _OPEN:
            if not rest.endswith(b".gif"):
                raise SealError("not a beacon")
            rest = rest[:-4]
        elif kind is _FILE:
            rest = rest.partition(b"/")[0]
        if b"%" in rest:
            # Some programs encode what needs no encoding; it is the same address (RFC 3986, section 6.2.2.2).
            rest = unquote_to_bytes(rest)
        sealed = self._keys.unseal(rest)
        if sealed[0] != kind and not (kind is _CLICK and sealed[0] == _HONEYPOT):
            raise SealError("of another kind")
        return sealed

    def _record(
        self,
        request: Request,
        sealed: Unsealed,
        then: Callable[[T], object],
        what: T,
        partial_view: bool = False,
    ) -> None:
        """Have the hit recorded, then call `then(what)`."""
        fields = request.fields
        peer = self._proxies.peer(request.asker.peer, fields.headers)
        record = encode_seen(sealed, request.method, peer, fields.seen(), partial_view)
        self._recorder.record(record, then, what)

    def _preference(self, request: Request, sealed: Unsealed) -> None:
        """Looking changes nothing, so that scanners which follow every link refuse nothing; POST refuses (RFC 8058)."""
        sender = decode_sender(sealed[4])
        if request.method != "POST":
            request.reply(preference.asks(*sender))
            return
        done = preference.done(*sender)
        done.unrecorded = preference.failed(*sender)
        self._record(request, sealed, request.reply, done)

    def _image(self, request: Request, ref: FileRef) -> None:
        def read() -> Answer:
            size = self._store.size(ref.key)
            head = image_fields(ref, size=size)
            return self._with_file(request, ref, Answer(b"200 OK", head), Part(200, 0, size))

        self._from_store(read, request)

    def _file(self, request: Request, ref: FileRef) -> None:
        def read() -> Answer:
            size = self._store.size(ref.key)
            part = _part(request, ref, size)
            head = file_fields(ref, part, etag=etag_of(ref), size=size)
            return self._with_file(request, ref, Answer(_STATUS[part.status], head), part)

        self._from_store(read, request)

    def _from_store(self, read: Callable[[], Answer], request: Request) -> None:
        """Let a thread of the pool read; a disk that hangs holds up no other request."""
        future = self._loop.run_in_executor(self._pool, read)
        future.add_done_callback(partial(_reply_with, request.reply))

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


def _reply_with(reply: Callable[[Answer], object], future: asyncio.Future[Answer]) -> None:
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
    return part_of(request.fields.headers, etag=etag_of(ref), size=size, is_get=request.method == "GET")


def redirect(sealed: Unsealed) -> Answer:
    """To the address in a seal. Raises SealError."""
    # Sealing refuses it too. Two locks, since a line end in here would be a header of somebody else's making.
    if not fits_location(sealed[4]):
        raise SealError("not an address")
    return answers.redirect(sealed[4])


def _without_origin(target: bytes) -> bytes:
    """A request target in absolute form as one in origin form (RFC 9112, section 3.2)."""
    origin = _ORIGIN.match(target)
    return (target[origin.end() :] or b"/") if origin else target

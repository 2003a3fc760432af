"""The short way for nearly all requests: a beacon or a link, asked for as programs that were here before ask.

What is unusual in any way takes the long way, through `reading` and `door`; where both can be taken they answer and
record the same.
"""

from __future__ import annotations

from collections.abc import Callable

from odziv.edge import answers
from odziv.edge.door import redirect
from odziv.edge.keys import Keys
from odziv.edge.limits import Limits
from odziv.edge.recorder import Recorder
from odziv.edge.request import Asker, Familiar, Request
from odziv.lib.hit import encode_seen
from odziv.lib.peer import Proxies
from odziv.lib.seal import Kind, SealError

Express = Callable[[Asker, bytes], Request | None]
"""Takes the bytes that came on a connection which waits for a request; None when they have to go the long way."""

_OPEN, _CLICK = int(Kind.OPEN), int(Kind.CLICK)


def express(*, familiar: Familiar, keys: Keys, recorder: Recorder, proxies: Proxies, limits: Limits) -> Express:
    """The short way. It is a closure, since each name that it looks up in an object would cost a hundredth of it."""
    known_as, record = familiar.get, recorder.record
    longest = min(limits.target, limits.head)
    beacon = answers.BEACON
    peer_of = None if proxies.is_nobody else proxies.peer

    def take(asker: Asker, data: bytes) -> Request | None:
        line, _, section = data.partition(b" HTTP/1.1\r\n")
        if (fields := known_as(section)) is None or len(data) > longest:
            return None
        way = line[:7]
        try:
            # A seal is opened only when it is written as we wrote it: nothing else can stand in the line.
            if way == b"GET /o/" and line[-4:] == b".gif":
                sealed = keys.ring.unseal(line[7:-4])
                if sealed[0] != _OPEN:
                    return None
                answer = beacon
            elif way == b"GET /c/":
                sealed = keys.ring.unseal(line[7:])
                if sealed[0] != _CLICK:
                    return None
                answer = redirect(sealed)
            else:
                return None
        except SealError:
            return None
        peer = asker.peer if peer_of is None else peer_of(asker.peer, fields.headers)
        request = Request(asker, "GET", line[4:], fields, False, False)
        record(encode_seen(sealed, "GET", peer, fields.seen()), request.reply, answer)
        return request

    return take


def nowhere(_asker: Asker, _data: bytes) -> None:
    """Where all requests go the long way."""

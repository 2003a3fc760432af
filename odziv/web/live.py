"""Live pages: server-sent events that say *this message changed*; the page then fetches its parts anew (V3).

One hub for each kind of thing (messages, users' assistants) serves all pages of a web process. While somebody watches,
it asks the database every 0.7 s for a mark of every watched thing, in one query, and tells those who watch one whose
mark is another. The events carry no data, so what a page shows always comes from a view that checks who asks.

A stream ends by itself after some minutes (the browser comes back, and its session is checked again), when the tab is
closed, and when the process is to stop: `stop` ends all of them, so that the server's shutdown waits for none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from odziv.lib import clock
from odziv.models import Card, Message, User
from odziv.web import access

log = logging.getLogger("odziv.web.live")

EVERY = 0.7
LONGEST = 600.0  # seconds of one stream
ALIVE = 15.0  # seconds after which a comment shows that the connection stands
MOST_WATCHED = 100  # messages of one page


class Hub:
    """Who watches what. Lives on one event loop; everything but the query happens there.

    `read` gives the marks of things by their ids: texts that become others when there is something new to show.
    """

    def __init__(self, read: Callable[[Collection[UUID]], dict[UUID, str]]) -> None:
        self._read = read
        self._watchers: dict[UUID, set[asyncio.Queue[str | None]]] = {}
        self._marks: dict[UUID, str] = {}
        self._poller: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        # A thread of its own: the hub outlives the request that started it, and that request's thread.
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")

    async def watch(self, ids: Collection[UUID], marks: Mapping[UUID, str]) -> AsyncIterator[str]:
        """The ids of changed things, one at a time; "" when nothing happened for a while. Ends when it should.

        `marks` are those of what the page shows, so that a change between the page and this call is told too.
        """
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        for id in ids:
            self._watchers.setdefault(id, set()).add(queue)
            self._marks.setdefault(id, marks[id])
            if self._marks[id] != marks[id]:
                queue.put_nowait(str(id))
        loop = asyncio.get_running_loop()
        if self._poller is None or self._poller.done() or self._loop is not loop:
            self._loop = loop
            self._poller = loop.create_task(self._poll())
        ends = time.monotonic() + LONGEST
        try:
            while (left := ends - time.monotonic()) > 0:
                try:
                    changed = await asyncio.wait_for(queue.get(), min(ALIVE, left))
                except TimeoutError:
                    changed = ""
                if changed is None:
                    return
                yield changed
        finally:
            self._leave(ids, queue)

    def stop(self) -> None:
        """End all streams; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for queue in {queue for queues in self._watchers.values() for queue in queues}:
            queue.put_nowait(None)

    def _leave(self, ids: Iterable[UUID], queue: asyncio.Queue[str | None]) -> None:
        for id in ids:
            watchers = self._watchers.get(id, set())
            watchers.discard(queue)
            if not watchers:
                self._watchers.pop(id, None)
                self._marks.pop(id, None)

    async def _poll(self) -> None:
        """Until nobody watches any more."""
        while self._watchers:
            await asyncio.sleep(EVERY)
            ids = list(self._watchers)
            try:
                marks = await asyncio.get_running_loop().run_in_executor(self._pool, self._marks_of, ids)
            except DatabaseTrouble as error:
                # The pages stay as they are until the database is back.
                log.warning("live pages wait for the database: %s", error)
                continue
            for id, mark in marks.items():
                if self._marks.get(id, mark) != mark:
                    for queue in self._watchers.get(id, ()):
                        queue.put_nowait(str(id))
                if id in self._watchers:
                    self._marks[id] = mark

    def _marks_of(self, ids: Collection[UUID]) -> dict[UUID, str]:
        close_old_connections()
        return self._read(ids)


def _cards(users: Collection[UUID]) -> dict[UUID, str]:
    return Card.objects.marks(users, clock.now())


message_hub = Hub(Message.objects.marks)
card_hub = Hub(_cards)


def stop() -> None:
    """End all streams; may be called from any thread."""
    message_hub.stop()
    card_hub.stop()


def ids(text: str) -> list[UUID]:
    """Identifiers with commas between, as a page names what it watches. Raises Http404 for anything else."""
    try:
        return [UUID(part) for part in text.split(",")][:MOST_WATCHED]
    except ValueError:
        raise Http404 from None


async def messages(request: HttpRequest, ids: Collection[UUID | str]) -> HttpResponseBase:
    """A stream about messages that the user may read. Others, and strangers: the same answers as everywhere."""
    wanted = list(ids)[:MOST_WATCHED]
    return await _answer(request, message_hub, lambda user: _watchable(user, wanted))


async def cards(request: HttpRequest) -> HttpResponseBase:
    """A stream about the user's own assistant."""
    return await _answer(request, card_hub, lambda user: _cards([user.pk]))


async def _answer(request: HttpRequest, hub: Hub, watched: Callable[[User], dict[UUID, str]]) -> HttpResponseBase:
    user = await request.auser()
    if not isinstance(user, User):
        return HttpResponse(status=401)
    try:
        marks = await sync_to_async(watched)(user)
    finally:
        # The stream goes on for minutes; it must not hold the connection of this request's thread all the while.
        await sync_to_async(_let_go)()
    response = StreamingHttpResponse(_stream(hub, marks), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx must not wait for more
    return response


def _let_go() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _watchable(user: User, ids: Collection[UUID | str]) -> dict[UUID, str]:
    """The marks of the messages. Raises Http404 when the user may not read one of them."""
    return Message.objects.marks([access.message(user, id).pk for id in ids])


async def _stream(hub: Hub, marks: Mapping[UUID, str]) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for changed in hub.watch(list(marks), marks):
        yield f"event: changed\ndata: {changed}\n\n".encode() if changed else b": still here\n\n"

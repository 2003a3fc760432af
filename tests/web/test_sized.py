"""What announces or sends too much is refused before it is read (P1)."""

from __future__ import annotations

import asyncio
from typing import Any

from odziv.web.sized import Event, Receive, Scope, Send, Sized


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    """As Django: to the end, then an answer; nothing when the other side hangs up."""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        if not event.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"fine"})


def answer(path: str, bodies: list[bytes], announced: int | None = None) -> tuple[int, int]:
    """The status, and how many bodies were asked for."""
    sent: list[Event] = []
    rest = list(bodies)
    headers = [] if announced is None else [(b"content-length", b"%d" % announced)]

    async def receive() -> Event:
        return {"type": "http.request", "body": rest.pop(0), "more_body": bool(rest)}

    async def send(event: Event) -> None:
        sent.append(event)

    scope: dict[str, Any] = {"type": "http", "path": path, "headers": headers}
    asyncio.run(Sized(reads, {"/in/": 100})(scope, receive, send))
    return sent[0]["status"], len(bodies) - len(rest)


def test_2_gib_that_are_announced_are_refused_unread() -> None:
    assert answer("/in/x", [b"x"], 2 * 1024**3) == (413, 0)


def test_what_only_grows_is_refused_when_it_is_too_much() -> None:
    assert answer("/in/x", [b"x" * 60] * 1000) == (413, 2)


def test_what_is_small_enough_passes_and_so_do_other_addresses() -> None:
    assert answer("/in/x", [b"x" * 50] * 2, 100) == (200, 2)
    assert answer("/other/", [b"x" * 500] * 2, 1000) == (200, 2)

"""Keeps a table of processes running until told to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE, STDOUT, Popen
from typing import Any

from odziv.lib import logs

Process = Popen[bytes]

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
_STEADY = 60.0
_SECONDS_TO_END = 4.0
_CANNOT_START = 2


@dataclass(frozen=True, slots=True)
class Child:
    """A process: the label of its lines and its command line. It finds its end in an end of its standard input."""

    name: str
    command: Sequence[str]


class Supervisor:
    """Starts the children, passes on what they print, restarts one that ends, ends all within 5 seconds.

    Each has a process group of its own, so that Ctrl-C reaches only the supervisor, which then ends them in order.
    """

    def __init__(self, children: Sequence[Child], environ: Mapping[str, str]) -> None:
        self._children = children
        self._environ = environ
        self._ending = asyncio.Event()
        self._running: dict[str, Process] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._started_up = False
        self._status = 0

    async def run(self) -> int:
        """Keep all running until `end`; the exit status: 0, or 2 when one could not start as it is configured."""
        self._tasks = [asyncio.create_task(self._keep(child)) for child in self._children]
        await self._ending.wait()
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        _, late = await asyncio.wait(self._tasks, timeout=_SECONDS_TO_END)
        for name, process in self._running.items():
            say(f"{name} did not end in time and was killed")
            _signal(process, signal.SIGKILL, group=True)
        if late:
            await asyncio.wait(late, timeout=0.5)
        return self._status

    def end(self) -> None:
        """Let `run` end everything; a second call kills what still runs."""
        if self._ending.is_set():
            for process in self._running.values():
                _signal(process, signal.SIGKILL, group=True)
        self._ending.set()

    async def unless_ended(self, work: Coroutine[Any, Any, int]) -> int | None:
        """The result of `work`; it is cancelled, and None, when `end` is called before."""
        working, ending = asyncio.create_task(work), asyncio.create_task(self._ending.wait())
        await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait([working])
        return None

    def started_up(self) -> None:
        """From now on a child that cannot start is tried again, whatever the reason: it could once."""
        self._started_up = True

    async def _keep(self, child: Child) -> None:
        delay = _FIRST_DELAY
        clock = asyncio.get_running_loop().time
        while not self._ending.is_set():
            since = clock()
            code = await self._once(child)
            if self._ending.is_set():
                return
            if code == _CANNOT_START and not self._started_up:
                self._status = _CANNOT_START
                self._ending.set()
                return
            if clock() - since > _STEADY:
                delay = _FIRST_DELAY
            say(f"{child.name} {_how(code)}; it is started again in {delay:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _once(self, child: Child) -> int:
        """Run the child once; its exit status, negative for a signal."""
        # asyncio's own processes count as running while anybody holds their pipes, and so would wait for what a dead
        # child left behind.
        process = Popen(
            child.command, stdin=PIPE, stdout=PIPE, stderr=STDOUT, env=self._environ, start_new_session=True
        )
        self._running[child.name] = process
        if self._ending.is_set():
            _signal(process, signal.SIGTERM)
        relay = asyncio.create_task(_relay(child.name, process))
        code = await asyncio.to_thread(process.wait)
        # What it left behind must not hold its port, nor its output.
        _signal(process, signal.SIGKILL, group=True)
        await asyncio.wait([relay], timeout=1)
        relay.cancel()
        del self._running[child.name]
        return code


async def prepare(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command that ends by itself, with our output as its own; its exit status."""
    with Popen(command, stdin=DEVNULL, env=environ, start_new_session=True) as process:
        try:
            return await asyncio.to_thread(process.wait)
        except asyncio.CancelledError:
            _signal(process, signal.SIGKILL, group=True)
            raise


def say(line: str) -> None:
    """Print a line of the supervisor's own."""
    _write(f"{'odziv':<6} {line}" if logs.form() == "text" else logs.as_json("info", line))


async def _relay(name: str, process: Process) -> None:
    assert process.stdout is not None and process.stdin is not None
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), process.stdout)
    try:
        await _pass_on(name, reader)
    finally:
        pipe.close()
        process.stdin.close()


async def _pass_on(name: str, reader: asyncio.StreamReader) -> None:
    rest = b""
    while chunk := await reader.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > 65536:
            lines, rest = [*lines, rest], b""
        for line in lines:
            _print(name, line.decode(errors="replace"))
    if rest:
        _print(name, rest.decode(errors="replace"))


def _print(name: str, line: str) -> None:
    if logs.form() == "text":
        _write(f"{name:<6} {line}")
    elif logs.is_json(line):
        _write(line)
    else:
        # Said past the log: by a library, or by Python itself before the log began. It may be about anything.
        _write(logs.as_json("warning", "a line was withheld; ODZIV_LOG=text shows it", name))


def _write(line: str) -> None:
    # Nobody may read our output any more; that is no reason to stop.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with status {code}"
    return f"was ended by {signal.Signals(-code).name}"


def _signal(process: Process, number: signal.Signals, *, group: bool = False) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)

"""The process of the edge: sockets, signals, keys, exit status."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvloop

from odziv.edge.connection import Connection
from odziv.edge.keys import Keys
from odziv.edge.limits import Limits
from odziv.edge.quiet import to_stderr
from odziv.edge.server import EdgeServer
from odziv.lib.files import FileStoreError, store_from
from odziv.lib.logs import announce, stop_with
from odziv.lib.peer import Proxies
from odziv.lib.seal import KeyRingError
from odziv.lib.spool.files import SpoolError

log = logging.getLogger("odziv.edge")

CANNOT_START = 2
"""Exit status when the process cannot run as it is configured; starting it again would not help."""

_WAITING_CONNECTIONS = 4096
_OTHER_FILES = 64
_PRIVATE = "ODZIV_EDGE_PRIVATE_LISTEN"


@dataclass(frozen=True, slots=True)
class EdgeConfig:
    """What the edge needs to know. Port 0 is any free port; `socket_fd` is a listening socket that was handed down."""

    host: str
    port: int
    spool_folder: Path
    seal_keys: Path
    file_store: str | Path
    trusted_proxies: tuple[str, ...] = ()
    shares_port: bool = False
    """Whether other edges may listen on the port too (SO_REUSEPORT); the system gives each its share of connections."""
    private: tuple[str, int] | None = None
    """Host and port of the private listener, which tells figures; none by default."""
    socket_fd: int | None = None
    ready: Callable[[str, int], None] | None = None
    """Called with host and true port once requests are answered."""
    limits: Limits = field(default_factory=Limits)


class _CannotStart(Exception):
    """One line that says why, and what to do."""


def run(config: EdgeConfig) -> int:
    """Answer requests until SIGTERM or SIGINT; the exit status: 0, or `CANNOT_START` after one line on standard error.

    The only line on standard output is `edge listening on http://host:port`. SIGHUP takes over new keys at once; a
    changed key file is noticed within a second anyway.
    """
    to_stderr("odziv.edge")
    to_stderr("odziv.spool")
    # Threads that read files have the interpreter only when the loop lets go of it: 5 ms, the default, at each step.
    sys.setswitchinterval(0.001)
    # What is here now stays; what requests leave behind has no cycles, so looking for them often finds nothing.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_serve(config))
    except _CannotStart as error:
        stop_with(str(error), f"edge: {error}")
        return CANNOT_START


async def _serve(config: EdgeConfig) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_fault)
    with ExitStack() as stack:
        listener = stack.enter_context(_listening_socket(config))
        private = stack.enter_context(_listen(*config.private, _PRIVATE)) if config.private else None
        server = _server(config)
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        loop.add_signal_handler(signal.SIGHUP, server.refresh_keys)
        accepting = await loop.create_server(lambda: Connection(server), sock=listener, backlog=_WAITING_CONNECTIONS)
        if private:
            await loop.create_server(lambda: Connection(server, server.private), sock=private)
        _announce(config, listener)
        await stopped.wait()
        accepting.close()
        await server.stop()
    return 0


def _listening_socket(config: EdgeConfig) -> socket.socket:
    if config.socket_fd is not None:
        try:
            return socket.socket(fileno=config.socket_fd)
        except OSError as error:
            raise _CannotStart(f"the socket that was handed down cannot be used ({error.strerror}).") from error
    return _listen(config.host, config.port, "ODZIV_EDGE_LISTEN", shared=config.shares_port)


def _listen(host: str, port: int, setting: str, *, shared: bool = False) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_WAITING_CONNECTIONS, reuse_port=shared)
    except OSError as error:
        place = f"port {port} on {host}"
        if error.errno == errno.EADDRINUSE:
            raise _CannotStart(f"{place} is taken: end the program that uses it or set {setting}.") from error
        raise _CannotStart(f"cannot listen on {place} ({error.strerror}): set {setting}.") from error


def _server(config: EdgeConfig) -> EdgeServer:
    try:
        return EdgeServer(
            limits=replace(config.limits, connections=_room_for(config.limits.connections)),
            keys=Keys(config.seal_keys),
            spool_folder=config.spool_folder,
            store=store_from(config.file_store),
            proxies=Proxies(config.trusted_proxies),
        )
    except (KeyRingError, SpoolError, FileStoreError) as error:
        raise _CannotStart(str(error)) from error
    except ValueError as error:
        raise _CannotStart(f"ODZIV_TRUSTED_PROXIES cannot be used: {error}.") from error


def _room_for(connections: int) -> int:
    """How many connections the system allows; the soft limit of open files is raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - _OTHER_FILES))


def _announce(config: EdgeConfig, listener: socket.socket) -> None:
    name = listener.getsockname()
    host, port = (name[0], name[1]) if isinstance(name, tuple) else (str(name), 0)
    announce(f"edge listening on http://{f'[{host}]' if ':' in host else host}:{port}", "listening", port=port)
    if config.ready:
        config.ready(host, port)


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    error = context.get("exception")
    log.error("a fault in the loop", exc_info=error if isinstance(error, BaseException) else None)

"""What must be true before the first process starts."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from odziv.environment import Address, Environment, read_environment
from odziv.lib.plain import PlainError


def claim(data: Path) -> TextIO:
    """Make the data folder ours for as long as the returned file is open. Raises PlainError."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "serve.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise PlainError(f"ODZIV_DATA={data} cannot be written ({error.strerror}): name another folder.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        other = lock.read().strip() or "unknown"
        lock.close()
        raise PlainError(
            f"Odziv runs on {data} already (process {other}): end it, or name another folder in ODZIV_DATA."
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def settle_ports(environ: Mapping[str, str], env: Environment) -> dict[str, str]:
    """Check that all ports are free; returns the environment in which each port 0 became one that is.

    Raises PlainError for the first that is taken or not ours to use.
    """
    settled = dict(environ)
    held: list[socket.socket] = []
    try:
        for name, address in (
            ("ODZIV_WEB_LISTEN", env.web_listen),
            ("ODZIV_EDGE_LISTEN", env.edge_listen),
            ("ODZIV_EDGE_PRIVATE_LISTEN", env.edge_private_listen),
            ("ODZIV_WORK_PRIVATE_LISTEN", env.work_private_listen),
            ("ODZIV_MAIL_LISTEN", env.mail_listen),
            ("ODZIV_LMTP_LISTEN", env.lmtp_listen),
        ):
            if address is None:
                continue
            # Held until all are known, so that two settings with the same port are noticed.
            held.append(bind(name, address))
            settled[name] = str(Address(address.host, held[-1].getsockname()[1]))
    finally:
        for listener in held:
            listener.close()
    read_environment(settled)
    return settled


def bind(name: str, address: Address) -> socket.socket:
    """A socket that holds the address of a setting, closed by the caller. Raises PlainError that names the setting."""
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "the port is taken"
            remedy = f"end the program that uses it, or set {name} to a free one"
        else:
            reason = f"cannot listen there ({error.strerror})"
            remedy = f"set {name} to an address of this machine and a port above 1023"
        raise PlainError(f"{name}={address}: {reason}; {remedy}.") from error

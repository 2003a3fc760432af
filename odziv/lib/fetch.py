"""One HTTP request, step by step, so that a failure says at which step: name, connection, TLS, HTTP."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit

_MOST_BYTES = 256 * 1024


class Step(Enum):
    """Where it ended."""

    NAME = "name"
    REFUSED = "refused"
    SILENT = "silent"
    ROUTE = "route"
    CERTIFICATE = "certificate"
    TLS = "tls"
    HTTP = "http"


class Unreachable(Exception):
    """No answer; `step` says how far it came, the text gives the system's or the library's own words."""

    def __init__(self, step: Step, words: str) -> None:
        super().__init__(words)
        self.step = step


class Fetched(NamedTuple):
    """An answer, whatever its status; redirects are not followed. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(address: str, *, patience: float, agent: str) -> Fetched:
    """GET an http(s) address; `patience` seconds for each step, `agent` names who asks. Raises Unreachable."""
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    plain = _connected(host, parts.port or (443 if secure else 80), patience)
    connection = http.client.HTTPConnection(host, timeout=patience)
    try:
        connection.sock = _secured(plain, host) if secure else plain
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # The connection is there already, so http.client would leave the port out of Host.
        connection.request("GET", target, headers={"Host": parts.netloc.rpartition("@")[2], "User-Agent": agent})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Fetched(answer.status, headers, answer.read(_MOST_BYTES))
    except TimeoutError as error:
        raise Unreachable(Step.SILENT, "timed out") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(Step.HTTP, str(error) or type(error).__name__) from error
    finally:
        connection.close()
        plain.close()


def _connected(host: str, port: int, patience: float) -> socket.socket:
    """A connection to the first address that takes one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(Step.NAME, getattr(error, "strerror", None) or str(error)) from error
    trouble = Unreachable(Step.NAME, host)
    for family, kind, protocol, _name, place in found:
        line = socket.socket(family, kind, protocol)
        line.settimeout(patience)
        try:
            line.connect(place)
        except OSError as error:
            line.close()
            trouble = Unreachable(_step_of(error), error.strerror or str(error))
            continue
        return line
    raise trouble


def _step_of(error: OSError) -> Step:
    if isinstance(error, ConnectionRefusedError):
        return Step.REFUSED
    return Step.SILENT if isinstance(error, TimeoutError) else Step.ROUTE


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(Step.CERTIFICATE, error.verify_message or str(error)) from error
    except ssl.SSLError as error:
        raise Unreachable(Step.TLS, error.reason or str(error)) from error
    except TimeoutError as error:
        raise Unreachable(Step.SILENT, "timed out") from error
    except OSError as error:
        raise Unreachable(Step.TLS, error.strerror or str(error)) from error

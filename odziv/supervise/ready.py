"""When do the processes answer?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from odziv.environment import Address

_ONE_LOOK = 5.0
_PAUSE = 0.1


async def wait_until_answering(http: Sequence[tuple[Address, str]], plain: Sequence[Address]) -> None:
    """Return once an HTTP server answers at each address and path of `http`, whatever the status, and something
    accepts connections at each of `plain`."""
    for address, path in http:
        while not await _answers(address, path):
            await asyncio.sleep(_PAUSE)
    for address in plain:
        while not await _answers(address, None):
            await asyncio.sleep(_PAUSE)


async def _answers(address: Address, path: str | None) -> bool:
    try:
        async with asyncio.timeout(_ONE_LOOK):
            reader, writer = await asyncio.open_connection(_reachable(address.host), address.port)
            try:
                if path is None:
                    return True
                host = str(Address(_reachable(address.host), address.port))
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                return (await reader.readline()).startswith(b"HTTP/1.")
            finally:
                writer.close()
    except OSError:  # TimeoutError is one
        return False


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)

"""What the tests of the spool have in common: a writer that comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from odziv.lib.spool.writer import FileSpool


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def write(folder: Path, *records: bytes) -> str:
    spool = FileSpool(folder)
    await asyncio.gather(*(spool.put(record) for record in records))
    assert await spool.close()
    return spool.state.file


async def one_by_one(folder: Path, *records: bytes) -> str:
    """Each is a commit of its own."""
    spool = FileSpool(folder)
    for record in records:
        await spool.put(record)
    await spool.close()
    return spool.state.file


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]

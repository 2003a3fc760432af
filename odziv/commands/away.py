"""A command on a database that cannot be used ends with one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from odziv.environment import ENV
from odziv.lib.plain import PlainError

_SECONDS = 5

T = TypeVar("T")


def plainly(run: Callable[[Sequence[str]], T], argv: Sequence[str]) -> T:
    """Run it. Raises PlainError for a database that is away, full or refuses us; what else it raises stays."""
    try:
        return run(argv)
    except (OperationalError, InterfaceError) as error:
        raise as_line(error) from error


def as_line(error: DatabaseError | InterfaceError) -> PlainError:
    """What to say of it. A pool of connections only knows that its patience is over: the server is asked without it."""
    reason = str(error)
    if isinstance(error.__cause__, PoolTimeout):
        try:
            psycopg.connect(ENV.database_url, connect_timeout=_SECONDS).close()
        except psycopg.Error as refused:
            reason = str(refused)
    line = next(iter(reason.strip().splitlines()), type(error).__name__)
    return PlainError(f"the database cannot be used ({line}): see to ODZIV_DATABASE_URL and to free space.")

"""Many rows asked for as documents: the database writes them, one decoder reads them all.

Otherwise the drivers make a Python object of each value while no other thread may run; SQLite's even gives up the
interpreter and waits for it again at every row, so it gives one document. That costs half as much, and while the
database writes it another thread computes (docs/decisions/ingest.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections


class Shape:
    """What each row of an answer is: the types of its columns. Moments come in UTC, 0 and 1 as what they stand for."""

    def __init__(self, *types: Any) -> None:
        row: Any = tuple[types]  # type: ignore[valid-type]
        self._decoder = msgspec.json.Decoder(list[row], strict=False)
        self.width = len(types)

    def rows(self, columns: Sequence[str], source: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of `SELECT columns source`, in no order; `source` is what stands behind the columns."""
        names = [f"c{number}" for number in range(self.width)]
        told = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
        here = connections[DEFAULT_DB_ALIAS]
        with here.cursor() as cursor:
            if here.vendor == "sqlite":
                document = f"json_group_array(json_array({', '.join(names)}))"
                cursor.execute(f"SELECT {document} FROM (SELECT {told} {source}) AS asked", parameters)
                (answer,) = cursor.fetchone()
            else:
                # Row by row: libpq keeps, for each connection, as much room as the longest value took that ever came.
                document = f"json_build_array({', '.join(names)})::text"
                cursor.execute(f"SELECT {document} FROM (SELECT {told} {source}) AS asked", parameters)
                answer = f"[{','.join([text for (text,) in cursor.fetchall()])}]"
        found: list[Any] = self._decoder.decode(answer)
        return found

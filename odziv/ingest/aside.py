"""Records that are no hits are set aside, so that they block nothing and a person can look at them."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from odziv.lib.logs import Own
from odziv.lib.spool.reader import SpoolRecord

log = logging.getLogger("odziv.ingest")

NAME = "set-aside.jsonl"
MOST_BYTES = 64 * 1024 * 1024  # a flood of rubbish must not fill the disk that the spool needs


def set_aside(folder: Path, records: Iterable[tuple[SpoolRecord, str]], *, now: datetime) -> None:
    """Append each record and the reason to the file in `folder`, durably. Raises OSError.

    A record may stand there twice when the process ended before its position was stored.
    """
    path = folder / NAME
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        for record, reason in records:
            log.error("a record of the spool is no hit (%s, position %d)", Own(record.file), record.position)
            if file.tell() < MOST_BYTES:
                content = base64.b64encode(record.record).decode()
                row = {"at": now.isoformat(), "file": record.file, "position": record.position, "reason": reason}
                file.write(json.dumps(row | {"record": content}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())

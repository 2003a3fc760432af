"""Thread-Index, by which Outlook keeps conversations together ([MS-OXOMSG] 2.2.1.3).

Its first 22 bytes are the conversation's: the six highest bytes of the time at which it began (a FILETIME) and a random
identifier. Each answer appends five more.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from uuid import UUID

_HEAD = 22
_EPOCH = 11_644_473_600  # seconds from 1601 to 1970
_LONGEST = 2000  # characters of a header that are looked at


def new_index(conversation: UUID, began: datetime) -> str:
    """The conversation's part, in base64 without padding."""
    ticks = int((began.timestamp() + _EPOCH) * 10_000_000)
    return _written(ticks.to_bytes(8, "big")[:6] + conversation.bytes)


def head_of(header: str) -> str:
    """The conversation's part of a Thread-Index; empty when it is none."""
    text = "".join(header[:_LONGEST].split()).rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return ""
    return _written(raw[:_HEAD]) if len(raw) >= _HEAD else ""


def header_for(head: str, answer: UUID | None) -> str:
    """The field's value: of the e-mail that began the conversation, or of an answer in it."""
    raw = base64.b64decode(head + "=" * (-len(head) % 4))
    return base64.b64encode(raw + (answer.bytes[-5:] if answer else b"")).decode()


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")

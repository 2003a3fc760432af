"""What every file store promises."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import UUID

from odziv.lib.plain import Operational

_KEY = re.compile(r"[0-9a-f]{32}/([0-9a-f]{2})/\1[0-9a-f]{62}", re.ASCII)
_PROBE = UUID(int=0)


class FileStoreError(Operational):
    """The file store does not do what was asked; the message says what is wrong and how to mend it."""


class FileMissing(FileStoreError):
    """There is no file under this key."""


@dataclass(frozen=True, slots=True)
class StoredRef:
    """What was stored: its key, the SHA-256 of its content in hexadecimal, its size in bytes."""

    key: str
    sha256: str
    size: int


class FileStore(Protocol):
    """Keeps files. A key is `{organisation, 32 hex}/{first 2 of the digest}/{SHA-256, 64 hex}` and nothing else."""

    def put(self, organisation: UUID, chunks: Iterable[bytes]) -> StoredRef:
        """Store the bytes, durable on return; the same bytes again give the same key. Raises FileStoreError.

        What `chunks` itself raises is passed on, and leaves nothing behind.
        """

    def open(self, key: str) -> BinaryIO:
        """The file, to read and seek in; the caller closes it. Raises FileMissing, FileStoreError.

        What fails while it is read is an OSError or a FileStoreError.
        """

    def size(self, key: str) -> int:
        """Size in bytes. Raises FileMissing, FileStoreError."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is no error. Raises FileStoreError."""


def key_of(organisation: UUID, digest: str) -> str:
    """The key of content with this SHA-256."""
    return f"{organisation.hex}/{digest[:2]}/{digest}"


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def checked(key: str) -> str:
    """The key, when it is one: what comes from outside must lead nowhere else. Raises FileMissing."""
    if not is_key(key):
        raise FileMissing("This is not a key of the file store.")
    return key


def check(store: FileStore) -> None:
    """Write a file, read it back and remove it. Raises FileStoreError with the remedy."""
    content = secrets.token_bytes(64)
    ref = store.put(_PROBE, [content])
    try:
        with store.open(ref.key) as stream:
            came_back = stream.read()
    except OSError as error:
        raise FileStoreError(f"{store!r} cannot be read ({error.strerror or error}).") from error
    finally:
        store.delete(ref.key)
    if came_back != content:
        raise FileStoreError(f"What was written to {store!r} came back changed: check the disk.")

"""The file store: bytes kept under the digest of their content, for each organisation apart."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from odziv.lib.atomic import sync_folder

_KEY = re.compile(r"[0-9a-f]{32}/([0-9a-f]{2})/\1[0-9a-f]{62}", re.ASCII)
_PROBE = UUID(int=0)


class FileStoreError(Exception):
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
        """Store the bytes, durable on return; the same bytes again give the same key. Raises FileStoreError."""

    def open(self, key: str) -> BinaryIO:
        """The file, to read and seek in; the caller closes it. Raises FileMissing, FileStoreError."""

    def size(self, key: str) -> int:
        """Size in bytes. Raises FileMissing, FileStoreError."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is no error. Raises FileStoreError."""

    def check(self) -> None:
        """Write a file, read it back and remove it. Raises FileStoreError with the remedy."""


def store_from(place: str | Path) -> FileStore:
    """The file store at a folder's path or `file://` address. Raises FileStoreError for another scheme."""
    if isinstance(place, Path) or "://" not in place:
        return DirectoryStore(Path(place))
    parts = urlsplit(place)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return DirectoryStore(Path(unquote(parts.path)))
    raise FileStoreError(f"The file store {parts.scheme}://… is of an unknown kind: name a folder.")


class DirectoryStore:
    """A file store in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"DirectoryStore({str(self.root)!r})"

    def put(self, organisation: UUID, chunks: Iterable[bytes]) -> StoredRef:
        """See `FileStore.put`. What `chunks` itself raises is passed on, and leaves nothing behind."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
        except OSError as error:
            raise self._cannot("written", error) from error
        try:
            try:
                digest, size = self._fill(handle, chunks)
            finally:
                os.close(handle)
            ref = StoredRef(f"{organisation.hex}/{digest[:2]}/{digest}", digest, size)
            self._move(Path(beside), self.root / ref.key)
            return ref
        finally:
            Path(beside).unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """See `FileStore.open`."""
        path = self._path(key)
        try:
            return path.open("rb")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileMissing(f"The file {key} is not in the file store.") from error
        except OSError as error:
            raise self._cannot("read", error) from error

    def size(self, key: str) -> int:
        """See `FileStore.size`."""
        path = self._path(key)
        try:
            return path.stat().st_size
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileMissing(f"The file {key} is not in the file store.") from error
        except OSError as error:
            raise self._cannot("read", error) from error

    def delete(self, key: str) -> None:
        """See `FileStore.delete`."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._cannot("written", error) from error

    def check(self) -> None:
        """See `FileStore.check`."""
        content = secrets.token_bytes(64)
        ref = self.put(_PROBE, [content])
        try:
            with self.open(ref.key) as stream:
                came_back = stream.read()
        except OSError as error:
            raise self._cannot("read", error) from error
        finally:
            self.delete(ref.key)
        if came_back != content:
            raise FileStoreError(f"What was written to {self.root} came back changed: check the disk.")

    def _fill(self, handle: int, chunks: Iterable[bytes]) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            self._write(handle, chunk)
        try:
            os.fsync(handle)
        except OSError as error:
            raise self._cannot("written", error) from error
        return digest.hexdigest(), size

    def _write(self, handle: int, chunk: bytes) -> None:
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(handle, rest) :]
        except OSError as error:
            raise self._cannot("written", error) from error

    def _move(self, beside: Path, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.replace(path)
            # A new name is durable when its folder is synced, and a new folder when the one above it is.
            for folder in (path.parent, path.parent.parent, self.root):
                sync_folder(folder)
        except OSError as error:
            raise self._cannot("written", error) from error

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileMissing("This is not a key of the file store.")
        return self.root / key

    def _cannot(self, what: str, error: OSError) -> FileStoreError:
        return FileStoreError(
            f"The file store {self.root} cannot be {what} ({error.strerror}): check that the folder exists, belongs to "
            f"the user of Odziv and that the disk has space."
        )

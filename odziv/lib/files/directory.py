"""A file store in a folder of this machine."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from odziv.lib.atomic import sync_folder
from odziv.lib.files.store import FileMissing, FileStoreError, StoredRef, checked, is_key, key_of


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
            ref = StoredRef(key_of(organisation, digest), digest, size)
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

    def all(self) -> Iterator[str]:
        """The keys of all files, in no order. What lies about beside them is passed over."""
        for path in self.root.glob("*/*/*"):
            key = str(path.relative_to(self.root))
            if is_key(key):
                yield key

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
        return self.root / checked(key)

    def _cannot(self, what: str, error: OSError) -> FileStoreError:
        return FileStoreError(
            f"The file store {self.root} cannot be {what} ({error.strerror}): check that the folder exists, belongs to "
            f"the user of Odziv and that the disk has space."
        )

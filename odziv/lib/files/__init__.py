"""The file store: bytes kept under the digest of their content, for each organisation apart (O5).

In a folder of this machine, or in a bucket of a service that speaks the S3 API, where many machines reach it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from odziv.lib.files.directory import DirectoryStore
from odziv.lib.files.store import FileMissing, FileStore, FileStoreError, StoredRef, check

__all__ = ["DirectoryStore", "FileMissing", "FileStore", "FileStoreError", "StoredRef", "check", "store_from"]


def store_from(place: str | Path) -> FileStore:
    """The file store at a folder's path, or at a `file://` or `s3://` address. Raises FileStoreError for others."""
    if isinstance(place, Path) or "://" not in place:
        return DirectoryStore(Path(place))
    parts = urlsplit(place)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return DirectoryStore(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return _bucket(place)
    raise FileStoreError(f"The file store {parts.scheme}://… is of an unknown kind: name a folder, or s3://bucket.")


@lru_cache
def _bucket(place: str) -> FileStore:
    """One for each address: it keeps its connections open, and threads may share it."""
    from odziv.lib.files.bucket import BucketStore  # takes a while, and one machine does without

    return BucketStore(place)

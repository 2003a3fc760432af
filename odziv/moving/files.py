"""Copy the files of a folder; what stands there already in its full size is passed over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from uuid import UUID

from odziv.lib.files import DirectoryStore, FileMissing, FileStore

_AT_ONCE = 8
_LISTED = 1_000
_PIECE = 1 << 18  # bytes
Tell = Callable[[int, int], None]


def copy(here: DirectoryStore, there: FileStore, tell: Tell) -> list[str]:
    """Copy all files; returns the keys of those whose content is not what their key says, which were not copied.

    Raises FileStoreError, OSError.
    """
    total = sum(1 for _key in here.all())
    keys, done, damaged = iter(here.all()), 0, []
    tell(0, total)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while some := list(islice(keys, _LISTED)):
            for key, is_right in zip(some, pool.map(partial(_copy, here, there), some), strict=True):
                done += 1
                if not is_right:
                    damaged.append(key)
            tell(done, total)
    return damaged


def _copy(here: DirectoryStore, there: FileStore, key: str) -> bool:
    try:
        if there.size(key) == here.size(key):
            return True
    except FileMissing:
        pass
    with here.open(key) as stream:
        ref = there.put(UUID(key.partition("/")[0]), iter(partial(stream.read, _PIECE), b""))
    if ref.key != key:
        there.delete(ref.key)
    return ref.key == key

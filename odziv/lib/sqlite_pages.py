"""One place for the pages of all SQLite connections of a process, so that they leave no holes in its memory.

By default SQLite asks for each page by itself, 4,096 bytes and a little more, and glibc lays them between what stays;
what is freed there is hardly ever a whole page of the system's, and cannot be given back. Here they come from one piece
that is as large as they may become together. When it is used up, a connection uses its own pages again.
"""

from __future__ import annotations

import ctypes
import mmap
from importlib import import_module

_PAGE = 4096
_CONFIG_PAGECACHE, _CONFIG_HEADER, _OK = 7, 24, 0  # sqlite3.h
_FAILED = ctypes.c_void_p(-1).value
_pieces: list[ctypes.c_void_p] = []


def keep_pages_apart(size: int) -> bool:
    """Let the pages of this process stand in one piece of `size` bytes, which are taken at once.

    Call it before anything connects. Returns False, and changes nothing, where something has, where it was done before,
    and where the library has no such entry.
    """
    try:
        # What Python's own module is linked with; a library found by its name might be another one.
        library = ctypes.CDLL(str(import_module("_sqlite3").__file__))
        config, used = library.sqlite3_config, library.sqlite3_memory_used
        shutdown, initialize = library.sqlite3_shutdown, library.sqlite3_initialize
    except (OSError, AttributeError):
        return False
    used.restype = ctypes.c_int64
    if _pieces or used():
        return False
    shutdown()  # the module has initialized it; nothing may be configured then
    header = ctypes.c_int()
    piece = _piece(size) if config(_CONFIG_HEADER, ctypes.byref(header)) == _OK else None
    slot = (_PAGE + header.value + 7) // 8 * 8
    if piece is not None and config(_CONFIG_PAGECACHE, piece, slot, size // slot) == _OK:
        _pieces.append(piece)
    initialize()
    return bool(_pieces)


def _piece(size: int) -> ctypes.c_void_p | None:
    """It is never given back: connections may be closed after everything of Python's is gone."""
    map_memory = ctypes.CDLL(None).mmap
    map_memory.restype = ctypes.c_void_p
    map_memory.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    found = map_memory(None, size, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    return None if found in (None, _FAILED) else ctypes.c_void_p(found)

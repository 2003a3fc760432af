"""Files that are either wholly there or not at all, even after a power cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_file(path: Path, content: str, *, mode: int = 0o600) -> None:
    """Replace `path` by `content`: written beside it, synced, renamed, and the folder synced. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        os.fchmod(handle, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_once(path: Path, make: Callable[[], str], *, mode: int = 0o600) -> str:
    """Return the content of `path`; when it does not exist yet, `make()` it first.

    Of several processes that start at once exactly one creates the file (a hard link fails if the name is taken),
    and all read the same content. Raises OSError.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            os.fchmod(handle, mode)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(make())
                stream.flush()
                os.fsync(stream.fileno())
            try:
                os.link(beside, path)
            except FileExistsError:
                # Another process was faster; its content is the truth.
                return path.read_text(encoding="utf-8")
            sync_folder(path.parent)
        finally:
            Path(beside).unlink(missing_ok=True)
    return path.read_text(encoding="utf-8")


def sync_folder(folder: Path) -> None:
    """Make names created or renamed in `folder` durable (rename(2) alone is not)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

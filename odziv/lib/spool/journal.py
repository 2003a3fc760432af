"""A spool file, byte by byte: written through to the disk in one system call for each commit, read while it grows.

The file is filled with zeros and synced before it is used. So a commit changes neither its size nor its place on the
disk, and costs one write. It consists of blocks of 512 bytes; no block is written by two commits, because a power cut
may spoil the block that is being written.

    block 0     magic (16 bytes) | number of the first block that is not deleted (8, little-endian; only a hint)
    a frame     kind `hits` or `gone` (4) | bytes of content (4) | count of records (4) | Unix time (8) | CRC-32 of the
                content (4) | CRC-32 of the header up to here (4) | content: a MessagePack array of records | zeros

A frame is one commit and begins with a block. Zeros where a frame should begin are the end, and so is a last frame
whose content does not fit its CRC: it is being written, or its writer died of it and never acknowledged it. Nobody ever
appends to a file that somebody else began. A reader deletes a frame by overwriting it with zeros up to its header.

The position of a record is its frame's block times 65536, plus its number in the frame from 1 on: it leads to the
place, goes up, and never means another record.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from odziv.lib.atomic import sync_folder
from odziv.lib.spool.files import SpoolFile, claim, free_bytes, new_file

SIZES = (4 * 1024 * 1024, 512 * 1024, 64 * 1024)
"""Bytes of a file; the smaller ones where there is no more space."""

_BLOCK = 512
_MAGIC = b"Odziv spool 2\n\0\0"
_HINT = struct.Struct("<16sQ")
_HEAD = struct.Struct("<4sIIdI")
_SUM = struct.Struct("<I")
_HEAD_BYTES = _HEAD.size + _SUM.size
_HITS, _GONE = b"hits", b"gone"
_PIECE = 256 * 1024
_DSYNC = os.RWF_DSYNC
_NO_FLAGS = frozenset((errno.EOPNOTSUPP, errno.ENOSYS))
_NO_SPACE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class NotAJournal(Exception):
    """The file does not begin as a spool file does."""


class Frame(NamedTuple):
    """One commit of `held` records. `content` is None when it was deleted; a damaged one cannot be taken apart."""

    block: int
    end: int
    held: int
    at: float
    content: bytes | None
    damaged: bool = False

    @property
    def last(self) -> int:
        """The position of its last record."""
        return self.block << 16 | self.held

    def records(self) -> list[tuple[int, bytes]]:
        """Records with their positions. What cannot be taken apart comes whole, at the position of the last."""
        if self.content is None:
            return []
        try:
            if self.damaged:
                return [(self.last, self.content)]
            records = msgspec.msgpack.decode(self.content, type=list[bytes])
        except msgspec.DecodeError:
            return [(self.last, self.content)]
        return list(enumerate(records, self.block << 16 | 1))


def frame(records: Sequence[bytes], at: float) -> bytes:
    """The bytes of a commit, up to the end of its last block."""
    content = msgspec.msgpack.encode(records)
    head = _HEAD.pack(_HITS, len(content), len(records), at, zlib.crc32(content))
    return b"".join((head, _SUM.pack(zlib.crc32(head)), content, bytes(-(_HEAD_BYTES + len(content)) % _BLOCK)))


class Journal:
    """A file that this process writes, and nobody else ever."""

    def __init__(self, file: SpoolFile, handle: int, size: int) -> None:
        self.path = file.path
        self._file = file
        self._handle = handle
        self._size = size
        self.name = file.path.name
        self._itself = f"/proc/self/fd/{handle}"
        self._place = os.readlink(self._itself)  # noqa: PTH115  compared for each commit
        self._at = _BLOCK

    @classmethod
    def begin(cls, folder: Path, *, frame_bytes: int = 0, gently: bool = False) -> Journal:
        """A new file with room for a frame; `gently`, commits to another get between. Raises SpoolError, OSError."""
        for size in SIZES:
            if size > SIZES[-1] and size > free_bytes(folder):
                continue
            try:
                return cls._begin(folder, max(size, frame_bytes + _BLOCK), gently=gently)
            except OSError as error:
                if error.errno not in _NO_SPACE or size == SIZES[-1]:
                    raise
        raise AssertionError

    @classmethod
    def _begin(cls, folder: Path, size: int, *, gently: bool) -> Journal:
        file = new_file(folder)
        try:
            handle = os.open(file.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                head = _HINT.pack(_MAGIC, 1)
                for start in range(0, size, _PIECE):
                    zeros = bytes(min(_PIECE, size - start))
                    piece = head + zeros[len(head) :] if start == 0 else zeros
                    _write(handle, piece, start, through=gently)
                os.fsync(handle)
                sync_folder(folder)
            except BaseException:
                os.close(handle)
                raise
        except BaseException:
            file.remove()
            raise
        return cls(file, handle, size)

    @property
    def is_in_place(self) -> bool:
        """Whether the file is where it was, and not deleted: what is written into a deleted file is lost.

        The system is asked for the file's place, not for its times (`stat`): from Linux 6.13 on, who asks for these
        makes the next write set them, and each commit then writes the inode too, which takes half as long again.
        """
        return os.readlink(self._itself) == self._place  # noqa: PTH115

    @property
    def is_half_full(self) -> bool:
        """Whether it is time to think of the next."""
        return self._at > self._size // 2

    def has_room(self, frame_bytes: int) -> bool:
        """Whether a frame still fits."""
        return self._at + frame_bytes <= self._size

    def append(self, data: bytes | memoryview) -> None:
        """Write a frame; it is durable on return. After an OSError nothing more may be written to this file."""
        try:
            _write(self._handle, data, self._at, through=True)
        except OSError:
            # It may stand there whole all the same. What is told to have failed should not be read, if that can be.
            with suppress(OSError):
                os.pwrite(self._handle, bytes(_HEAD_BYTES), self._at)
            raise
        self._at += len(data)

    def leave(self) -> None:
        """Write no more. The file is removed when nothing is in it, since no reader would come to it again."""
        try:
            is_empty = delete_through(self._handle, 0)
        finally:
            os.close(self._handle)
            self._file.release()
        if is_empty and (held := claim(self.path)):
            held.remove()


def _write(handle: int, data: bytes | memoryview, at: int, *, through: bool) -> None:
    try:
        written = os.pwritev(handle, [data], at, _DSYNC if through else 0)
    except OSError as error:
        if error.errno not in _NO_FLAGS:
            raise
        # A file system, or a system, that knows no such flag.
        written = os.pwrite(handle, data, at)
        if through:
            os.fdatasync(handle)
    if written != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def frames(handle: int, after: int = 0, *, contents: bool = True) -> Iterator[Frame]:
    """The commits of a file from the one with the position `after` on. Raises NotAJournal, OSError.

    Without `contents` they are only counted. A damaged frame is told from one that is being written by a whole one
    behind it.
    """
    magic, hint = _HINT.unpack(os.pread(handle, _HINT.size, 0).ljust(_HINT.size))
    if magic != _MAGIC:
        raise NotAJournal("This is no spool file of Odziv.")
    block = max(hint, after >> 16, 1)
    while found := _frame_at(handle, block, contents=contents) or _damaged(handle, block):
        yield found
        block = found.end


def _frame_at(handle: int, block: int, *, contents: bool = True) -> Frame | None:
    """The whole frame that begins at a block, if there is one."""
    if (head := _head_at(handle, block)) is None:
        return None
    kind, size, count, at, crc = head
    end = _end(block, size)
    if kind == _GONE:
        return Frame(block, end, count, at, None)
    if not contents:
        return Frame(block, end, count, at, b"")
    content = os.pread(handle, size, block * _BLOCK + _HEAD_BYTES)
    return Frame(block, end, count, at, content) if zlib.crc32(content) == crc else None


def _damaged(handle: int, block: int) -> Frame | None:
    """What stands where no whole frame begins, up to where the next one does; None at the end of the file."""
    if not any(os.pread(handle, _HEAD_BYTES, block * _BLOCK)):
        return None
    if head := _head_at(handle, block):
        candidates = range(_end(block, head[1]), _end(block, head[1]) + 1)
    else:
        candidates = range(block + 1, os.fstat(handle).st_size // _BLOCK)
    following = next((other for other in candidates if _head_at(handle, other)), None)
    if following is None:
        return None
    content = os.pread(handle, (following - block) * _BLOCK, block * _BLOCK)
    # Since there is a frame behind it, it is complete by now if it ever will be: a second look decides.
    return _frame_at(handle, block) or Frame(block, following, 1, 0.0, content, damaged=True)


def _end(block: int, content_bytes: int) -> int:
    return block + -(-(_HEAD_BYTES + content_bytes) // _BLOCK)


def _head_at(handle: int, block: int) -> tuple[bytes, int, int, float, int] | None:
    head = os.pread(handle, _HEAD_BYTES, block * _BLOCK)
    if len(head) < _HEAD_BYTES or _SUM.unpack_from(head, _HEAD.size)[0] != zlib.crc32(head[: _HEAD.size]):
        return None
    return _HEAD.unpack_from(head)


def delete_through(handle: int, position: int) -> bool:
    """Overwrite the commits whose last record stands at most at `position`; whether nothing is left.

    Nothing is synced: a deletion that a power cut undoes does no harm, since the reader knows its position.
    """
    block, is_empty = 0, True
    for found in frames(handle):
        if found.last > position:
            is_empty = False
            break
        block = found.end
        if found.content is not None:
            head = _HEAD.pack(_GONE, (found.end - found.block) * _BLOCK - _HEAD_BYTES, found.held, found.at, 0)
            zeros = bytes((found.end - found.block) * _BLOCK - _HEAD_BYTES)
            os.pwrite(handle, head + _SUM.pack(zlib.crc32(head)) + zeros, found.block * _BLOCK)
    if block:
        os.pwrite(handle, _HINT.pack(_MAGIC, block), 0)
    return is_empty

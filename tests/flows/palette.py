"""PNGs of screens with a palette: they stand in a repository, and need less than half of the bytes so."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def shrink(path: Path) -> None:
    """Write it with its 256 most frequent colours; a rarer one (the edge of a letter) becomes the nearest one.

    For screenshots as browsers make them: 8 bits for each of 3 or 4 channels, not interlaced. Keeps what would grow.
    """
    width, height, pixels = _pixels(path.read_bytes())
    counted = Counter(pixels)
    palette = [color for color, _n in counted.most_common(256)]
    index = {color: number for number, color in enumerate(palette)}
    for color in counted:
        if color not in index:
            index[color] = min(range(len(palette)), key=lambda number: _distance(palette[number], color))
    numbers = bytes(map(index.__getitem__, pixels))
    rows = b"".join(b"\0" + numbers[at : at + width] for at in range(0, len(numbers), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    made = _SIGNATURE + b"".join(_chunk(*one) for one in chunks)
    if len(made) < path.stat().st_size:
        path.write_bytes(made)


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and each pixel as three bytes."""
    at, packed = len(_SIGNATURE), b""
    while at < len(png):
        size, name = struct.unpack_from(">I4s", png, at)
        content = png[at + 8 : at + 8 + size]
        if name == b"IHDR":
            width, height, _depth, kind = struct.unpack_from(">IIBB", content)
        elif name == b"IDAT":
            packed += content
        at += size + 12
    step = 4 if kind == 6 else 3
    raw, before, pixels = zlib.decompress(packed), bytearray(width * step), []
    for start in range(0, height * (width * step + 1), width * step + 1):
        row = bytearray(raw[start + 1 : start + 1 + width * step])
        _unfilter(raw[start], row, before, step)
        pixels += [bytes(row[place : place + 3]) for place in range(0, len(row), step)]
        before = row
    return width, height, pixels


def _unfilter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    """PNG's five filters (RFC 2083, section 6)."""
    if kind == 0:
        return
    for place in range(len(row)):
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[place]
        elif kind == 3:
            guess = (left + above[place]) // 2
        else:
            guess = _paeth(left, above[place], corner)
        row[place] = (row[place] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))

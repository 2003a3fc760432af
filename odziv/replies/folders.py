"""The folders of a mailbox, as servers list them."""

from __future__ import annotations

from dataclasses import dataclass

from imapclient.imap_utf7 import decode as from_utf7
from imapclient.imap_utf7 import encode as to_utf7

Listed = tuple[tuple[bytes, ...], bytes | None, bytes | str]  # flags, delimiter, name
# Servers without SPECIAL-USE (RFC 6154): what the folder is usually called.
_SENT_NAMES = ("sent", "sent items", "sent mail", "sent messages", "poslano", "poslana pošta", "odposlano")


@dataclass(frozen=True)
class Folder:
    """A folder that can be opened. `wire` is its name as it travels, `uses` its special uses (RFC 6154), as `sent`."""

    name: str
    wire: bytes
    uses: frozenset[str] = frozenset()
    delimiter: str = ""


def sent_folder(folders: list[Folder]) -> Folder | None:
    """Where a mailbox keeps what was sent: by its special use, else by a usual name."""
    by_name = {one.name.lower().rpartition(one.delimiter or "\0")[2]: one for one in reversed(folders)}
    named = (by_name[name] for name in _SENT_NAMES if name in by_name)
    return next((one for one in folders if "sent" in one.uses), None) or next(named, None)


def folder_of(listed: Listed) -> Folder | None:
    """A folder of a LIST answer; None for one that cannot be opened."""
    flags, delimiter, raw = listed
    wire = raw if isinstance(raw, bytes) else str(raw).encode("ascii", "replace")
    said = {flag.decode("ascii", "replace").lstrip("\\").lower() for flag in flags if isinstance(flag, bytes)}
    if said & {"noselect", "nonexistent"}:
        return None
    uses = frozenset(said & {"sent", "drafts", "trash", "junk", "archive", "all", "flagged"})
    return Folder(_name(wire), wire, uses, (delimiter or b"").decode("ascii", "replace"))


def _name(wire: bytes) -> str:
    """A folder's name as people read it: modified UTF-7 (RFC 3501, 5.1.3), or UTF-8 where a server sends that."""
    try:
        return wire.decode() if any(byte > 0x7F for byte in wire) else str(from_utf7(wire))
    except UnicodeError:
        return wire.decode("utf-8", "replace")


def wire_name(folder: Folder | str) -> bytes:
    """A folder's name as it travels."""
    return folder.wire if isinstance(folder, Folder) else to_utf7(folder)

"""The keys of sealed identifiers, followed while they are rotated."""

from __future__ import annotations

import logging
from pathlib import Path

from odziv.lib.seal import KeyRing, KeyRingError, SealError, Unsealed

log = logging.getLogger("odziv.edge")


class Keys:
    """Opens seals with the key ring of a file. Raises KeyRingError when the file cannot be used at the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.ring = KeyRing.load_or_create(path)
        """The keys that are known now."""
        self._seen = self._stamp()

    def unseal(self, text: bytes) -> Unsealed:
        """What was sealed; a key added a moment ago is known already. Raises SealError."""
        try:
            return self.ring.unseal(text)
        except SealError:
            if not self.refresh():
                raise
            return self.ring.unseal(text)

    def refresh(self) -> bool:
        """Read the file again if it changed; whether there are new keys. One that is damaged changes nothing."""
        stamp = self._stamp()
        if stamp in (None, self._seen):
            return False
        self._seen = stamp
        try:
            ring = KeyRing.load(self._path)
        except KeyRingError as error:
            log.error("keys not taken over, the former ones stay: %s", error)
            return False
        changed = ring != self.ring
        # A key that was known stays known: links that were sent live as long as this process in any case.
        self.ring = KeyRing({**self.ring.keys, **ring.keys})
        return changed

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

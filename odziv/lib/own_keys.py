"""The installation's own keys (`keys/secret.json`): newest first, and the older ones still open."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from odziv.lib.atomic import write_file, write_once
from odziv.lib.plain import PlainError


class OwnKeysError(PlainError):
    """The file cannot be used; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """`signing` signs sessions and links, `passwords` (Fernet) encrypt what must be kept, and from `mail` each
    organisation's login at the built-in mail server is derived.
    """

    signing: str
    passwords: tuple[str, ...]
    mail: str
    signing_before: tuple[str, ...] = ()

    @classmethod
    def fresh(cls) -> OwnKeys:
        """Of a new installation."""
        return cls(secrets.token_urlsafe(50), (_password_key(),), secrets.token_urlsafe(32))

    @classmethod
    def load_or_create(cls, path: Path) -> OwnKeys:
        """Read the file, readable by its owner only; made when there is none. Raises OwnKeysError."""
        try:
            kept = json.loads(write_once(path, lambda: cls.fresh()._text()))
            passwords, before = tuple(kept["passwords"]), tuple(kept.get("signing_before", ()))
            if not passwords or not all(isinstance(one, str) for one in (kept["signing"], kept["mail"], *passwords)):
                raise ValueError
            return cls(kept["signing"], passwords, kept["mail"], before)
        except OSError as error:
            raise OwnKeysError(
                f"ODZIV_DATA: {path} cannot be written or read ({error.strerror}); "
                "give the user that runs Odziv a folder of its own."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OwnKeysError(f"{path} is damaged; restore it from the backup.") from error

    def rotated(self) -> OwnKeys:
        """With new keys before these."""
        passwords = (_password_key(), *self.passwords)
        signing = secrets.token_urlsafe(50)
        return replace(self, signing=signing, signing_before=(self.signing, *self.signing_before), passwords=passwords)

    def newest(self) -> OwnKeys:
        """Without the older ones."""
        return replace(self, signing_before=(), passwords=self.passwords[:1])

    def save(self, path: Path) -> None:
        """Replace the file, durably. Raises OSError."""
        write_file(path, self._text())

    def _text(self) -> str:
        return json.dumps(asdict(self))


def _password_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

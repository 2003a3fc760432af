"""The mark in a data folder that its installation moves, or has moved: nothing may start on the database in it.

Otherwise what is scheduled would leave from both, and what changes here after its table was copied would be lost.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import NamedTuple

from odziv.lib.atomic import write_file
from odziv.lib.plain import PlainError

_NAME = "moved.json"


class Move(NamedTuple):
    """`token` is known to the new database too; `target` is where it is, without a password."""

    token: str
    target: str
    is_done: bool


def read(data: Path) -> Move | None:
    """The mark; None where there is none. Raises PlainError when it cannot be read."""
    try:
        return Move(**json.loads((data / _NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise PlainError(f"{data / _NAME} cannot be read ({error}): mend its rights, or restore the file.") from error


def begin(data: Path, target: str) -> Move:
    """Mark the folder. Raises PlainError."""
    return _write(data, Move(secrets.token_hex(16), target, is_done=False))


def finish(data: Path, move: Move) -> None:
    """Say that the installation is elsewhere now. Raises PlainError."""
    _write(data, move._replace(is_done=True))


def give_up(data: Path) -> None:
    """Let the installation start here again. Raises PlainError."""
    try:
        (data / _NAME).unlink(missing_ok=True)
    except OSError as error:
        raise PlainError(f"{data / _NAME} cannot be removed ({error.strerror}): mend the folder's rights.") from error


def refuse(data: Path) -> None:
    """Raises PlainError when the installation in this folder moves or has moved."""
    move = read(data)
    if move is None:
        return
    if move.is_done:
        raise PlainError(
            f"this installation was moved to {move.target}: set ODZIV_DATABASE_URL and ODZIV_FILES. To go back to what "
            f"it was before, and to lose what came since, remove {data / _NAME}."
        )
    raise PlainError(
        f"this installation is being moved to {move.target}: call odziv migrate-store again, which goes on where it "
        "was, or odziv migrate-store --give-up."
    )


def _write(data: Path, move: Move) -> Move:
    try:
        write_file(data / _NAME, json.dumps(move._asdict()))
    except OSError as error:
        raise PlainError(f"{data / _NAME} cannot be written ({error.strerror}): make room there.") from error
    return move

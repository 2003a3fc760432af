"""What a page says after something was done, with a way back (Django's messages; toast.js)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest


def undoable(request: HttpRequest, text: str, undo: str) -> None:
    """Say `text` on the next page; its *Undo* POSTs to the address `undo`."""
    messages.success(request, text, extra_tags=f"undo {undo}")


def undo_of(extra_tags: str) -> str:
    """The address in a message's extra tags; empty when it offers none."""
    mark, _, address = (extra_tags or "").partition(" ")
    return address if mark == "undo" else ""

"""Files that are made while they are sent, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

from odziv.models import User


def csv_file(user: User, name: str, pieces: Iterator[str]) -> StreamingHttpResponse:
    """A CSV to be saved, its pieces made one by one in the user's language and time zone."""

    def following() -> bytes | None:
        with translation.override(user.language), timezone.override(user.zone):
            piece = next(pieces, None)
        return None if piece is None else piece.encode("utf-8", "replace")

    async def stream() -> AsyncIterator[bytes]:
        # Django would make a list of a plain iterator before it sends the first byte.
        while (piece := await sync_to_async(following)()) is not None:
            yield piece

    response = StreamingHttpResponse(stream(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response


def dated(name: str, day: date) -> str:
    """`contacts-2026-05-04.csv`."""
    return f"{name}-{day.isoformat()}.csv"

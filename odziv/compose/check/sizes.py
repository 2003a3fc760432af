"""How large it becomes, and whether everything is there that is to leave."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from odziv.compose import drafts
from odziv.compose.check.seen import Seen
from odziv.compose.limits import LARGE_COPY, MAX_COPY
from odziv.compose.problems import Problem

_MEGABYTE = 1024 * 1024


def bodies(seen: Seen) -> Iterator[Problem]:
    """HTML and text within their limits."""
    for body in (seen.draft.html, seen.draft.text):
        if problem := drafts.body_too_large(body):
            yield problem


def lost_files(seen: Seen) -> Iterator[Problem]:
    """Files and images that the store does not have any more."""
    for one in seen.lost:
        text = _("“%(name)s” cannot be read from the file store. Remove it and attach it again.")
        yield Problem("file-missing", "attachments", text % {"name": one.name})


def beyond_every_server(seen: Seen) -> Iterator[Problem]:
    """No mail server takes it."""
    size = of_copy(seen)
    if size > MAX_COPY:
        text = _(
            "The e-mail has %(size)s MB, more than mail servers take (%(limit)d MB). Remove files, or follow them: "
            "then they leave as links."
        )
        values = {"size": _megabytes(size), "limit": MAX_COPY // _MEGABYTE}
        yield Problem("too-large", "attachments", text % values)


def total(seen: Seen) -> Iterator[Problem]:
    """Many mail servers would refuse it."""
    size = of_copy(seen)
    if LARGE_COPY < size <= MAX_COPY:
        text = _(
            "The e-mail has %(size)s MB on its way. Many mail servers refuse more than %(limit)d MB; followed "
            "attachments leave as links and make it small."
        )
        values = {"size": _megabytes(size), "limit": LARGE_COPY // _MEGABYTE}
        yield Problem("large", "attachments", text % values, blocking=False)


def of_copy(seen: Seen) -> int:
    """Bytes of one recipient's copy, about: what is attached or embedded grows by a third (RFC 2045, 6.8)."""
    followed = seen.is_followed
    inside = [one for one in seen.ready.attachments if not (followed and (one.followed or one.inline))]
    return sum(one.file.size for one in inside) * 4 // 3 + len(seen.draft.html) + len(seen.ready.text)


def _megabytes(size: int) -> str:
    return number_format(size / _MEGABYTE, 1)

"""Several files at once: followed, removed, brought back where they stood; Don't follow and back (C2, F1, I5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from odziv.compose import attachments, drafts, marked, send
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.lib import clock
from odziv.models import Message
from tests.compose.support import PNG, draft
from tests.support.cast import Cast


def with_files(cast: Cast, *names: str) -> tuple[Message, list[Any]]:
    message = draft(cast.ana)
    return message, [attachments.attach(message, name, "", [name.encode()], followed=True).pk for name in names]


def grid(message: Message) -> list[tuple[str, bool]]:
    return [(one.name, one.followed) for one in message.attachments.files()]


def test_only_the_marked_files_change_and_only_those_of_this_draft(cast: Cast) -> None:
    message, ids = with_files(cast, "a.pdf", "b.pdf", "c.pdf")
    image = attachments.attach(message, "i.png", "image/png", [PNG], inline=True)
    other, theirs = with_files(cast, "d.pdf")
    assert marked.follow(message, [*ids[:2], *theirs, image.pk], followed=False) == 2
    assert grid(message) == [("a.pdf", False), ("b.pdf", False), ("c.pdf", True)]
    assert [one.name for one in marked.remove(message, [ids[1], *theirs, image.pk])] == ["b.pdf"]
    assert (len(grid(message)), grid(other)) == (2, [("d.pdf", True)])
    assert message.attachments.images().count() == 1


def test_removed_files_come_back_where_they_stood(cast: Cast) -> None:
    message, ids = with_files(cast, "a.pdf", "b.pdf", "c.pdf")
    gone = marked.remove(message, ids[1:])
    attachments.attach(message, "new.pdf", "", [b"new"])
    assert marked.bring_back(message, gone) == 2
    assert sorted(grid(message)) == [("a.pdf", True), ("b.pdf", True), ("c.pdf", True), ("new.pdf", False)]
    assert len({one.ordinal for one in message.attachments.files()}) == 4
    hrast = draft(cast.eva)
    assert marked.bring_back(hrast, [replace(one, name="stolen.pdf") for one in gone]) == 0
    assert not hrast.attachments.exists()


def test_dont_follow_makes_files_of_them_and_follow_turns_them_back(cast: Cast) -> None:
    message, ids = with_files(cast, "a.pdf", "b.pdf")
    marked.follow(message, ids[1:], followed=False)
    drafts.save(message, DraftFields(wants_following=False))
    assert grid(message) == [("a.pdf", False), ("b.pdf", False)]
    with pytest.raises(DraftRefused):
        marked.follow(message, ids, followed=True)
    drafts.save(message, DraftFields(wants_following=True))
    assert grid(message) == [("a.pdf", True), ("b.pdf", False)]


def test_nothing_of_it_after_sending(cast: Cast) -> None:
    message, ids = with_files(cast, "a.pdf", "b.pdf")
    gone = marked.remove(message, ids[:1])
    send.submit(message, cast.ana, clock.now())
    for act in (
        lambda: marked.follow(message, ids, followed=False),
        lambda: marked.remove(message, ids),
        lambda: marked.bring_back(message, gone),
    ):
        with pytest.raises(StaleDraft):
            act()
    assert grid(message) == [("b.pdf", True)]

"""Outlook's conversations, [MS-OXOMSG] 2.2.1.3."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from odziv.lib.thread_index import head_of, header_for, new_index

BEGAN = datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_an_answer_keeps_the_conversations_part() -> None:
    head = new_index(UUID(int=5), BEGAN)
    first, answer = header_for(head, None), header_for(head, UUID(int=9))
    assert base64.b64decode(first)[0] == 1 and len(base64.b64decode(first)) == 22
    assert len(base64.b64decode(answer)) == 27
    assert head_of(first) == head_of(answer) == head and len(head) == 30


def test_one_of_outlooks_own_is_read() -> None:
    theirs = "AdYEhlKXkQ2ZcC5ZSa+xXmjpI8oAAQAAxJyAABXq4A=="
    assert head_of(theirs) == head_of(f" {theirs[:20]}\r\n {theirs[20:]}") != ""
    assert base64.b64decode(theirs)[:22] == base64.b64decode(head_of(theirs) + "==")


@pytest.mark.parametrize("text", ["", "x", "AdYE", "čšž", "=" * 100, "A" * 27, "!" * 44, "\0" * 44])
def test_what_is_none_has_no_head(text: str) -> None:
    assert head_of(text) == ""

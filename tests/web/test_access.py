"""The gate itself: who gets which object, and that every refusal is the same (O1, O2, C3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404

from odziv.models import Attachment, Message, MessageState, User
from odziv.web import access
from tests.support.cast import Cast
from tests.web.tenancy import make_message, make_world

NOWHERE = UUID("0193e4a0-0000-7000-8000-000000000000")

Gate = Callable[[User, Any], Any]

# Ana wrote everything in the world. Bor is her teammate, Dora administers, Eva is of another organisation.
GATES: list[tuple[Gate, str, str]] = [
    (access.record, "contact", "ana bor dora"),
    (access.activity, "call", "ana bor dora"),
    (access.activity, "message", "ana bor dora"),
    (access.activity, "draft", "ana"),
    (access.call_or_task, "call", "ana bor dora"),
    (access.call_or_task, "message", ""),
    (access.message, "message", "ana bor dora"),
    (access.message, "draft", "ana"),
    (access.draft, "draft", "ana"),
    (access.draft, "message", ""),
    (access.own_message, "message", "ana"),
    (access.delivery, "delivery", "ana bor dora"),
    (access.attachment, "attachment", "ana bor dora"),
    (access.attachment, "draft_attachment", "ana"),
    (access.draft_attachment, "draft_attachment", "ana"),
    (access.draft_attachment, "attachment", ""),
    (access.mailbox, "mailbox", "ana dora"),
    (access.own_mailbox, "mailbox", "ana"),
    (access.person, "user", "ana bor dora"),
    (access.token, "token", "ana"),
    (access.test_mail, "testmail", "ana bor dora"),
]


def opens(gate: Gate, user: User, id: object) -> bool:
    try:
        return gate(user, id) is not None
    except Http404 as refusal:
        assert str(refusal) == ""  # says nothing, whatever the reason
        return False


@pytest.mark.parametrize(("gate", "noun", "let_in"), GATES, ids=[f"{gate.__name__}-{noun}" for gate, noun, _ in GATES])
def test_who_is_let_in(cast: Cast, gate: Gate, noun: str, let_in: str) -> None:
    id = make_world(cast)[noun]
    people = {name: getattr(cast, name) for name in ("ana", "bor", "dora", "eva")}
    assert {name for name, user in people.items() if opens(gate, user, id)} == set(let_in.split())


@pytest.mark.parametrize("gate", dict.fromkeys(gate for gate, _, _ in GATES))
@pytest.mark.parametrize("id", ["", "x", "0", "'; DROP TABLE", "\x00", None, 7, str(NOWHERE), NOWHERE], ids=repr)
def test_what_is_no_identifier_of_anything_is_not_found(cast: Cast, gate: Gate, id: object) -> None:
    assert not opens(gate, cast.ana, id)


def test_a_record_is_of_the_kind_that_was_asked_for(cast: Cast) -> None:
    world = make_world(cast)
    with pytest.raises(Http404):
        access.record(cast.ana, world["contact"], "account")


def test_nothing_can_be_added_to_what_was_sent(cast: Cast) -> None:
    """A draft that is sent stops being editable at that moment, for its writer too (C3)."""
    world = make_world(cast)
    Message.objects.filter(pk=UUID(world["draft"])).update(state=MessageState.SENDING)
    assert not opens(access.draft, cast.ana, world["draft"])
    assert not opens(access.draft_attachment, cast.ana, Attachment.objects.get(message_id=UUID(world["draft"])).pk)


def test_an_incoming_message_is_no_draft_of_anybody(cast: Cast) -> None:
    world = make_world(cast)
    contact = access.record(cast.ana, world["contact"])
    message = make_message(cast.ana, contact, MessageState.DRAFT)
    Message.objects.filter(pk=message.pk).update(direction="in")
    assert not opens(access.draft, cast.ana, message.pk)

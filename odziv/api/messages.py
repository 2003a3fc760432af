"""Messages: write, send, read with figures and timeline."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja import Header, Router, Status

from odziv.api.schemas import MessageIn, MessageOut, Refusal
from odziv.api.shapes import message_out, refusal
from odziv.compose import attachments, drafts, send
from odziv.compose.problems import NotSendable, Problem, Refused, StaleDraft
from odziv.lib import clock
from odziv.models import Message, MessageState, User
from odziv.web import access

router = Router()


class Authenticated(HttpRequest):
    """A request whose token was good."""

    auth: User


@router.post("", response={201: MessageOut, 200: MessageOut, 404: Refusal, 422: Refusal}, summary="Write a message")
def create(
    request: HttpRequest,
    payload: MessageIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=100)] = "",
) -> Status:
    """Write a message, and with `send` send it at once.

    When it cannot be sent, the answer is 422 with the problems; the draft is kept and named. With an
    `Idempotency-Key` the same request may be repeated: it gives the message that the first one made (200), and never a
    second e-mail.
    """
    user = cast(Authenticated, request).auth
    made = Message.objects.made_for(user, idempotency_key)
    if made is not None:
        return _again(user, made, payload)
    try:
        draft = _written(user, payload, idempotency_key)
    except IntegrityError:
        # The same request at the same moment: whoever came second gets what the first one made.
        made = Message.objects.made_for(user, idempotency_key)
        if made is None:
            raise
        return _again(user, made, payload)
    if not payload.send:
        return Status(201, message_out(access.message(user, draft.pk)))
    return _sent(user, draft, 201)


@router.get("/{message_id}", response={200: MessageOut, 404: Refusal}, summary="Read a message")
def read(request: HttpRequest, message_id: UUID) -> MessageOut:
    """The message with its figures, recipients, links and the newest hundred entries of its timeline."""
    return message_out(access.message(cast(Authenticated, request).auth, message_id))


@router.post("/{message_id}/send", response={200: MessageOut, 404: Refusal, 409: Refusal, 422: Refusal})
def send_draft(request: HttpRequest, message_id: UUID) -> Status:
    """Send a draft of the user's own."""
    user = cast(Authenticated, request).auth
    return _sent(user, access.draft(user, message_id), 200)


def _again(user: User, made: Message, payload: MessageIn) -> Status:
    """The answer to a request that was asked before; a draft whose sending was cut off then is sent now."""
    if payload.send and made.state == MessageState.DRAFT:
        return _sent(user, made, 200)
    return Status(200, message_out(made))


def _sent(user: User, draft: Message, status: int) -> Status:
    try:
        send.submit(draft, user, clock.now())
    except NotSendable as error:
        return Status(422, refusal("The message was not sent; it is kept as a draft.", error.problems, draft.pk))
    except StaleDraft:
        if not draft.idempotency_key:
            raise
        # The same request, repeated at the same moment, has sent it: both have the same answer.
    return Status(status, message_out(access.message(user, draft.pk)))


@transaction.atomic
def _written(user: User, payload: MessageIn, idempotency_key: str) -> Message:
    """The whole draft or nothing."""
    regarding = access.record(user, payload.regarding) if payload.regarding else None
    mailbox = access.own_mailbox(user, payload.mailbox) if payload.mailbox else drafts.KEEP
    files = [(one, _decoded(one.name, one.content)) for one in payload.attachments]
    draft = drafts.new_draft(user, regarding=regarding, to=payload.to)
    if idempotency_key:
        draft.idempotency_key = idempotency_key
        draft.save(update_fields=["idempotency_key"])
    for one, content in files:
        attachments.attach(
            draft,
            one.name,
            one.content_type,
            [content],
            followed=one.followed and payload.follow,
            inline=bool(one.content_id),
            content_id=one.content_id,
        )
    fields = drafts.DraftFields(
        to=payload.to or drafts.KEEP,
        cc=payload.cc,
        bcc=payload.bcc,
        subject=payload.subject,
        html=payload.html,
        text=payload.text,
        mailbox=mailbox,
        wants_following=payload.follow,
    )
    return drafts.save(draft, fields)


def _decoded(name: str, content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        text = f"The content of “{name}” is not base64."
        raise Refused([Problem("not-base64", "attachments", text)]) from error

"""Messages that wait for delivery, made without the composer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from odziv.environment import ENV
from odziv.lib.files import store_from
from odziv.models import (
    Activity,
    ActivityKind,
    Attachment,
    Delivery,
    FollowState,
    Mailbox,
    Message,
    MessageState,
    Party,
    PartyRole,
    StoredFile,
    User,
)
from tests.support.smtp import SmtpServer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HTML = '<p>Hello,</p>\n<p>see <a href="https://lipa.example/offer?a=1&amp;b=2">our offer</a>.</p>\n'
TEXT = "Hello,\n\nsee our offer: https://lipa.example/offer\n"


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)


def mailbox_at(server: SmtpServer, user: User, **fields: Any) -> Mailbox:
    """A mailbox of the user that sends through this server."""
    wanted = {"smtp_security": "none", "smtp_host": server.host, "smtp_port": server.port, **fields}
    return Mailbox.objects.create(
        organisation=user.organisation, user=user, kind="smtp", name=user.name, address=user.email, **wanted
    )


def waiting_message(
    mailbox: Mailbox | None,
    user: User,
    *,
    to: Sequence[str] = ("maja@example.com",),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    **fields: Any,
) -> Message:
    """A message as it stands after Send was pressed."""
    organisation = user.organisation
    fields = {"html": HTML, "text": TEXT, "subject": "Our offer", "follow_state": FollowState.ON, **fields}
    activity = Activity.objects.create(
        organisation=organisation, kind=ActivityKind.EMAIL, subject=fields["subject"], owner=user
    )
    message = Message.objects.create(
        activity=activity,
        organisation=organisation,
        owner=user,
        mailbox=mailbox,
        from_name=user.name,
        from_address=user.email,
        state=MessageState.SENDING,
        message_id=f"<{activity.pk.hex}@lipa.example>",
        **fields,
    )
    roles = [(PartyRole.TO, to), (PartyRole.CC, cc), (PartyRole.BCC, bcc)]
    for position, (role, address) in enumerate((role, address) for role, addresses in roles for address in addresses):
        party = Party.objects.create(
            organisation=organisation, message=message, role=role, position=position, address=address
        )
        Delivery.objects.create(organisation=organisation, message=message, party=party, due_at=NOW)
    return message


def attach(message: Message, name: str, content: bytes, **fields: Any) -> Attachment:
    """Store a file and attach it."""
    ref = store_from(ENV.file_store).put(message.organisation_id, [content])
    file = StoredFile.objects.create(organisation=message.organisation, sha256=ref.sha256, size=ref.size, key=ref.key)
    ordinal = Attachment.objects.filter(message=message, inline=fields.get("inline", False)).count()
    return Attachment.objects.create(
        organisation=message.organisation, message=message, file=file, name=name, ordinal=ordinal, **fields
    )

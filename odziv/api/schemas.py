"""What goes in and comes out of the API, as OpenAPI describes it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema


class AttachmentIn(Schema):
    name: str = Field(max_length=255, examples=["Offer.pdf"])
    content_type: str = Field("application/octet-stream", max_length=150)
    content: str = Field(description="The file in base64 (RFC 4648, section 4).")
    followed: bool = Field(False, description="Leaves as a link; views are counted.")
    content_id: str = Field("", max_length=200, description="For an image of the body that stands there as cid:…")


class MessageIn(Schema):
    """An e-mail to write. The address lines are as in a mail program: names, quotes and commas as in RFC 5322."""

    to: str = Field("", examples=["Maja Novak <maja@hrib.example>"])
    cc: str = ""
    bcc: str = ""
    subject: str = Field("", max_length=500)
    html: str = Field(
        "", description="The body. Comes out as it went in, but for links and pictures of followed copies."
    )
    text: str = Field("", description="The plain-text part; made from the HTML when empty.")
    regarding: UUID | None = Field(None, description="The record that the e-mail is about.")
    mailbox: UUID | None = Field(
        None, description="Which of the user's mailboxes it leaves from; the first by default."
    )
    follow: bool = Field(True, description="The wish to follow it. A recipient who does not allow it prevails.")
    attachments: list[AttachmentIn] = Field(default_factory=list, max_length=100)
    send: bool = Field(False, description="Send it at once; otherwise it stays a draft.")


class Problem(Schema):
    code: str
    field: str
    text: str
    blocking: bool


class Refusal(Schema):
    """Why nothing was sent. When a draft was kept, `draft` names it: nothing that was handed in is lost."""

    detail: str
    draft: UUID | None = None
    problems: list[Problem] = Field(default_factory=list)


class FiguresOut(Schema):
    """Counts of what people did; `machine_*` what machines did, `unsure_*` what may be either. All approximate."""

    opens: int
    first_opened_at: datetime | None
    last_opened_at: datetime | None
    link_clicks: int
    attachment_views: int
    replies: int
    machine_opens: int
    machine_link_clicks: int
    machine_attachment_views: int
    unsure_opens: int
    unsure_link_clicks: int
    unsure_attachment_views: int


class RecipientOut(Schema):
    role: str
    name: str
    address: str
    record: UUID | None
    state: str | None
    followed: bool
    answer: str
    figures: FiguresOut | None


class LinkOut(Schema):
    ordinal: int
    address: str
    part: str
    followed: bool
    reason: str


class AttachmentOut(Schema):
    name: str
    content_type: str
    size: int
    followed: bool


class EventOut(Schema):
    """One entry of the timeline, newest first."""

    at: datetime
    kind: str
    text: str = Field(description="The entry as a sentence, in the user's language.")
    recipient: str
    device: str
    client: str
    country: str
    city: str
    target: str = Field(description="The address of the link, or the name of the file.")
    verdict: str = Field(description="human, machine or unsure; empty for what the sending tells.")
    reasons: list[str]


class MessageOut(Schema):
    id: UUID
    state: str
    follow_state: str
    subject: str
    message_id: str
    regarding: UUID | None
    created_at: datetime
    sent_at: datetime | None
    figures: FiguresOut
    recipients: list[RecipientOut]
    links: list[LinkOut]
    attachments: list[AttachmentOut]
    timeline: list[EventOut]
    url: str

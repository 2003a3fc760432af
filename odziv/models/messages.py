"""Messages: an e-mail, its links, and the states that it goes through (SPEC C, F, I, D)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.activities import Activity
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedField
from odziv.models.keyset import Sorting
from odziv.models.message_queries import WALKED, MessageQuerySet
from odziv.models.parties import Party
from odziv.models.states import Direction, Figures, FollowState, MessageState
from odziv.models.urls import url_of
from odziv.models.vocabulary import NEEDED
from odziv.models.words import MessageWords

REACTIONS = ("opens", "link_clicks", "attachment_views", "replies")


class Message(Figures):
    """An e-mail; its identifier is its activity's. `html` and `text` stay clean: copies are instrumented as they leave.

    Inline images stand in `html` as `cid:` addresses of attachments with `inline`.
    """

    ORDERS: ClassVar = {"regarding_key": Sorting(("regarding_key",), last="")}

    activity = models.OneToOneField(Activity, primary_key=True, on_delete=models.CASCADE, related_name="message")
    # No index of its own, as several begin with it: each is written anew whenever a figure changes.
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.DRAFT)
    owner = models.ForeignKey("odziv.User", on_delete=models.PROTECT, related_name="+")
    mailbox = models.ForeignKey("odziv.Mailbox", null=True, on_delete=models.SET_NULL, related_name="+")
    from_name = models.CharField(max_length=200, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    # Stand in lists: kept beside the activity's own so that each list has one index to walk.
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    recipients = models.CharField(_("recipients"), max_length=300, blank=True)
    # By what lists sort the regarding; who renames a record by `update` or deletes it tells `feeds`.
    regarding_key = DerivedField(max_length=200, derive=lambda row: row.activity.regarding_key)
    # What the writer typed into the three fields; becomes Party rows whenever the draft is saved and can be read.
    to_line = models.TextField(_("To"), blank=True)
    cc_line = models.TextField(_("Cc"), blank=True)
    bcc_line = models.TextField(_("Bcc"), blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)  # empty: made from `html` when Send is pressed
    text_made = models.BooleanField(default=False, editable=False)  # it was: taking the message back empties it again
    # What it was made from; its figures count for this version (T2). compose.templates says when it is forgotten.
    template_version = models.ForeignKey(
        "odziv.TemplateVersion", null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False,
        editable=False,
    )  # fmt: skip
    wants_following = models.BooleanField(default=True)
    follow_state = models.CharField(max_length=8, choices=FollowState, default=FollowState.OFF)
    message_id = models.CharField(max_length=300, blank=True, editable=False)  # RFC 5322, fixed when Send is pressed
    # What a program named its request with, so that asking again makes no second message (API).
    idempotency_key = models.CharField(max_length=100, blank=True, editable=False)
    in_reply_to = models.CharField(max_length=1000, blank=True)
    references = models.TextField(blank=True)
    thread_index = models.CharField(max_length=30, blank=True, editable=False)  # Outlook's (lib.thread_index)
    thread = models.UUIDField(null=True, editable=False)  # the same for all e-mails of a conversation; None: alone
    # Until when its copies wait after Send; None: they left at once. Chosen by the writer (D1) as `send_wall`
    # (2026-05-04T08:30) on the clocks of `send_zone`; without these it is only held for Undo (C3).
    send_at = models.DateTimeField(null=True, blank=True)
    send_zone = models.CharField(max_length=64, blank=True, editable=False)
    send_wall = models.CharField(max_length=16, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # When it stands in lists: when it was sent, till then when Send was pressed, till then when it was last saved.
    # Who changes it by `update` tells its activity and its parties too (`Party.objects.of_message(…).stand_at`).
    at = models.DateTimeField(default=timezone.now, editable=False)
    dated_at = models.DateTimeField(null=True, editable=False)  # Date of all copies, fixed when the first leaves
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at", "-activity"], name="message_by_time"),
            models.Index(fields=["organisation", "owner", "-at", "-activity"], name="message_by_owner"),
            models.Index(fields=["organisation", "state", "-updated_at"], name="message_by_state"),
            models.Index(
                fields=["organisation", "thread", "at"], name="message_by_thread", condition=Q(thread__isnull=False)
            ),
            *(models.Index(fields=["organisation", column, "activity"], name=name) for column, name in WALKED.items()),
            # All that views are counted by, and one's own are narrowed and dated by: no row is read for it.
            models.Index(
                fields=["organisation", "owner", "follow_state", "direction", "state", *REACTIONS, "at", "activity"],
                name="message_counted",
            ),
            models.Index(fields=["message_id"], name="message_by_message_id"),
            models.Index(
                fields=["organisation", "thread_index"], name="message_by_thread_index", condition=~Q(thread_index="")
            ),
            models.Index(
                fields=["owner", "-figures_at", "-activity"],
                name="message_by_figures",
                condition=Q(figures_at__isnull=False),
            ),
            models.Index(
                fields=["owner", "send_at", "activity"],
                name="message_scheduled",
                condition=Q(state=MessageState.SCHEDULED),
            ),
            # All that the tally of a version reads, so that it never touches the rows themselves.
            models.Index(
                fields=["template_version", "sent_at", "follow_state", "opens", "replies"],
                name="message_by_template",
                condition=Q(template_version__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"], name="message_once_for_request", condition=~Q(idempotency_key="")
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        known = not self._state.adding
        super().save(*args, **kwargs)
        if NEEDED.intersection(kwargs.get("update_fields") or NEEDED):
            MessageWords.objects.of_messages(Message.objects.filter(pk=self.pk))
        if known and "at" in (kwargs.get("update_fields") or ("at",)):
            Party.objects.of_message(self.pk).stand_at(self.at)

    def get_absolute_url(self) -> str:
        return url_of("message", self.pk)

    def is_held(self, now: datetime) -> bool:
        """Whether Send was pressed so lately that its copies still wait, and it can be taken back."""
        return self.state == MessageState.SENDING and self.send_at is not None and self.send_at > now

    @property
    def is_scheduled(self) -> bool:
        """Whether it waits for a time that its writer chose (D1)."""
        return self.state == MessageState.SCHEDULED

    @property
    def is_followed(self) -> bool:
        return self.follow_state == FollowState.ON


class Link(Owned):
    """One link of a message as it was sent: `ordinal` is its place in HTML and then text, as sealed in identifiers."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="links")
    ordinal = models.PositiveIntegerField()
    address = models.TextField()
    part = models.CharField(max_length=4, default="html")  # html or text
    followed = models.BooleanField(default=True)
    reason = models.CharField(max_length=40, blank=True)  # why it was left alone: a code of instrument.reasons

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("message", "ordinal")
        constraints = [models.UniqueConstraint(fields=["message", "ordinal"], name="link_ordinal_once")]

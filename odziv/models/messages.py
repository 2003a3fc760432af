"""Messages: an e-mail, its parties, links and attachments, and the states that they go through (SPEC C, F, I, D)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from uuid import UUID, uuid4

from django.db import connections, models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
from django.db.models.lookups import Exact, GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.activities import Activity
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.consent import Refusal
from odziv.models.derived import DerivedField, DerivedLink, DerivedMoment
from odziv.models.keyset import Sorting, Unindexed
from odziv.models.reach import RecordEmail, address_key
from odziv.models.record_kinds import RecordKind
from odziv.models.records import Record
from odziv.models.states import FINAL, Direction, Figures, FollowState, MessageState
from odziv.models.urls import url_of
from odziv.models.words import NEEDED, MessageWords

if TYPE_CHECKING:
    from odziv.models.mailboxes import Mailbox
    from odziv.models.organisations import User
    from odziv.models.templates import Template


# Columns of lists that an index of their own holds in order, so that a page of a million costs what one of fifty does.
WALKED = {
    "subject": "message_by_subject",
    "recipients": "message_by_recipients",
    "regarding_key": "message_by_regarding",
    "opens": "message_by_opens",
    "last_opened_at": "message_by_last_open",
    "attachment_views": "message_by_views",
    "link_clicks": "message_by_clicks",
    "replies": "message_by_replies",
}


REACTIONS = ("opens", "link_clicks", "attachment_views", "replies")


class MessageQuerySet(OwnedQuerySet["Message"]):
    def visible_to(self, user: User) -> Self:
        """Messages of the organisation; of the drafts only the user's own (O2)."""
        return self.for_(user).filter(~Q(state=MessageState.DRAFT) | Q(owner=user))

    def editable_by(self, user: User) -> Self:
        """Drafts of the user: after Send nobody edits a message (C3)."""
        return self.for_(user).filter(owner=user, state=MessageState.DRAFT, direction=Direction.OUT)

    def locked(self, pks: Collection[UUID]) -> list[Message]:
        """These messages, with what changes when they are sent, locked until the transaction ends; in one order for
        everybody.
        """
        changing = ("organisation", "mailbox", "template_version", "state", "sent_at", "at")
        return list(self.filter(pk__in=pks).select_for_update().only(*changing).order_by("pk"))

    def made_for(self, user: User, idempotency_key: str) -> Message | None:
        """The message that an earlier request of this name made, so that it is not made again (D3)."""
        rows = self.for_(user).filter(owner=user, idempotency_key=idempotency_key) if idempotency_key else self.none()
        return rows.select_related("activity__regarding", "owner", "mailbox").first()

    def followed(self) -> Self:
        return self.filter(follow_state=FollowState.ON, direction=Direction.OUT).exclude(state=MessageState.DRAFT)

    def of_owner(self, user: User) -> Self:
        rows = self.filter(owner=user)
        rows._owner = user.pk
        return rows

    def drafts(self) -> Self:
        return self.filter(state=MessageState.DRAFT)

    def written(self) -> Self:
        """E-mails that are more than drafts, sent and received."""
        return self.exclude(state=MessageState.DRAFT)

    def opened(self) -> Self:
        return self._with("opens")

    def not_opened(self) -> Self:
        """Followed and sent, and nobody has opened them: no sign of it, at least."""
        return self._without("opens")

    def _with(self, figure: str) -> Self:
        """With at least one of a figure."""
        if self._owner and connections[self.db].vendor == "sqlite":
            # It would look up everybody's in the index of the figure.
            return self.filter(GreaterThan(Unindexed(F(figure)), 0))
        return self.filter(**{f"{figure}__gt": 0})

    def _without(self, figure: str) -> Self:
        """Followed and sent, with none of a figure."""
        if connections[self.db].vendor != "sqlite":
            return self.followed().filter(state=MessageState.SENT, **{figure: 0})
        # Most are sent and have none. SQLite knows nothing of that, and would look all of them up in the index of the
        # figure (1,000,000 messages: 617 ms for one's own that were not opened) or of the state, and read each row.
        return self.followed().filter(Exact(Unindexed(F("state")), MessageState.SENT), Exact(Unindexed(F(figure)), 0))

    def lately_touched(self, user: User) -> Self:
        """The user's messages in whose figures something was counted, the latest first."""
        return self.filter(owner=user, figures_at__isnull=False).order_by("-figures_at", "-pk")

    def leaving_before(self, user: User, until: datetime) -> Self:
        """The user's messages that are to leave by themselves before then, the next one first."""
        return self.filter(owner=user, state=MessageState.SCHEDULED, send_at__lt=until).order_by("send_at", "pk")

    def clicked(self) -> Self:
        return self._with("link_clicks")

    def not_clicked(self) -> Self:
        return self._without("link_clicks")

    def viewed(self) -> Self:
        return self._with("attachment_views")

    def not_viewed(self) -> Self:
        return self._without("attachment_views")

    def replied(self) -> Self:
        return self._with("replies")

    def not_replied(self) -> Self:
        return self._without("replies")

    def scheduled(self) -> Self:
        """Messages that wait for their time, also those that are only held so that Send can be undone."""
        return self.filter(state=MessageState.SCHEDULED)

    def leaving_from(self, mailbox: Mailbox) -> Self:
        """Scheduled messages that are to leave from this mailbox, the next one first."""
        return self.scheduled().filter(mailbox=mailbox).order_by("send_at", "pk")

    def in_state(self, state: str) -> Self:
        """Messages in a state of theirs, or with a copy in one of deliveries: uncertain, refused, bounced."""
        if state in MessageState.values:
            return self.filter(state=state)
        deliveries = self.model._meta.apps.get_model("odziv", "Delivery").objects
        return self.filter(pk__in=deliveries.filter(state=state).order_by().values("message_id"))

    def of_direction(self, direction: Direction) -> Self:
        return self.filter(direction=direction)

    def made_from(self, template: Template) -> Self:
        """Messages that were sent from any version of a template."""
        return self.filter(template_version__template=template)

    def regarding(self, record: Record) -> Self:
        return self.filter(activity__regarding=record)

    def sent_to(self, address: str) -> Self:
        """Messages with a recipient of this address, or of one that begins so."""
        parties = Party.objects.filter(key__startswith=address_key(address)).exclude(role=PartyRole.FROM)
        return self.filter(pk__in=parties.order_by().values("message_id"))

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """Messages that stand in the lists at `since` or later, and before `until`."""
        rows = self.filter(at__gte=since) if since else self
        return rows.filter(at__lt=until) if until else rows

    def matching(self, text: str) -> Self:
        """Messages in which each typed word begins one of subject, recipients or regarding. Narrow the others first."""
        return MessageWords.objects.narrow(self, text)

    def walk(self, columns: Sequence[str]) -> Self | None:
        """All of the organisation, or of the owner, which an index holds in the order of these columns; None where none
        does.
        """
        if self._organisation is None or len(columns) != 1 or columns[0] not in ("at", *WALKED):
            return None
        rows: Self = self.model._default_manager.filter(organisation_id=self._organisation)  # type: ignore[assignment]
        return rows.filter(owner_id=self._owner) if self._owner and columns[0] == "at" else rows

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def marks(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """A mark of each message that becomes another one when its figures, its state or those of its copies change."""
        copies = Count("deliveries", filter=Q(deliveries__state__in=FINAL))
        tried = Sum("deliveries__attempts")
        ended = Max("deliveries__tried_at")  # an attempt that is to be repeated settles nothing
        rows = self.filter(pk__in=list(ids)).order_by().annotate(_settled=copies, _tried=tried, _ended=ended)
        marks = rows.values_list("pk", "figures_at", "state", "_settled", "_tried", "_ended", "follow_state")
        return {pk: "/".join(map(str, rest)) for pk, *rest in marks}

    def tallied(self, start: datetime, end: datetime) -> Iterable[tuple[Any, ...]]:
        """Of each owner: how many e-mails were sent in [start, end), followed, opened, clicked and answered."""
        sent = self.filter(direction=Direction.OUT, sent_at__isnull=False, at__gte=start, at__lt=end).order_by()
        followed = Q(follow_state=FollowState.ON)
        counted = {
            "_sent": Count("pk"),
            "_followed": Count("pk", filter=followed),
            "_opened": Count("pk", filter=followed & Q(opens__gt=0)),
            "_clicked": Count("pk", filter=followed & Q(link_clicks__gt=0)),
            "_replied": Count("pk", filter=followed & Q(replies__gt=0)),
        }
        return sent.values("owner_id").annotate(**counted).values_list("owner_id", *counted)

    def for_assistant(self) -> Self:
        """What decides over a card, without the body."""
        bodies = ("html", "text", "to_line", "cc_line", "bcc_line", "references")
        return self.select_related("organisation", "owner").defer(*bodies)

    def template_versions(self) -> list[UUID]:
        """The versions of templates that these messages were made from, each once."""
        made = self.filter(template_version__isnull=False).order_by()
        return list(made.values_list("template_version", flat=True).distinct())

    def answering(self, user: User, message: Message, *, wide: bool) -> Message | None:
        """The draft in which the user has begun to answer an e-mail: to all (`wide`), or to its sender."""
        begun = self.for_(user).drafts().filter(owner=user, in_reply_to=message.message_id)
        rows = begun.exclude(cc_line="") if wide else begun.filter(cc_line="")
        return rows.select_related("activity__regarding", "owner", "mailbox").order_by("pk").first()

    def sent_as(self, organisation_id: UUID, ids: Iterable[str]) -> dict[str, Message]:
        """The organisation's sent e-mails by their Message-IDs."""
        rows = self.of(organisation_id).filter(message_id__in=list(ids), direction=Direction.OUT)
        found = rows.exclude(state=MessageState.DRAFT).select_related("activity__regarding", "owner", "organisation")
        return {row.message_id: row for row in found}

    def in_conversation(self, organisation_id: UUID, index: str) -> list[Message]:
        """The organisation's sent e-mails of a conversation of Outlook's, the newest first; at most twenty."""
        rows = self.of(organisation_id).filter(thread_index=index, direction=Direction.OUT)
        found = rows.exclude(state=MessageState.DRAFT).select_related("activity__regarding", "owner", "organisation")
        return list(found.order_by("-at", "-pk")[:20])

    def to_any(self, messages: Collection[UUID], keys: Collection[str]) -> set[UUID]:
        """Those of the messages that went to one of these addresses."""
        parties = Party.objects.filter(message__in=list(messages), key__in=list(keys)).exclude(role=PartyRole.FROM)
        return set(parties.values_list("message_id", flat=True))

    def index_of_thread(self, thread: UUID | None) -> str:
        """The conversation of Outlook's that a thread has; empty when it has none."""
        rows = self.filter(thread=thread).exclude(thread_index="") if thread else self.none()
        return rows.order_by("at", "pk").values_list("thread_index", flat=True).first() or ""

    def thread_of(self, pk: UUID) -> UUID:
        """The thread of an e-mail, which begins one when it has none; whoever asks at the same moment gets the same."""
        self.filter(pk=pk, thread=None).update(thread=uuid4())
        return cast(UUID, self.filter(pk=pk).values_list("thread", flat=True).get())

    def conversation(self, user: User, message: Message) -> Self:
        """The other e-mails of its thread that the user may see, the oldest first."""
        if message.thread is None:
            return self.none()
        rows = self.visible_to(user).filter(thread=message.thread).exclude(pk=message.pk)
        return rows.with_row().order_by("at", "pk")

    def regarding_any(self, records: Iterable[UUID | None]) -> Self:
        """Messages whose regarding is one of these records."""
        return self.filter(activity__regarding__in=[record for record in records if record is not None])

    def in_list(self) -> Self:
        """What the columns of the lists show of each message, and nothing else, in one query."""
        columns = (
            *("activity__regarding__kind", "activity__regarding__name", "owner__name", "state", "direction", "subject"),
            *("recipients", "from_name", "from_address", "follow_state", "send_at", "sent_at", "at"),
            *(field.name for field in Figures._meta.fields),
        )
        return self.select_related("activity__regarding", "owner").only(*columns)

    def with_row(self) -> Self:
        """What is told of each message beside others, in one query and without its body."""
        bodies = ("html", "text", "to_line", "cc_line", "bcc_line", "references")
        return self.select_related("activity__regarding", "owner").defer(*bodies)


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


class PartyRole(models.TextChoices):
    FROM = "from", _("From")
    TO = "to", _("To")
    CC = "cc", _("Cc")
    BCC = "bcc", _("Bcc")


class PartyQuerySet(OwnedQuerySet["Party"]):
    def of_message(self, message_id: UUID) -> Self:
        return self.filter(message_id=message_id)

    def stand_at(self, at: datetime) -> None:
        """Let them stand in the feeds of their records where their message does."""
        self.exclude(at=at).update(at=at)

    def recipients_of(self, message: Message | UUID) -> Self:
        """Everybody who gets a copy: To, Cc, Bcc."""
        return self.filter(message=message).exclude(role=PartyRole.FROM)

    def in_letter(self, message: Message) -> Self:
        """All of a message, as the writer put them, with what its letter shows: of their records the names alone."""
        shown = ("role", "position", "name", "address", "record__kind", "record__name")
        return self.filter(message=message).select_related("record").only(*shown).order_by("position")

    def doubtful(self, *, known_only: bool) -> bool:
        """Whether one of them has an address that somebody refused to have followed or, with `known_only`, that is in
        no record.
        """
        address = {"organisation": OuterRef("organisation"), "key": OuterRef("key")}
        refused = Q(Exists(RecordEmail.objects.filter(**address).refused())) | Q(
            Exists(Refusal.objects.filter(**address))
        )
        people = RecordEmail.objects.filter(**address).exclude(record__kind=RecordKind.OPPORTUNITY)
        unknown = ~Q(Exists(people))
        return self.filter(refused | unknown if known_only else refused).exists()

    def visible_in(self, message: Message) -> Self:
        """Those who stand in the headers To and Cc of every copy (I4)."""
        return self.filter(message=message, role__in=[PartyRole.TO, PartyRole.CC])

    def hidden_in(self, message: Message) -> Self:
        """Those in Bcc, whom only the sender sees."""
        return self.filter(message=message, role=PartyRole.BCC)


class Party(Owned):
    """One address of a message, in one role, with the record it was matched to (R4)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=4, choices=PartyRole)
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=254)
    key = models.CharField(max_length=254, editable=False)
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.SET_NULL, related_name="parties", db_index=False
    )
    # The account behind the record, and the message's time: so each feed has an index to walk (see `feeds`).
    account = DerivedLink(
        Record,
        derive=lambda row: row.record.account_id if row.record_id else None,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    at = DerivedMoment(derive=lambda row: row.message.at, default=timezone.now)

    objects = PartyQuerySet.as_manager()

    class Meta:
        ordering = ("message", "position")
        indexes = [
            models.Index(fields=["message", "position"], name="party_by_message"),
            models.Index(fields=["organisation", "key"], name="party_by_address"),
            models.Index(fields=["record", "-at", "-message"], name="party_by_record"),
            models.Index(fields=["account", "-at", "-message"], name="party_by_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = address_key(self.address)
        super().save(*args, **kwargs)


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

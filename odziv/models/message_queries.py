"""Messages, many at once: those of an owner, in a state, that were opened, to an address, of a conversation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import UUID, uuid4

from django.db import connections
from django.db.models import Count, F, Max, Q, Sum
from django.db.models.lookups import Exact, GreaterThan

from odziv.models.base import OwnedQuerySet
from odziv.models.keyset import Unindexed
from odziv.models.parties import Party, PartyRole
from odziv.models.reach import address_key
from odziv.models.states import FINAL, Direction, Figures, FollowState, MessageState
from odziv.models.words import MessageWords

if TYPE_CHECKING:
    from odziv.models.mailboxes import Mailbox
    from odziv.models.messages import Message
    from odziv.models.organisations import User
    from odziv.models.records import Record
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

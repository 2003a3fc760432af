"""Deliveries: one recipient's copy of a message, from waiting to what became of it (SPEC D3, D4, I4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.models import Case, Count, Min, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from odziv.models.base import OwnedQuerySet
from odziv.models.messages import Message
from odziv.models.organisations import Organisation, User
from odziv.models.outgoing import OutgoingHold
from odziv.models.parties import Party
from odziv.models.states import DeliveryState, Figures, FollowState, MessageState


@dataclass(frozen=True, slots=True)
class Taken:
    """A copy that a worker has taken: in which attempt, to whom it goes, its message and organisation as they were."""

    pk: UUID
    attempts: int
    address: str
    organisation_id: UUID
    message_id: UUID
    message_state: str
    mailbox_id: UUID | None
    follow_state: str
    dated_at: datetime | None
    engagement: bool
    follow_unknown: bool


_TAKEN = (
    "pk", "attempts", "party__address", "organisation_id", "message_id", "message__state", "message__mailbox_id",
    "message__follow_state", "message__dated_at", "organisation__engagement", "organisation__follow_unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many copies of a message failed, and of how many it is not known."""

    failed: int = 0
    uncertain: int = 0


# After how many events a copy rests for how many seconds between two folds: one that is hammered takes a small part of
# the worker's time, however many events it has.
_RESTS = ((200, 1), (2_000, 4), (20_000, 15), (200_000, 120))


class DeliveryQuerySet(OwnedQuerySet["Delivery"]):
    def troubles(self, messages: Collection[UUID]) -> dict[UUID, Troubles]:
        """Those of each message that has any, in one query."""
        failed = Q(state__in=[DeliveryState.REFUSED, DeliveryState.BOUNCED])
        uncertain = Q(state=DeliveryState.UNCERTAIN)
        rows = self.filter(failed | uncertain, message__in=messages).order_by().values("message_id")
        counted = rows.annotate(failed=Count("pk", filter=failed), uncertain=Count("pk", filter=uncertain))
        return {row["message_id"]: Troubles(row["failed"], row["uncertain"]) for row in counted}

    def newest_of(self, user: User, *, besides: models.QuerySet[Any]) -> Delivery | None:
        """The copy that was taken last of what the user sent, with its message, which is none of `besides`."""
        mine = self.for_(user).filter(message__owner=user, state=DeliveryState.ACCEPTED).exclude(message__in=besides)
        return mine.select_related("message").order_by("-accepted_at", "-pk").first()

    def compared(self, messages: Collection[UUID]) -> Self:
        """The copies of these messages to which something has happened, with where they went."""
        return self.filter(message__in=messages, touched__gt=0).select_related("party")

    def judged(self, since: datetime | None = None) -> Self:
        """Copies to which something has happened, accepted since then, message by message."""
        rows = self.filter(touched__gt=0).defer("answer").order_by("message_id", "pk")
        return rows if since is None else rows.filter(accepted_at__gte=since)

    def beyond(self, message: UUID | None, pk: UUID | None) -> Self:
        """Those behind a copy in the order of `judged`; all of them behind none."""
        return self if message is None else self.filter(Q(message_id__gt=message) | Q(message_id=message, pk__gt=pk))

    def named(self, organisation_id: UUID, copies: Collection[UUID]) -> Delivery | None:
        """The first of these copies that is the organisation's, with its message."""
        rows = self.filter(pk__in=list(copies), organisation_id=organisation_id)
        return rows.select_related("message__activity__regarding", "message__owner", "message__organisation").first()

    def unfolded(self) -> Self:
        """Copies with events that are not in the figures yet."""
        return self.filter(touched__gt=models.F("folded")).order_by("pk")

    def due_to_fold(self, now: datetime) -> Self:
        """Those that are to be folded now: the longer the journal of a copy, the longer it waits for the next time."""
        rows = self.unfolded()
        for events, seconds in _RESTS:
            rested = Q(figures_at=None) | Q(figures_at__lte=now - timedelta(seconds=seconds))
            rows = rows.filter(Q(touched__lte=events) | rested)
        return rows

    def by_state(self) -> dict[str, int]:
        """How many copies are in each state; it reads all of them."""
        return dict(self.order_by().values_list("state").annotate(number=Count("pk")).values_list("state", "number"))

    def overdue_since(self) -> datetime | None:
        """When that copy was due which waits longest; None when none waits."""
        waiting = self.filter(state=DeliveryState.WAITING).order_by("due_at")
        return waiting.values_list("due_at", flat=True).first()

    def abandoned(self, now: datetime) -> Self:
        """Copies whose worker died: the lease has run out."""
        return self.filter(state=DeliveryState.IN_TRANSIT, lease_until__lt=now)

    def left_followed(self, message_id: UUID) -> bool:
        """Whether a recipient has, or may have, a followed copy of the message."""
        gone = Q(state__in=[DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.BOUNCED]) | ~Q(phase="")
        return self.filter(gone, message_id=message_id, followed=True).exists()

    def claim(self, pks: Collection[UUID], *, now: datetime, lease: timedelta) -> list[Taken]:
        """Take those of these copies that are due and that no other worker was faster to take. The attempt number
        fences later writes.
        """
        due = Q(state=DeliveryState.WAITING, due_at__lte=now)
        with transaction.atomic():
            # Only the copies are locked, and nobody is waited for. SQLite's transactions hold off all other writers.
            free = self.free().filter(due, pk__in=pks).select_for_update(skip_locked=True).order_by()
            mine = self.filter(pk__in=list(free.values_list("pk", flat=True)))
            attempts = models.F("attempts") + 1
            mine.filter(due).update(
                state=DeliveryState.IN_TRANSIT, lease_until=now + lease, attempts=attempts, phase=""
            )
            rows = mine.order_by("due_at", "message_id", "party__position")
            taken = [Taken(*row) for row in rows.values_list(*_TAKEN)]
        scheduled = {copy.message_id for copy in taken if copy.message_state == MessageState.SCHEDULED}
        if scheduled:
            # Behind the transaction: everybody else locks the message before its copies.
            waiting = Message.objects.filter(pk__in=scheduled, state=MessageState.SCHEDULED)
            waiting.update(state=MessageState.SENDING, dated_at=Coalesce("dated_at", Value(now)))
        return taken

    def note_answers(self, answers: Iterable[tuple[UUID, str]]) -> None:
        """What the server said of each of many copies: one statement, prepared once, since no two are alike."""
        table, key = connection.ops.quote_name(Delivery._meta.db_table), Delivery._meta.pk
        rows = [(words, key.get_db_prep_value(pk, connection)) for pk, words in answers]
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET answer = %s WHERE id = %s", rows)

    def still_held(self, attempts: Mapping[UUID, int], states: Collection[str]) -> dict[UUID, str]:
        """Of copies and the attempts in which they were taken: those that are in one of these states in that attempt,
        with the state; locked until the transaction ends.
        """
        rows = self.filter(pk__in=list(attempts), state__in=states).order_by("pk").select_for_update()
        found = rows.values_list("pk", "attempts", "state")
        return {pk: state for pk, attempt, state in found if attempt == attempts[pk]}

    def stop(self, message_id: UUID) -> bool:
        """Delete the copies of a message, if no worker has ever taken one; call it with the message's row locked.

        False when one was taken: then the caller must roll back. The condition of the UPDATE decides the race with
        `claim`: whoever comes second finds no row that fits.
        """
        copies = self.filter(message_id=message_id)
        stopped = copies.filter(state=DeliveryState.WAITING, attempts=0).update(state=DeliveryState.CANCELLED)
        if stopped != copies.count():
            return False
        copies.delete()
        return True

    def move(self, message_id: UUID, due: datetime) -> bool:
        """Let the copies of a message fall due then, if no worker has ever taken one; as `stop` decides it."""
        copies = self.filter(message_id=message_id)
        moved = copies.filter(state=DeliveryState.WAITING, attempts=0).update(due_at=due)
        return bool(moved) and moved == copies.count()

    def due_in(self, mailbox_id: UUID | None, now: datetime, limit: int) -> list[UUID]:
        """The due copies of one mailbox, the longest due first, those of a message together."""
        waiting = self.free().filter(Q(message__mailbox_id=mailbox_id), state=DeliveryState.WAITING, due_at__lte=now)
        return list(waiting.order_by("due_at", "message_id", "party__position").values_list("pk", flat=True)[:limit])

    def put_off(self, mailbox_id: UUID, now: datetime, until: datetime, reason: str) -> int:
        """Let what is due in a mailbox wait till then; returns how many copies. No attempt is counted."""
        waiting = Q(message__mailbox_id=mailbox_id, state=DeliveryState.WAITING, due_at__lte=now)
        return self.filter(waiting).update(due_at=until, reason=reason)

    def due_mailboxes(self, now: datetime) -> list[UUID | None]:
        """The mailboxes that have copies to send now; None stands for messages whose mailbox was removed."""
        waiting = self.free().filter(state=DeliveryState.WAITING, due_at__lte=now).order_by()
        return list(waiting.values_list("message__mailbox_id", flat=True).distinct())

    def free(self) -> Self:
        """Copies of organisations whose mail is not held."""
        return self.exclude(organisation_id__in=Organisation.objects.holding_mail().order_by().values("pk"))

    def held(self, hold: OutgoingHold) -> Self:
        """The copies that this hold keeps from leaving, or will when their time comes."""
        return self.of(hold.organisation_id).filter(state=DeliveryState.WAITING)

    def doubtful(self, hold: OutgoingHold) -> Self:
        """Of those the ones that may have left before: they were due when the data were restored."""
        return self.held(hold).filter(due_at__lt=hold.began_at)

    def held_since(self, hold: OutgoingHold, now: datetime) -> Self:
        """Of those the ones that have fallen due under the hold, so that they cannot have left."""
        return self.held(hold).filter(due_at__gte=hold.began_at, due_at__lte=now)

    def held_till(self, hold: OutgoingHold, now: datetime) -> Self:
        """Of those the ones whose time is still to come."""
        return self.held(hold).filter(due_at__gt=now)

    def number_of_messages(self) -> int:
        """Of how many messages these copies are."""
        return self.order_by().values("message_id").distinct().count()

    def by_message(self, limit: int) -> list[tuple[Message, int, datetime]]:
        """The messages of these copies with the owner, how many of these each has and when the first is due, the
        earliest first.
        """
        counted = self.order_by().values("message_id").annotate(copies=Count("pk"), due=Min("due_at"))
        rows = list(counted.order_by("due", "message_id").values_list("message_id", "copies", "due")[:limit])
        messages = Message.objects.select_related("owner").in_bulk([pk for pk, _copies, _due in rows])
        return [(messages[pk], copies, due) for pk, copies, due in rows]

    def give_back(self, now: datetime) -> None:
        """The data are those of a backup: what workers had taken then waits again, as it did. What was due since may
        have left, followed where it was to be; what comes back of it is not refused.
        """
        self.filter(state=DeliveryState.IN_TRANSIT, phase="").update(state=DeliveryState.WAITING, lease_until=None)
        due = self.filter(state=DeliveryState.WAITING, due_at__lt=now)
        due.filter(message__follow_state=FollowState.ON).update(followed=True)


class Delivery(Figures):
    """One recipient's copy of a message. The random 128-bit identifier stands, sealed, in the copy (I4)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey("odziv.Organisation", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # "" until the server is about to be given the last byte; "content" from then on. A crash in "" is tried again, one
    # in "content" is uncertain (D3).
    phase = models.CharField(max_length=8, blank=True)
    followed = models.BooleanField(default=False)  # decided in the moment of leaving (F3)
    accepted_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)  # when the last attempt ended
    answer_code = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=16, blank=True)  # why it is not accepted (yet): a code of deliver.trouble
    answer = models.TextField(blank=True)  # the server's own words; deliver.answers says what they mean
    # Ingest raises `touched` when it adds to the journal; the fold notes in `folded` how far its figures have read.
    touched = models.PositiveBigIntegerField(default=0, editable=False)
    folded = models.PositiveBigIntegerField(default=0, editable=False)

    objects = DeliveryQuerySet.as_manager()

    # What is learnt of a copy after its first events: they are judged again.
    JUDGED_AGAIN = Case(When(touched__gt=0, then=models.F("touched") + 1), default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=Q(state="transit")),
            models.Index(fields=["message", "id"], name="delivery_by_message"),
            models.Index(fields=["id"], name="delivery_unfolded", condition=Q(touched__gt=models.F("folded"))),
        ]

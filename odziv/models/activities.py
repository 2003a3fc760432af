"""Activities: what phone calls, tasks and e-mails share (SPEC R3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import connections, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.derived import DerivedLink
from odziv.models.record_kinds import RecordKind
from odziv.models.records import Record
from odziv.models.states import Figures

if TYPE_CHECKING:
    from odziv.models.organisations import User


class ActivityKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE_CALL = "call", _("Phone call")
    TASK = "task", _("Task")


class ActivityState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")


_NO_MAIL = ~Q(kind=ActivityKind.EMAIL)
_CALLS_AND_TASKS = [ActivityKind.PHONE_CALL, ActivityKind.TASK]


class ActivityQuerySet(OwnedQuerySet["Activity"]):
    NAMING = ("regarding", "owner")  # of rows each of which few activities name: they are walked to by its names

    def to_do(self, user: User, until: datetime) -> Self:
        """The user's open phone calls and tasks that are due by then, the longest due first."""
        return self.filter(owner=user, state=ActivityState.OPEN, due_at__lt=until).order_by("due_at", "pk")

    def to_do_about(self, record: Record) -> Self:
        """Open calls and tasks about a record, or about the people and sales of an account, the next one first."""
        about = Q(regarding=record)
        if record.kind == RecordKind.ACCOUNT:
            about |= Q(account=record)
        # By their kinds: with them both ways are walked in an index; each has few calls and tasks, and many e-mails.
        rows = self.filter(about, kind__in=_CALLS_AND_TASKS, state=ActivityState.OPEN)
        return rows.order_by(F("due_at").asc(nulls_last=True), "pk")

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def calls_and_tasks(self) -> Self:
        # By their kinds: with them few rows are found in an index that also holds a million e-mails.
        rows = self.filter(kind__in=_CALLS_AND_TASKS)
        if connections[self.db].vendor == "postgresql":
            return rows  # it sees what follows, and told so would take them for a twentieth of what they are
        return rows.exclude(kind=ActivityKind.EMAIL)  # by that SQLite knows an index that holds no other

    def walk(self, columns: Sequence[str]) -> Self | None:
        """What an index holds in the order of these columns; None where none does."""
        tasks: Self = self.model._default_manager.exclude(kind=ActivityKind.EMAIL)  # type: ignore[assignment]
        if columns in (("subject",), ("due_at",), ("state",)):
            return tasks.filter(organisation_id=self._organisation)
        if columns == ("owner__name",):
            return tasks.filter(organisation_id=self._organisation, owner__organisation=self._organisation)
        if columns != ("regarding__name_key",) or self._organisation is None:
            return None
        # Nothing that an index of calls and tasks, or of the organisation, could be walked for: all of it would be
        # sorted. Each record leads to its own by their kinds.
        every: Self = self.model._default_manager.all()  # type: ignore[assignment]
        return every.filter(kind__in=_CALLS_AND_TASKS, regarding__organisation=self._organisation)

    def of_owner(self, user: User) -> Self:
        return self.filter(owner=user)

    def regarding(self, record: Record) -> Self:
        return self.filter(regarding=record)

    def open(self) -> Self:
        return self.filter(state=ActivityState.OPEN)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def done(self) -> Self:
        return self.filter(state=ActivityState.DONE)

    def due_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Activities that are due at `since` or later, and before `until`."""
        rows = self.filter(due_at__gte=since) if since else self
        return rows.filter(due_at__lt=until) if until else rows

    def matching(self, text: str) -> Self:
        """Activities in whose subject, regarding or phone number the text occurs."""
        text = text.strip()
        if not text:
            return self
        return self.filter(
            Q(subject__icontains=text) | Q(regarding__name__icontains=text) | Q(phone_number__icontains=text)
        )

    def in_list(self) -> Self:
        """What the columns of the lists show of each, and nothing else, in one query."""
        own = ("kind", "subject", "state", "due_at", "phone_number")
        return self.select_related("owner", "regarding").only(*own, "owner__name", "regarding__kind", "regarding__name")

    def with_tile(self) -> Self:
        """What a tile shows of each, and nothing else, in one query."""
        own = ("organisation", "kind", "subject", "state", "at", "due_at", "phone_number", "owner__name")
        of_mail = ("state", "direction", "recipients", "from_name", "from_address", "follow_state", "send_at")
        figures = (field.name for field in Figures._meta.fields)
        return self.select_related("message", "owner", "regarding").only(
            *own, "regarding__kind", "regarding__name", *(f"message__{name}" for name in (*of_mail, *figures))
        )

    def visible_to(self, user: User) -> Self:
        """Drafts are seen by their writer alone; everything else by the organisation (O2)."""
        return self.for_(user).filter(~Q(message__state="draft") | Q(owner=user) | Q(message=None))


class Activity(Owned):
    """One thing done or to be done. `at` is when it stands in the feed: when sent or received, due, or written."""

    kind = models.CharField(max_length=8, choices=ActivityKind)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    regarding = models.ForeignKey(
        Record,
        verbose_name=_("regarding"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
        db_index=False,  # activity_by_regarding begins with it
    )
    owner = models.ForeignKey("odziv.User", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="+")
    # The account behind the regarding: kept here so that an account's feed has an index to walk (see `feeds`).
    account = DerivedLink(
        Record,
        derive=lambda row: row.regarding.account_id if row.regarding_id else None,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=8, choices=ActivityState, default=ActivityState.OPEN)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    phone_number = models.CharField(_("phone number"), max_length=40, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at", "-id"], name="activity_by_time"),
            # Calls and tasks: with their state and owner, by which they are narrowed, so that no row is read for it.
            models.Index(fields=["organisation", "kind", "due_at", "state", "owner", "id"], name="activity_by_due"),
            models.Index(
                fields=["organisation", "subject", "id"],
                name="activity_by_subject",
                condition=_NO_MAIL,
            ),
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="activity_tasks_by_due",
                condition=_NO_MAIL,
            ),
            *(
                models.Index(
                    fields=["organisation", column, "id"], name=f"activity_tasks_by_{column}", condition=_NO_MAIL
                )
                for column in ("state", "owner")
            ),
            models.Index(fields=["regarding", "kind", "-at", "-id"], name="activity_by_regarding"),
            models.Index(fields=["account", "kind", "-at", "-id"], name="activity_by_account"),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="activity_to_do",
                condition=Q(state=ActivityState.OPEN, due_at__isnull=False),
            ),
        ]

    @property
    def regarding_key(self) -> str:
        """By what lists sort the regarding; empty without one."""
        return self.regarding.name_key if self.regarding else ""

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        if "regarding" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = [*kwargs["update_fields"], "account"]
        super().save(*args, **kwargs)

"""Activities: what phone calls, tasks and e-mails share (SPEC R3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.records import Record, RecordKind

if TYPE_CHECKING:
    from odziv.models.organisations import User


class ActivityKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE_CALL = "call", _("Phone call")
    TASK = "task", _("Task")


class ActivityState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")


class ActivityQuerySet(OwnedQuerySet["Activity"]):
    def about(self, record: Record) -> Self:
        """Activities that show on a record (R4): it is the regarding or a party, or stands behind one of these.

        Written as one union of indexed look-ups; an OR over joins would walk the whole table.
        """
        records = Record.objects.of(record.organisation_id).filter(pk=record.pk)
        if record.kind == RecordKind.ACCOUNT:
            records = Record.objects.of(record.organisation_id).filter(Q(pk=record.pk) | Q(account_id=record.pk))
        keys = list(records.values_list("pk", flat=True))
        regarding = self.filter(regarding_id__in=keys).order_by().values("pk")
        parties = self.model._meta.apps.get_model("odziv", "Party").objects.filter(record_id__in=keys)
        return self.filter(Q(pk__in=regarding) | Q(pk__in=parties.order_by().values("message_id")))

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def to_do(self, user: User, until: datetime) -> Self:
        """The user's open phone calls and tasks that are due by then, the longest due first."""
        return self.filter(owner=user, state=ActivityState.OPEN, due_at__lt=until).order_by("due_at", "pk")

    def with_tile(self) -> Self:
        """What a tile shows of each, in one query."""
        return self.select_related("message", "owner", "regarding")

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def visible_to(self, user: User) -> Self:
        """Drafts are seen by their writer alone; everything else by the organisation (O2)."""
        return self.for_(user).filter(~Q(message__state="draft") | Q(owner=user) | Q(message=None))


class Activity(Owned):
    """One thing done or to be done. `at` is when it stands in the feed: when sent or received, due, or written."""

    kind = models.CharField(max_length=8, choices=ActivityKind)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    regarding = models.ForeignKey(
        Record, verbose_name=_("regarding"), null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )
    owner = models.ForeignKey("odziv.User", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=ActivityState, default=ActivityState.OPEN)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    phone_number = models.CharField(_("phone number"), max_length=40, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at", "-id"], name="activity_by_time"),
            models.Index(fields=["regarding", "-at"], name="activity_by_regarding"),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="activity_to_do",
                condition=Q(state=ActivityState.OPEN, due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

"""Test connection: asked for by a person, done by the worker, step by step (SPEC O6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.mailboxes import Mailbox
from odziv.models.organisations import User


class TrialState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class TrialQuerySet(OwnedQuerySet["Trial"]):
    def ask(self, mailbox: Mailbox, parts: str, by: User, now: datetime) -> Trial:
        """Ask the worker to try a mailbox; an earlier trial of it is over and forgotten."""
        self.filter(mailbox=mailbox).delete()
        return self.create(
            organisation_id=mailbox.organisation_id, mailbox=mailbox, parts=parts, asked_by=by, asked_at=now
        )

    def claim(self, now: datetime, lease: timedelta) -> Trial | None:
        """Take the trial that was asked for first, or one whose worker died; None when there is none."""
        free = Q(state=TrialState.WAITING) | Q(state=TrialState.RUNNING, lease_until__lt=now)
        for pk in self.filter(free).order_by("asked_at").values_list("pk", flat=True)[:5]:
            if self.filter(free, pk=pk).update(state=TrialState.RUNNING, lease_until=now + lease, steps=[]):
                return self.select_related("mailbox__user", "mailbox__grant", "asked_by").get(pk=pk)
        return None

    def newest_of(self, mailbox: Mailbox) -> Trial | None:
        """The latest trial of a mailbox."""
        return self.filter(mailbox=mailbox).order_by("-asked_at", "-pk").first()

    def under_way(self, pk: UUID) -> Self:
        """That trial, unless it was cancelled or replaced meanwhile; for writes of whoever does it."""
        return self.filter(pk=pk, state=TrialState.RUNNING)


class Trial(Owned):
    """Test connection: what was tried on a mailbox, step by step, while it goes on and after.

    `steps` are dictionaries as `mailboxes.trial` writes them; `folders` are the names that the server listed.
    """

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="trials")
    parts = models.CharField(max_length=4)  # smtp, imap or both
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TrialState, default=TrialState.WAITING)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)
    folders = models.JSONField(default=list)

    objects = TrialQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="trial_waiting", condition=Q(state__in=["waiting", "running"]))
        ]

    @property
    def is_over(self) -> bool:
        return self.state in (TrialState.DONE, TrialState.CANCELLED)

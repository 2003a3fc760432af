"""Imports: a file of accounts, contacts or leads on its way into records (SPEC R5).

The row is the queue: what waits for the worker has a state of `BUSY`, and a lease while somebody works on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from odziv.models.base import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from odziv.models.organisations import User


class ImportState(models.TextChoices):
    MATCHING = "matching", _("Waits for you: columns")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Waits for you: decision")
    WRITING = "writing", _("Being imported")
    DONE = "done", _("Imported")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Could not be read")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


BUSY = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)
OVER = (ImportState.STOPPED, ImportState.FAILED, ImportState.DONE, ImportState.UNDONE)


class FileFormat(models.TextChoices):
    CSV = "csv", "CSV"
    VCARD = "vcard", "vCard"


class Duplicates(models.TextChoices):
    """What becomes of a row whose record is there already."""

    SKIP = "skip", _("Leave the record as it is")
    UPDATE = "update", _("Update the record with what the file says")
    CREATE = "create", _("Make a second record")


class ImportQuerySet(OwnedQuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        """The user's own; an administrator sees everybody's (O2)."""
        rows = self.for_(user)
        return rows if user.is_administrator else rows.filter(user=user)

    def newest_first(self) -> Self:
        return self.select_related("user").order_by("-created_at", "-pk")

    def free(self, now: datetime) -> Self:
        """What waits for a worker, or was left by one that died."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=now), state__in=BUSY).order_by("created_at", "pk")

    def under_way(self, now: datetime) -> Self:
        """What a living worker has in its hands."""
        return self.filter(leased_until__gte=now)

    def with_file(self, key: str) -> Self:
        return self.filter(key=key)

    def forgettable(self, before: datetime) -> Self:
        """Imports that are over since then, and those that nobody went on with; their files are not needed."""
        return self.exclude(key="").exclude(state__in=BUSY).filter(created_at__lt=before)


class Import(Owned):
    """One file: how it is read, what is to become of it, and what became of it.

    `columns` has a field's key (`records.importing.fields`) for each column, empty for those that are left out.
    `done` of `size` bytes are read; `created` and so on are what was written.
    """

    user = models.ForeignKey("odziv.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    file_name = models.CharField(max_length=255)
    key = models.CharField(max_length=200, blank=True)  # in the file store; empty once the file was forgotten
    size = models.PositiveBigIntegerField(default=0)
    format = models.CharField(max_length=5, choices=FileFormat, default=FileFormat.CSV)
    encoding = models.CharField(max_length=20, default="utf-8")
    separator = models.CharField(max_length=1, default=",")
    has_head = models.BooleanField(default=True)
    columns = models.JSONField(default=list)
    duplicates = models.CharField(max_length=6, choices=Duplicates, default=Duplicates.SKIP)
    make_accounts = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.MATCHING)
    trouble = models.CharField(max_length=20, blank=True)  # why the file could not be read: a FileTrouble
    trouble_at = models.CharField(max_length=100, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    accounts = models.PositiveIntegerField(default=0)
    pictures = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    written_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="import_by_time"),
            models.Index(fields=["state", "created_at"], name="import_waiting", condition=Q(state__in=BUSY)),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def untouched(self) -> int:
        """Rows whose record was there already and stayed as it was."""
        return max(0, self.rows - self.created - self.updated - self.repeated - self.rejected)

    @property
    def can_be_undone(self) -> bool:
        return self.state == ImportState.DONE and self.created > 0


class ImportFault(Owned):
    """A row of an import that cannot become a record, or that repeats another; `line` is where it begins in the file.

    `reasons` is a list of [FaultReason, the field's key, what stands there].
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="faults", db_index=False)
    line = models.PositiveIntegerField()
    repeated = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ("line",)
        indexes = [models.Index(fields=["of", "line"], name="import_fault_by_line")]


class KnownColumnQuerySet(OwnedQuerySet["KnownColumn"]):
    def fields_of(self, user: User, kind: str) -> dict[str, str]:
        """Head of a column, folded -> the field that the organisation last matched it to; empty: left out."""
        return dict(self.for_(user).filter(kind=kind).values_list("head", "field"))

    def remember(self, of: Import, pairs: Mapping[str, str]) -> None:
        """Keep what columns with these heads are, for the next file."""
        rows: Sequence[KnownColumn] = [
            KnownColumn(organisation_id=of.organisation_id, kind=of.kind, head=head, field=field)
            for head, field in pairs.items()
        ]
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["organisation", "kind", "head"], update_fields=["field"]
        )


class KnownColumn(Owned):
    """What an organisation takes a column for, by its head."""

    kind = models.CharField(max_length=12)
    head = models.CharField(max_length=100)
    field = models.CharField(max_length=20, blank=True)

    objects = KnownColumnQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "head"], name="known_column_once")]

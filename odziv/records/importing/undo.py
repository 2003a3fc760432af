"""An import is undone: what it created and nobody touched since goes again, some hundred records at a time.

Each portion is a transaction of its own, so that others can write meanwhile, and a worker that dies is followed by one
that goes on.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from odziv.models import Import, Party, Record, RecordKind
from odziv.records.importing.check import Progress
from odziv.records.importing.resolve import BATCH
from odziv.records.matching import rematch_parties


def undo(of: Import, progress: Progress) -> None:
    """Delete what may be, people before the accounts that were made for them; count into the row (not saved)."""
    assert of.written_at is not None
    looked = 0
    for kind in dict.fromkeys((RecordKind(of.kind), RecordKind.ACCOUNT)):
        last = UUID(int=0)
        made = Record.objects.of(of.organisation_id).made_by(of).of_kinds([kind]).order_by("pk")
        while ids := list(made.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            of.removed += _remove(of, ids, of.written_at)
            last = ids[-1]
            looked += len(ids)
            progress(looked)
    of.kept = Record.objects.of(of.organisation_id).made_by(of).count()


@transaction.atomic
def _remove(of: Import, ids: list[UUID], written_at: datetime) -> int:
    rows = Record.objects.of(of.organisation_id).filter(pk__in=ids).untouched_since(written_at)
    gone = list(rows.values_list("pk", flat=True))
    keys = set(Party.objects.of(of.organisation_id).filter(record__in=gone).values_list("key", flat=True))
    Record.objects.filter(pk__in=gone).delete()
    rematch_parties(of.organisation_id, keys)
    Import.objects.filter(pk=of.pk).update(removed=of.removed + len(gone))
    return len(gone)

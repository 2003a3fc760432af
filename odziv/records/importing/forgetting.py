"""Imported files hold personal data, so they are kept no longer than their reports are of use (L4)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from odziv.lib.files import FileStoreError
from odziv.models import Import, ImportFault, StoredFile
from odziv.records.importing.reading import file_store

log = logging.getLogger("odziv.imports")

KEPT = timedelta(days=30)


def forget_file(of: Import) -> None:
    """Delete the import's file, unless something else of the organisation has the same content."""
    key, of.key = of.key, ""
    Import.objects.filter(pk=of.pk).update(key="")
    others = Import.objects.of(of.organisation_id).with_file(key).exists()
    if not key or others or StoredFile.objects.of(of.organisation_id).filter(key=key).exists():
        return
    try:
        file_store().delete(key)
    except FileStoreError:
        log.exception("an imported file could not be deleted")


def forget_old(now: datetime) -> None:
    """Forget the files of imports that are older than KEPT, and what was wrong with their rows."""
    for of in Import.objects.forgettable(now - KEPT)[:20]:
        ImportFault.objects.filter(of=of).delete()
        forget_file(of)

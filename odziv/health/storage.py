"""What is kept: data folder, keys, database, file store."""

from __future__ import annotations

import shutil

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.health.place import Place, Seen
from odziv.lib.files import FileStoreError, check, store_from
from odziv.lib.seal import KeyRing, KeyRingError
from odziv.models import partitions

_SCARCE_BYTES = 500_000_000


def data_folder(place: Place) -> Seen:
    """Whether it is there, and has room."""
    folder = place.env.data
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        said = _("%(folder)s cannot be read (%(reason)s); start odziv serve, or odziv migrate.")
        return Seen(False, said % {"folder": folder, "reason": error.strerror})
    if free < _SCARCE_BYTES:
        said = _("only %(free)s MB are free at %(folder)s; make room.")
        return Seen(False, said % {"free": free // 1_000_000, "folder": folder})
    return Seen(True, _("%(folder)s, %(free)s GB free") % {"folder": folder, "free": free // 1_000_000_000})


def keys(place: Place) -> Seen:
    """Whether identifiers in sent mail can be sealed and opened."""
    file = place.env.seal_keys
    try:
        number = len(KeyRing.load(file).keys)
    except KeyRingError as error:
        if isinstance(error.__cause__, OSError):
            said = _("%(file)s cannot be read (%(reason)s); restore it from the backup, or mend its rights.")
            return Seen(False, said % {"file": file, "reason": error.__cause__.strerror})
        return Seen(
            False, _("%(file)s is damaged; restore it from the backup: links in sent mail need it.") % {"file": file}
        )
    said = ngettext("%(n)d key in %(file)s", "%(n)d keys in %(file)s", number)
    return Seen(True, said % {"n": number, "file": file})


def database(place: Place) -> Seen:
    """Whether it answers, and is as new as this version."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return Seen(False, _("%(reason)s; see to ODZIV_DATABASE_URL.") % {"reason": reason})
    if waiting:
        return Seen(False, _("%(number)s steps behind; run odziv migrate.") % {"number": len(waiting)})
    if partitions.is_divided() and (months := partitions.lacking(place.now)):
        said = _("the journal has no partition for %(month)s yet; see to the worker, which makes them ahead.")
        return Seen(False, said % {"month": f"{months[0]:%Y-%m}"})
    return Seen(True, connection.display_name)


def file_store(place: Place) -> Seen:
    """Write a file, read it back, remove it."""
    folder, _mark, _options = place.env.file_store.partition("?")
    try:
        check(store_from(place.env.file_store))
    except FileStoreError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            said = _("%(folder)s cannot be written or read (%(reason)s); mend its rights, or make room.")
            return Seen(False, said % {"folder": folder, "reason": cause.strerror or cause})
        if cause is None:
            said = _("What was written to %(folder)s came back changed: check the disk.")
            return Seen(False, said % {"folder": folder})
        said = _(
            "%(folder)s does not do what is asked (%(reason)s); check that the bucket exists, what the access key may "
            "do, and that the service can be reached from here."
        )
        return Seen(False, said % {"folder": folder, "reason": cause})
    return Seen(True, _("%(folder)s, written and read back") % {"folder": folder})

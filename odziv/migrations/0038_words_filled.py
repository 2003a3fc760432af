"""Fill in the words of what was there before, a batch at a time; when it was interrupted, it goes on where it was."""

import sys
from itertools import count
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from odziv.models.vocabulary import marked_words, words_of_record

_BATCH = 5_000
_SHOWN = 20  # batches between two lines of progress


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, read in (("Record", _of_records), ("Message", _of_messages)):
        rows, words = (apps.get_model("odziv", one).objects for one in (name, f"{name}Words"))
        last = words.order_by(name.lower()).values_list(name.lower(), flat=True).last()
        for number in count(1):
            keys = rows.order_by("pk").values_list("pk", flat=True)
            batch = list((keys.filter(pk__gt=last) if last else keys)[:_BATCH])
            if not batch:
                break
            found = read(apps, rows.filter(pk__gte=batch[0], pk__lte=batch[-1]))
            words.bulk_create(
                (words.model(**{f"{name.lower()}_id": pk, "words": found[pk]}) for pk in batch), ignore_conflicts=True
            )
            last = batch[-1]
            if number % _SHOWN == 0:
                sys.stderr.write(f"  words of {number * _BATCH:,} rows of {name}\n")


def _of_messages(_apps: Apps, rows: Any) -> dict[UUID, str]:
    found = {}
    texts = ("subject", "recipients", "activity__regarding__name", "from_name", "from_address", "direction")
    for pk, organisation, *values, name, address, direction in rows.values_list("pk", "organisation_id", *texts):
        sender = (name, address) if direction == "in" else ()
        found[pk] = marked_words(organisation, (*(value or "" for value in values), *sender))
    return found


def _of_records(apps: Apps, rows: Any) -> dict[UUID, str]:
    keys: dict[str, dict[UUID, list[str]]] = {}
    for name, column in (("RecordEmail", "key"), ("RecordPhone", "digits")):
        ordered = apps.get_model("odziv", name).objects.filter(record__in=rows.values("pk")).order_by("position", "pk")
        for pk, value in ordered.values_list("record_id", column):
            keys.setdefault(name, {}).setdefault(pk, []).append(value)
    texts = ("name", "company", "job_title", "industry", "account__name")
    return {
        pk: words_of_record(
            organisation,
            (value or "" for value in values),
            *(keys.get(name, {}).get(pk, []) for name in ("RecordEmail", "RecordPhone")),
        )
        for pk, organisation, *values in rows.values_list("pk", "organisation_id", *texts)
    }


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("odziv", "0037_owners_and_accounts_filled")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

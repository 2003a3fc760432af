"""Put the sign of the owner behind the words of e-mails, a batch at a time; one that has it is passed over."""

import sys
from itertools import count

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from odziv.models.vocabulary import owner_sign

_BATCH = 5_000
_SHOWN = 20  # batches between two lines of progress


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    words = apps.get_model("odziv", "MessageWords")
    update = f"UPDATE {words._meta.db_table} SET words = words || %s WHERE id = %s"
    last = 0
    for number in count(1):
        rows = words.objects.filter(pk__gt=last).order_by("pk")
        batch = list(rows.values_list("pk", "words", "message__owner")[:_BATCH])
        if not batch:
            break
        signs = [(f" {sign}", pk) for pk, text, owner in batch if not text.endswith(sign := owner_sign(owner))]
        with transaction.atomic(editor.connection.alias), editor.connection.cursor() as cursor:
            cursor.executemany(update, signs)
        last = batch[-1][0]
        if number % _SHOWN == 0:
            sys.stderr.write(f"  owners of {number * _BATCH:,} e-mails\n")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("odziv", "0053_partitions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

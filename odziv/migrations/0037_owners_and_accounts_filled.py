"""Fill in by what lists sort owners and accounts, for the records that were there before."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery

from odziv.lib.text import sort_key


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    records = apps.get_model("odziv", "Record").objects
    for pk, name in apps.get_model("odziv", "User").objects.values_list("pk", "name"):
        records.filter(owner=pk).update(owner_key=sort_key(name)[:200])
    named = Subquery(records.filter(pk=OuterRef("account")).values("name_key")[:1])
    records.filter(account__isnull=False).update(account_key=named)


class Migration(migrations.Migration):
    dependencies = [("odziv", "0036_lists_and_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

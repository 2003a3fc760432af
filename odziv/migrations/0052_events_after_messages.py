"""No event stands before its message (by their identifiers): readers of a message's events begin there."""

from django.db import migrations
from django.db.models import F

from odziv.lib.uuid7 import lifted


def lift(apps, schema_editor):
    rows = apps.get_model("odziv", "Interaction").objects.using(schema_editor.connection.alias)
    before = rows.filter(pk__lt=F("message_id")).order_by()
    while found := list(before.values_list("pk", "message_id")[:1000]):
        for pk, message in found:
            rows.filter(pk=pk).update(id=lifted(pk.hex, message.hex))


class Migration(migrations.Migration):
    dependencies = [("odziv", "0051_outgoing_holds")]

    operations = [migrations.RunPython(lift, migrations.RunPython.noop)]

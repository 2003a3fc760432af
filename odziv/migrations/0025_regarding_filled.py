"""Fill in by what lists sort the regarding, for what was written before that column."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    activity = apps.get_model("odziv", "Activity").objects
    named = Subquery(activity.filter(pk=OuterRef("pk")).values("regarding__name_key")[:1])
    messages = apps.get_model("odziv", "Message").objects
    messages.filter(activity__regarding__isnull=False).update(regarding_key=named)


class Migration(migrations.Migration):
    dependencies = [("odziv", "0024_regarding_in_order")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

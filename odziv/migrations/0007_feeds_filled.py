"""Fill in the columns of the feeds for what was written before them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    record, message = apps.get_model("odziv", "Record"), apps.get_model("odziv", "Message")

    def behind(link: str) -> Subquery:
        return Subquery(record.objects.filter(pk=OuterRef(link)).values("account_id")[:1])

    at = Subquery(message.objects.filter(pk=OuterRef("message_id")).values("at")[:1])
    apps.get_model("odziv", "Activity").objects.exclude(regarding=None).update(account=behind("regarding_id"))
    parties = apps.get_model("odziv", "Party").objects
    parties.update(at=at)
    parties.exclude(record=None).update(account=behind("record_id"))


class Migration(migrations.Migration):
    dependencies = [("odziv", "0006_feeds")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""What ingest wrote or looked up for each event without need: indexes that others begin with, and constraints to rows
that the constraint to the copy vouches for.

SQLite keeps the two constraints: it could only let go of them by writing the whole journal anew.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

INDEXES = ("odziv_message_organisation_id_d2d476ac", "odziv_delivery_message_id_f687d43b")


def let_go(_apps: Any, editor: Any) -> None:
    for name in INDEXES:
        editor.execute(f"DROP INDEX IF EXISTS {name}")
    if editor.connection.vendor != "postgresql":
        return
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'odziv_interaction'::regclass AND contype = 'f' "
            "AND confrelid IN ('odziv_message'::regclass, 'odziv_organisation'::regclass)"
        )
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        editor.execute(f"ALTER TABLE odziv_interaction DROP CONSTRAINT {editor.quote_name(name)}")


def _to(model: str, related: str = "+", **options: Any) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related, to=f"odziv.{model}", **options
    )


class Migration(migrations.Migration):
    dependencies = [("odziv", "0046_tasks_by_due")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(let_go, migrations.RunPython.noop)],
            [
                migrations.AlterField("message", "organisation", _to("organisation", db_index=False)),
                migrations.AlterField("delivery", "message", _to("message", "deliveries", db_index=False)),
                migrations.AlterField("interaction", "organisation", _to("organisation", db_constraint=False)),
                migrations.AlterField("interaction", "message", _to("message", "interactions", db_constraint=False)),
            ],
        )
    ]

"""PostgreSQL: the journal in partitions by month. What is there becomes the first one as it lies; nothing is copied.

Django's model does not know of it: table, columns, constraints and indexes have the names that it gave them.
"""

from django.db import migrations
from django.utils import timezone

from odziv.lib.months import later, month_of
from odziv.lib.uuid7 import first_of
from odziv.models.partitions import DEFAULT, TABLE, is_divided, make_ahead

LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE"


def divide(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql" or is_divided(connection.alias):
        return
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        month = later(month_of(now), 1)
        first = f"{TABLE}_before_{month:%Y_%m}"
        indexes, constraints = _set_aside(cursor, first)
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {first} {LIKE}) PARTITION BY RANGE (id)")
        for name, definition in constraints:
            cursor.execute(f'ALTER TABLE {TABLE} ADD CONSTRAINT "{name}" {definition}')
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"CREATE TABLE {DEFAULT} (LIKE {TABLE} {LIKE})")
        # Of a clock that goes ahead, or random.
        bound = first_of(month)
        cursor.execute(
            f"WITH moved AS (DELETE FROM {first} WHERE id >= %s RETURNING *) INSERT INTO {DEFAULT} SELECT * FROM moved",
            [bound],
        )
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {first})")
        if cursor.fetchone()[0]:
            cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ('{bound}')")
        else:
            cursor.execute(f"DROP TABLE {first}")
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {DEFAULT} DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    make_ahead(now, connection.alias)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")


def _set_aside(cursor, first):
    """Rename the table and all that bears a name of its own; returns what its successor needs."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid), contype FROM pg_constraint WHERE conrelid = %s::regclass "
        "AND contype IN ('p', 'f')",
        [TABLE],
    )
    constraints = cursor.fetchall()
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %s::regclass AND NOT i.indisprimary",
        [TABLE],
    )
    indexes = cursor.fetchall()
    cursor.execute(f"ALTER TABLE {TABLE} RENAME TO {first}")
    for number, (name, _definition) in enumerate(indexes):
        cursor.execute(f'ALTER INDEX "{name}" RENAME TO {first}_{number}')
    for name, _definition, kind in constraints:
        if kind == "p":
            cursor.execute(f'ALTER TABLE {first} RENAME CONSTRAINT "{name}" TO {first}_pkey')
    return [definition for _name, definition in indexes], [(name, told) for name, told, _kind in constraints]


class Migration(migrations.Migration):
    dependencies = [("odziv", "0052_events_after_messages")]

    operations = [migrations.RunPython(divide, migrations.RunPython.noop)]

"""Calls and tasks together in the order of their states, and of each owner; e-mails are none of these indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0054_owners_in_words")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("kind", "email"), _negated=True),
                fields=["organisation", column, "id"],
                name=f"activity_tasks_by_{column}",
            ),
        )
        for column in ("state", "owner")
    ]

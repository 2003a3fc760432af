"""Calls and tasks together in the order in which they are due; e-mails are none of that index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0045_retention")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("kind", "email"), _negated=True),
                fields=["organisation", "due_at", "id"],
                name="activity_tasks_by_due",
            ),
        ),
    ]

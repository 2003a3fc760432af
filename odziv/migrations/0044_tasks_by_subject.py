"""Calls and tasks in the order of their subjects; e-mails are none of that index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0043_covering")]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("kind", "email"), _negated=True),
                fields=["organisation", "subject", "id"],
                name="activity_by_subject",
            ),
        ),
    ]

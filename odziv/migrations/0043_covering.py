"""Indexes that hold all of what one's own e-mails, and calls and tasks, are narrowed and counted by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0050_connections_of_mailboxes")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_counted"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=[
                    "organisation",
                    "owner",
                    "follow_state",
                    "direction",
                    "state",
                    "opens",
                    "link_clicks",
                    "attachment_views",
                    "replies",
                    "at",
                    "activity",
                ],
                name="message_counted",
            ),
        ),
        migrations.RemoveIndex(model_name="activity", name="activity_by_due"),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["organisation", "kind", "due_at", "state", "owner", "id"], name="activity_by_due"
            ),
        ),
    ]

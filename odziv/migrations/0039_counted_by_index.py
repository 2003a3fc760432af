"""Indexes that hold all of what views and the clicks of links are counted by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0038_words_filled")]

    operations = [
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("counted", True), ("kind", "click")),
                fields=["message", "ordinal", "verdict"],
                name="interaction_clicks",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["organisation", "owner", "follow_state", "direction", "state"], name="message_counted"
            ),
        ),
    ]

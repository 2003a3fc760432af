"""What lists sort owners and accounts by, and the words of e-mails and records; the next two fill them in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("odziv", "0035_preference_line")]

    operations = [
        migrations.CreateModel(
            name="MessageWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.message"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.record"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="record",
            name="account_key",
            field=models.CharField(default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="record",
            name="owner_key",
            field=models.CharField(default="", editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["organisation", "name_key", "id"], name="record_by_name_alone"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["organisation", "kind", "owner_key", "id"], name="record_by_owner_name"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["organisation", "kind", "account_key", "id"], name="record_by_account"),
        ),
    ]

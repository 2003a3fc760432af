"""All tables as the steps 0001 to 0042 leave them, for a database that has none yet."""

import datetime
import django.db.models.deletion
import django.utils.timezone
import odziv.lib.uuid7
import uuid
from collections.abc import Sequence
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Several models of which the state is made once, at the end: made anew after each one, it took most of the time."""

    reduces_to_sql = True
    reversible = False

    def __init__(self, models: Sequence[migrations.CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        vars(state).pop("apps", None)  # what it caches
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"


class Migration(migrations.Migration):
    replaces = [
        ("odziv", "0001_initial"),
        ("odziv", "0002_today"),
        ("odziv", "0003_templates"),
        ("odziv", "0004_mailboxes"),
        ("odziv", "0005_switches"),
        ("odziv", "0006_feeds"),
        ("odziv", "0007_feeds_filled"),
        ("odziv", "0008_assistant"),
        ("odziv", "0009_undo_send"),
        ("odziv", "0010_templates_index"),
        ("odziv", "0011_send_later"),
        ("odziv", "0012_statuses"),
        ("odziv", "0013_lists"),
        ("odziv", "0014_people"),
        ("odziv", "0015_shared_mailboxes"),
        ("odziv", "0016_bulk_actions"),
        ("odziv", "0017_threads"),
        ("odziv", "0018_filings"),
        ("odziv", "0019_imports"),
        ("odziv", "0020_lists_in_order"),
        ("odziv", "0021_unsure_figures"),
        ("odziv", "0022_replies_and_quiet"),
        ("odziv", "0023_happenings_wait"),
        ("odziv", "0024_regarding_in_order"),
        ("odziv", "0025_regarding_filled"),
        ("odziv", "0026_hourly_limit"),
        ("odziv", "0027_weights"),
        ("odziv", "0028_dead_addresses"),
        ("odziv", "0029_reply_addresses"),
        ("odziv", "0030_honeypot"),
        ("odziv", "0031_notices"),
        ("odziv", "0032_team_networks"),
        ("odziv", "0033_signing_keys"),
        ("odziv", "0034_reminder_away"),
        ("odziv", "0035_preference_line"),
        ("odziv", "0036_lists_and_words"),
        ("odziv", "0037_owners_and_accounts_filled"),
        ("odziv", "0038_words_filled"),
        ("odziv", "0039_counted_by_index"),
        ("odziv", "0040_handed_in"),
        ("odziv", "0041_digests"),
        ("odziv", "0042_habits"),
    ]

    initial = True

    dependencies = []

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name="Organisation",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("engagement", models.BooleanField(default=False, verbose_name="email engagement")),
                        (
                            "follow_unknown",
                            models.BooleanField(default=True, verbose_name="follow people who are in no record"),
                        ),
                        ("preference_line", models.BooleanField(default=False, verbose_name="line about following")),
                        ("assistant", models.BooleanField(default=False, verbose_name="assistant")),
                        ("muted_cards", models.JSONField(blank=True, default=list)),
                        ("location_service", models.BooleanField(default=True, verbose_name="location service")),
                        ("work_days", models.CharField(default="12345", max_length=7)),
                        ("work_starts", models.TimeField(default=datetime.time(8, 0))),
                        ("work_ends", models.TimeField(default=datetime.time(17, 0))),
                        ("holidays", models.CharField(blank=True, default="own", max_length=3)),
                        ("honeypot", models.BooleanField(default=False, verbose_name="hidden link")),
                        ("weights", models.JSONField(blank=True, default=dict)),
                        ("sample", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="SpoolPosition",
                    fields=[
                        ("file", models.CharField(max_length=200, primary_key=True, serialize=False)),
                        ("position", models.BigIntegerField(default=0)),
                        ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("job_title", models.CharField(blank=True, max_length=200, verbose_name="job title")),
                        ("phone", models.CharField(blank=True, max_length=50, verbose_name="phone")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("salesperson", "Salesperson"),
                                    ("manager", "Manager"),
                                    ("administrator", "Administrator"),
                                ],
                                default="salesperson",
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("language", models.CharField(default="en", max_length=5, verbose_name="language")),
                        (
                            "time_zone",
                            models.CharField(default="Europe/Ljubljana", max_length=64, verbose_name="time zone"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                        ("left_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("signed_out_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "undo_seconds",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "No: it leaves at once"),
                                    (5, "For 5 seconds"),
                                    (10, "For 10 seconds"),
                                    (20, "For 20 seconds"),
                                    (30, "For 30 seconds"),
                                ],
                                default=10,
                                verbose_name="undo send",
                            ),
                        ),
                        ("letter_keys", models.BooleanField(default=True, verbose_name="keys of a single letter")),
                        ("muted_cards", models.JSONField(blank=True, default=list)),
                        ("quiet_from", models.TimeField(blank=True, null=True)),
                        ("quiet_until", models.TimeField(blank=True, null=True)),
                        ("digest", models.BooleanField(default=False, verbose_name="summary by e-mail")),
                        ("digest_at", models.TimeField(default=datetime.time(7, 30), verbose_name="at")),
                        ("digest_work_days", models.BooleanField(default=True, verbose_name="only on working days")),
                        ("first_steps_hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="users",
                                to="odziv.organisation",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "name"], name="user_by_name"),
                            models.Index(fields=["email"], name="user_by_email"),
                            models.Index(condition=models.Q(("digest", True)), fields=["id"], name="user_digest"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "email"), name="user_once_in_organisation")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KnownColumn",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("head", models.CharField(max_length=100)),
                        ("field", models.CharField(blank=True, max_length=20)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "kind", "head"), name="known_column_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DomainHabit",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("place", models.CharField(max_length=254)),
                        ("copies", models.BigIntegerField(default=0)),
                        ("people", models.BigIntegerField(default=0)),
                        ("unsure", models.BigIntegerField(default=0)),
                        ("machines", models.BigIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("organisation", "place"), name="habit_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Refusal",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.CharField(max_length=254)),
                        ("at", models.DateTimeField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("organisation", "key"), name="refusal_once")],
                    },
                ),
                migrations.CreateModel(
                    name="StoredFile",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64)),
                        ("size", models.PositiveBigIntegerField()),
                        ("key", models.CharField(max_length=200)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "sha256"), name="file_content_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TestMail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("sender", models.CharField(blank=True, max_length=254)),
                        ("recipient", models.CharField(max_length=254)),
                        ("subject", models.CharField(blank=True, max_length=500)),
                        ("key", models.CharField(max_length=200)),
                        ("size", models.PositiveBigIntegerField()),
                        ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "-received_at", "-id"], name="testmail_by_time"),
                            models.Index(fields=["key"], name="testmail_by_key"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BulkRun",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("action", models.CharField(max_length=24)),
                        ("values", models.JSONField(default=dict)),
                        ("place", models.CharField(max_length=20)),
                        ("view", models.CharField(max_length=20)),
                        ("total", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("doing", "Doing"),
                                    ("done", "Done"),
                                    ("undoing", "Undoing"),
                                    ("undone", "Undone"),
                                    ("failed", "Failed"),
                                ],
                                default="doing",
                                max_length=8,
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("doing", "undoing"))),
                                fields=["created_at", "id"],
                                name="bulk_run_waiting",
                            ),
                            models.Index(fields=["created_at"], name="bulk_run_by_time"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Import",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("file_name", models.CharField(max_length=255)),
                        ("key", models.CharField(blank=True, max_length=200)),
                        ("size", models.PositiveBigIntegerField(default=0)),
                        (
                            "format",
                            models.CharField(choices=[("csv", "CSV"), ("vcard", "vCard")], default="csv", max_length=5),
                        ),
                        ("encoding", models.CharField(default="utf-8", max_length=20)),
                        ("separator", models.CharField(default=",", max_length=1)),
                        ("has_head", models.BooleanField(default=True)),
                        ("columns", models.JSONField(default=list)),
                        (
                            "duplicates",
                            models.CharField(
                                choices=[
                                    ("skip", "Leave the record as it is"),
                                    ("update", "Update the record with what the file says"),
                                    ("create", "Make a second record"),
                                ],
                                default="skip",
                                max_length=6,
                            ),
                        ),
                        ("make_accounts", models.BooleanField(default=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("matching", "Waits for you: columns"),
                                    ("checking", "Being checked"),
                                    ("checked", "Waits for you: decision"),
                                    ("writing", "Being imported"),
                                    ("done", "Imported"),
                                    ("stopped", "Stopped"),
                                    ("failed", "Could not be read"),
                                    ("undoing", "Being undone"),
                                    ("undone", "Undone"),
                                ],
                                default="matching",
                                max_length=8,
                            ),
                        ),
                        ("trouble", models.CharField(blank=True, max_length=20)),
                        ("trouble_at", models.CharField(blank=True, max_length=100)),
                        ("done", models.PositiveBigIntegerField(default=0)),
                        ("rows", models.PositiveIntegerField(default=0)),
                        ("new", models.PositiveIntegerField(default=0)),
                        ("known", models.PositiveIntegerField(default=0)),
                        ("repeated", models.PositiveIntegerField(default=0)),
                        ("rejected", models.PositiveIntegerField(default=0)),
                        ("accounts", models.PositiveIntegerField(default=0)),
                        ("pictures", models.PositiveIntegerField(default=0)),
                        ("created", models.PositiveIntegerField(default=0)),
                        ("updated", models.PositiveIntegerField(default=0)),
                        ("removed", models.PositiveIntegerField(default=0)),
                        ("kept", models.PositiveIntegerField(default=0)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("written_at", models.DateTimeField(editable=False, null=True)),
                        ("finished_at", models.DateTimeField(editable=False, null=True)),
                        ("leased_until", models.DateTimeField(editable=False, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "-created_at", "-id"], name="import_by_time"),
                            models.Index(
                                condition=models.Q(("state__in", ("checking", "writing", "undoing"))),
                                fields=["state", "created_at"],
                                name="import_waiting",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mailbox",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("test", "Test mailbox"), ("smtp", "SMTP server")],
                                default="smtp",
                                max_length=8,
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="sender name")),
                        ("address", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        ("is_default", models.BooleanField(default=False)),
                        ("shared", models.BooleanField(default=False)),
                        ("signature", models.TextField(blank=True, verbose_name="signature")),
                        (
                            "sign_in",
                            models.CharField(
                                choices=[("password", "Password"), ("google", "Google"), ("microsoft", "Microsoft")],
                                default="password",
                                max_length=10,
                            ),
                        ),
                        ("smtp_host", models.CharField(blank=True, max_length=253, verbose_name="server")),
                        ("smtp_port", models.PositiveIntegerField(default=587, verbose_name="port")),
                        (
                            "smtp_security",
                            models.CharField(
                                choices=[
                                    ("none", "No encryption"),
                                    ("starttls", "STARTTLS"),
                                    ("tls", "TLS from the start"),
                                ],
                                default="starttls",
                                max_length=10,
                                verbose_name="encryption",
                            ),
                        ),
                        ("smtp_username", models.CharField(blank=True, max_length=254, verbose_name="user name")),
                        ("smtp_secret", models.TextField(blank=True, editable=False)),
                        ("imap_host", models.CharField(blank=True, max_length=253, verbose_name="server")),
                        ("imap_port", models.PositiveIntegerField(default=993, verbose_name="port")),
                        (
                            "imap_security",
                            models.CharField(
                                choices=[
                                    ("none", "No encryption"),
                                    ("starttls", "STARTTLS"),
                                    ("tls", "TLS from the start"),
                                ],
                                default="tls",
                                max_length=10,
                                verbose_name="encryption",
                            ),
                        ),
                        ("imap_own_login", models.BooleanField(default=False)),
                        ("imap_username", models.CharField(blank=True, max_length=254, verbose_name="user name")),
                        ("imap_secret", models.TextField(blank=True, editable=False)),
                        (
                            "inbox_folder",
                            models.CharField(default="INBOX", max_length=250, verbose_name="folder of what arrives"),
                        ),
                        (
                            "sent_folder",
                            models.CharField(blank=True, max_length=250, verbose_name="folder of what was sent"),
                        ),
                        ("read_until", models.DateTimeField(editable=False, null=True)),
                        ("files_sent", models.BooleanField(default=True)),
                        ("reply_tokens", models.BooleanField(default=False)),
                        (
                            "hourly_limit",
                            models.PositiveIntegerField(default=0, verbose_name="e-mails in an hour, at most"),
                        ),
                        ("hour_began_at", models.DateTimeField(editable=False, null=True)),
                        ("hour_sent", models.PositiveIntegerField(default=0, editable=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("smtp_tried_at", models.DateTimeField(editable=False, null=True)),
                        ("smtp_reason", models.CharField(blank=True, editable=False, max_length=16)),
                        ("smtp_answer", models.CharField(blank=True, editable=False, max_length=500)),
                        ("imap_tried_at", models.DateTimeField(editable=False, null=True)),
                        ("imap_reason", models.CharField(blank=True, editable=False, max_length=16)),
                        ("imap_answer", models.CharField(blank=True, editable=False, max_length=500)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mailboxes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["organisation", "user"], name="mailbox_by_user")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)), fields=("user",), name="mailbox_one_default"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("salesperson", "Salesperson"),
                                    ("manager", "Manager"),
                                    ("administrator", "Administrator"),
                                ],
                                default="salesperson",
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("language", models.CharField(default="en", max_length=5, verbose_name="language")),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("expires_at", models.DateTimeField()),
                        ("mailed_at", models.DateTimeField(null=True)),
                        ("trouble", models.CharField(blank=True, max_length=1000)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "invited_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "revoked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["organisation", "email"], name="invitation_by_address")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                                fields=("organisation", "email"),
                                name="invitation_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HookSecret",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("secret", models.TextField()),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ends_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="EngagementPause",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "begun_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "ended_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["organisation", "-began_at"], name="pause_by_organisation")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)), fields=("organisation",), name="one_pause_lasts"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Discarded",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("rows", models.TextField()),
                        ("links", models.JSONField(default=list)),
                        ("count", models.PositiveIntegerField(default=1)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["at"], name="discarded_by_time")],
                    },
                ),
                migrations.CreateModel(
                    name="Digest",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("leaving", "On its way"),
                                    ("sent", "Sent"),
                                    ("empty", "Nothing to say"),
                                    ("unknown", "No answer"),
                                    ("given-up", "Given up"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("wanted_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, max_length=16)),
                        ("answer", models.CharField(blank=True, max_length=500)),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["due_at"], name="digest_due"
                            ),
                            models.Index(
                                condition=models.Q(("state", "leaving")), fields=["lease_until"], name="digest_leaving"
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("user", "day"), name="digest_once_a_day")],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("prefix", models.CharField(max_length=12)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("used_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tokens",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PersonChange",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("joined", "Joined"),
                                    ("renamed", "Renamed"),
                                    ("role", "Role"),
                                    ("link", "Link"),
                                    ("left", "Left"),
                                    ("returned", "Returned"),
                                    ("handed", "Handed Over"),
                                    ("stopped", "Mail Stopped"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("before", models.CharField(blank=True, max_length=200)),
                        ("after", models.CharField(blank=True, max_length=200)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["person", "-at"], name="person_change_by_person")],
                    },
                ),
                migrations.CreateModel(
                    name="PushSubscription",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("endpoint", models.TextField()),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("service", models.CharField(max_length=300)),
                        ("public_key", models.CharField(max_length=100)),
                        ("secret", models.CharField(max_length=40)),
                        ("label", models.CharField(blank=True, max_length=100)),
                        ("login", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("confirmed_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("tried_at", models.DateTimeField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=16)),
                        ("answer", models.CharField(blank=True, max_length=300)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["user", "-confirmed_at"], name="push_by_user")],
                    },
                ),
                migrations.CreateModel(
                    name="SampleRun",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("language", models.CharField(default="en", max_length=5)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("error", models.TextField(blank=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="odziv.organisation",
                            ),
                        ),
                        (
                            "visitor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("place", models.CharField(max_length=20)),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("query", models.CharField(max_length=2000)),
                        (
                            "shared",
                            models.BooleanField(default=False, verbose_name="for everybody in the organisation"),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["organisation", "place", "name"], name="saved_view_by_place")],
                    },
                ),
                migrations.CreateModel(
                    name="SigningKey",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("domain", models.CharField(max_length=253, verbose_name="domain")),
                        ("selector", models.CharField(max_length=63, verbose_name="selector")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("rsa", "RSA"), ("ed25519", "Ed25519")],
                                max_length=8,
                                verbose_name="kind of key",
                            ),
                        ),
                        ("secret", models.TextField(editable=False)),
                        ("public", models.TextField(editable=False)),
                        ("bits", models.PositiveIntegerField(default=0, editable=False)),
                        ("on", models.BooleanField(default=False)),
                        ("turned_at", models.DateTimeField(editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("checked_at", models.DateTimeField(editable=False, null=True)),
                        ("finding", models.CharField(blank=True, editable=False, max_length=10)),
                        ("found", models.CharField(blank=True, editable=False, max_length=1000)),
                        (
                            "fault",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("unreadable", "it cannot be decrypted any more"),
                                    ("damaged", "it is damaged"),
                                ],
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("fault_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "domain", "selector"), name="signing_key_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("on", True)),
                                fields=("organisation", "domain", "kind"),
                                name="signing_key_one_on",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeamNetwork",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["last_at"], name="team_network_by_time")],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "digest", "user"), name="team_network_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WeightChange",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("looking", "Looking"),
                                    ("looked", "Looked"),
                                    ("applying", "Applying"),
                                    ("applied", "Applied"),
                                    ("dropped", "Dropped"),
                                ],
                                default="looking",
                                max_length=8,
                            ),
                        ),
                        ("before", models.JSONField(default=dict)),
                        ("points", models.JSONField(default=dict)),
                        ("days", models.PositiveSmallIntegerField()),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("applied_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("total", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("message", models.UUIDField(null=True)),
                        ("delivery", models.UUIDField(null=True)),
                        ("found", models.JSONField(default=dict)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("looking", "applying"))),
                                fields=["created_at", "id"],
                                name="weighing_waiting",
                            ),
                            models.Index(fields=["organisation", "-applied_at"], name="weighing_history"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OAuthClient",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "provider",
                            models.CharField(choices=[("google", "Google"), ("microsoft", "Microsoft")], max_length=10),
                        ),
                        ("client_id", models.CharField(max_length=300)),
                        ("secret", models.TextField(editable=False)),
                        ("tenant", models.CharField(blank=True, max_length=100)),
                        ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "changed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "provider"), name="oauth_client_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportFault",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("line", models.PositiveIntegerField()),
                        ("repeated", models.BooleanField(default=False)),
                        ("reasons", models.JSONField(default=list)),
                        (
                            "of",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="faults",
                                to="odziv.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("line",),
                        "indexes": [models.Index(fields=["of", "line"], name="import_fault_by_line")],
                    },
                ),
                migrations.CreateModel(
                    name="HandedIn",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("door", models.CharField(choices=[("lmtp", "LMTP"), ("webhook", "Webhook")], max_length=8)),
                        ("recipient", models.CharField(blank=True, max_length=320)),
                        ("digest", models.CharField(max_length=64)),
                        ("file", models.CharField(max_length=200)),
                        ("size", models.PositiveBigIntegerField()),
                        ("came_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waiting"), ("done", "Done"), ("aside", "Aside")],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("fault", models.CharField(blank=True, max_length=200)),
                        (
                            "mailbox",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.mailbox",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["due_at"], name="handed_in_due"
                            ),
                            models.Index(fields=["state", "came_at"], name="handed_in_by_state"),
                            models.Index(fields=["file"], name="handed_in_by_file"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("organisation", "digest"), name="handed_in_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grant",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "provider",
                            models.CharField(choices=[("google", "Google"), ("microsoft", "Microsoft")], max_length=10),
                        ),
                        ("account", models.CharField(max_length=254)),
                        ("access_secret", models.TextField(editable=False)),
                        ("refresh_secret", models.TextField(editable=False)),
                        ("expires_at", models.DateTimeField()),
                        ("granted_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("lost_at", models.DateTimeField(null=True)),
                        ("answer", models.CharField(blank=True, max_length=500)),
                        (
                            "granted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "mailbox",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="grant", to="odziv.mailbox"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="BulkStep",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("keys", models.JSONField()),
                        ("size", models.PositiveIntegerField()),
                        ("done", models.BooleanField(default=False)),
                        ("undone", models.BooleanField(default=False)),
                        ("changed", models.PositiveIntegerField(default=0)),
                        ("restored", models.PositiveIntegerField(default=0)),
                        ("undo", models.JSONField(default=list)),
                        ("refused", models.JSONField(default=dict)),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="odziv.bulkrun"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("run", "number"), name="bulk_step_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("uidvalidity", models.PositiveBigIntegerField(default=0)),
                        ("uidnext", models.PositiveBigIntegerField(default=0)),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("round", models.PositiveBigIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("stuck_uid", models.PositiveBigIntegerField(default=0)),
                        ("stuck", models.PositiveSmallIntegerField(default=0)),
                        (
                            "mailbox",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reading", to="odziv.mailbox"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["due_at"], name="reading_due")],
                    },
                ),
                migrations.CreateModel(
                    name="Record",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("account", "Account"),
                                    ("contact", "Contact"),
                                    ("lead", "Lead"),
                                    ("opportunity", "Opportunity"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("name_key", models.CharField(default="", editable=False, max_length=200)),
                        ("search_text", models.CharField(default="", editable=False, max_length=600)),
                        ("owner_key", models.CharField(default="", editable=False, max_length=200)),
                        (
                            "follow_email",
                            models.CharField(
                                choices=[("allow", "Allow"), ("deny", "Do not allow")],
                                default="allow",
                                max_length=5,
                                verbose_name="follow email",
                            ),
                        ),
                        ("description", models.TextField(blank=True, max_length=20000, verbose_name="description")),
                        ("company", models.CharField(blank=True, max_length=200, verbose_name="company")),
                        ("industry", models.CharField(blank=True, max_length=100, verbose_name="industry")),
                        ("website", models.URLField(blank=True, max_length=500, verbose_name="website")),
                        ("job_title", models.CharField(blank=True, max_length=150, verbose_name="job title")),
                        ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                        ("time_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                        ("account_key", models.CharField(default="", editable=False, max_length=200)),
                        (
                            "amount",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="amount"
                            ),
                        ),
                        ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                        (
                            "estimated_close",
                            models.DateField(blank=True, null=True, verbose_name="estimated close date"),
                        ),
                        (
                            "status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("open", "Open"),
                                    ("won", "Won"),
                                    ("lost", "Lost"),
                                    ("qualified", "Qualified"),
                                    ("disqualified", "Disqualified"),
                                ],
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="members",
                                to="odziv.record",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "imported",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="made",
                                to="odziv.import",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "primary_contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                                verbose_name="primary contact",
                            ),
                        ),
                        (
                            "qualified_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "kind", "name_key", "id"], name="record_by_name"),
                            models.Index(fields=["organisation", "name_key", "id"], name="record_by_name_alone"),
                            models.Index(
                                fields=["organisation", "kind", "-updated_at", "-id"], name="record_by_change"
                            ),
                            models.Index(fields=["organisation", "kind", "owner", "name_key"], name="record_by_owner"),
                            models.Index(fields=["organisation", "kind", "company", "id"], name="record_by_company"),
                            models.Index(fields=["organisation", "kind", "industry", "id"], name="record_by_industry"),
                            models.Index(fields=["organisation", "kind", "status", "id"], name="record_by_status"),
                            models.Index(fields=["organisation", "kind", "amount", "id"], name="record_by_amount"),
                            models.Index(
                                fields=["organisation", "kind", "estimated_close", "id"], name="record_by_close"
                            ),
                            models.Index(
                                fields=["organisation", "kind", "owner_key", "id"], name="record_by_owner_name"
                            ),
                            models.Index(
                                fields=["organisation", "kind", "account_key", "id"], name="record_by_account"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ListChoice",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("place", models.CharField(max_length=20)),
                        ("columns", models.JSONField(blank=True, default=dict)),
                        ("start_view", models.CharField(blank=True, max_length=20)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "start",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.savedview",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("user", "place"), name="list_choice_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SetAside",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("uidvalidity", models.PositiveBigIntegerField()),
                        ("uid", models.PositiveBigIntegerField()),
                        ("fault", models.CharField(max_length=200)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "mailbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="set_aside",
                                to="odziv.mailbox",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("mailbox", "uidvalidity", "uid"), name="set_aside_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Trial",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("parts", models.CharField(max_length=4)),
                        ("asked_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("running", "Under way"),
                                    ("done", "Done"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("steps", models.JSONField(default=list)),
                        ("folders", models.JSONField(default=list)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "mailbox",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="trials", to="odziv.mailbox"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["waiting", "running"])),
                                fields=["asked_at"],
                                name="trial_waiting",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Activity",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("email", "E-mail"), ("call", "Phone call"), ("task", "Task")], max_length=8
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("done", "Done")],
                                default="open",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        ("phone_number", models.CharField(blank=True, max_length=40, verbose_name="phone number")),
                        ("description", models.TextField(blank=True, max_length=20000, verbose_name="description")),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "regarding",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="activities",
                                to="odziv.record",
                                verbose_name="regarding",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "-at", "-id"], name="activity_by_time"),
                            models.Index(fields=["organisation", "kind", "due_at", "id"], name="activity_by_due"),
                            models.Index(fields=["regarding", "kind", "-at", "-id"], name="activity_by_regarding"),
                            models.Index(fields=["account", "kind", "-at", "-id"], name="activity_by_account"),
                            models.Index(
                                condition=models.Q(("due_at__isnull", False), ("state", "open")),
                                fields=["owner", "due_at", "id"],
                                name="activity_to_do",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecentRecord",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.record"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["user", "-at", "-id"], name="recent_by_user")],
                        "constraints": [models.UniqueConstraint(fields=("user", "record"), name="recent_record_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Qualification",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("made_contact", models.BooleanField(default=False)),
                        ("made_account", models.BooleanField(default=False)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "lead",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="qualification",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "opportunity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="ConsentEntry",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "follow_email",
                            models.CharField(choices=[("allow", "Allow"), ("deny", "Do not allow")], max_length=5),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("record", "changed on the record"),
                                    ("import", "came with an import"),
                                    ("api", "changed through the API"),
                                    ("recipient", "the recipient decided"),
                                    ("lead", "came with the lead"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consent_history",
                                to="odziv.record",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-at", "-id"),
                        "indexes": [models.Index(fields=["record", "-at"], name="consent_by_record")],
                    },
                ),
                migrations.CreateModel(
                    name="Account",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("odziv.record",),
                ),
                migrations.CreateModel(
                    name="Contact",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("odziv.record",),
                ),
                migrations.CreateModel(
                    name="Lead",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("odziv.record",),
                ),
                migrations.CreateModel(
                    name="Opportunity",
                    fields=[],
                    options={
                        "proxy": True,
                        "indexes": [],
                        "constraints": [],
                    },
                    bases=("odziv.record",),
                ),
                migrations.CreateModel(
                    name="RecordAddress",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("label", models.CharField(blank=True, max_length=40, verbose_name="label")),
                        ("street", models.CharField(blank=True, max_length=250, verbose_name="street")),
                        ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                        ("city", models.CharField(blank=True, max_length=120, verbose_name="city")),
                        ("region", models.CharField(blank=True, max_length=120, verbose_name="region")),
                        ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="odziv.record"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("position", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="RecordEmail",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("address", models.EmailField(max_length=254, verbose_name="e-mail address")),
                        ("key", models.CharField(default="", editable=False, max_length=254)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="emails", to="odziv.record"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("position", "pk"),
                        "indexes": [models.Index(fields=["organisation", "key"], name="record_by_address")],
                        "constraints": [
                            models.UniqueConstraint(fields=("record", "key"), name="record_has_address_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecordPhone",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("label", models.CharField(blank=True, max_length=40, verbose_name="label")),
                        ("number", models.CharField(max_length=40, verbose_name="phone number")),
                        ("digits", models.CharField(default="", editable=False, max_length=40)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="phones", to="odziv.record"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("position", "pk"),
                    },
                ),
                migrations.CreateModel(
                    name="RecordWords",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("words", models.TextField()),
                        (
                            "record",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.record"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="StatusChange",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "was",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("open", "Open"),
                                    ("won", "Won"),
                                    ("lost", "Lost"),
                                    ("qualified", "Qualified"),
                                    ("disqualified", "Disqualified"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("was_closed_at", models.DateTimeField(null=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("won", "Won"),
                                    ("lost", "Lost"),
                                    ("qualified", "Qualified"),
                                    ("disqualified", "Disqualified"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("price", "The price"),
                                    ("competitor", "Another supplier"),
                                    ("budget", "No budget"),
                                    ("timing", "Put off"),
                                    ("need", "No need"),
                                    ("silence", "No answer"),
                                    ("unreachable", "Cannot be reached"),
                                    ("unsuitable", "Not our kind of customer"),
                                    ("other", "Another reason"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("note", models.TextField(blank=True, max_length=2000)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["record", "-at", "-id"], name="status_by_record")],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        ("opens", models.PositiveIntegerField(default=0, editable=False, verbose_name="opens")),
                        (
                            "first_opened_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="first opened"),
                        ),
                        ("last_opened_at", models.DateTimeField(editable=False, null=True, verbose_name="last opened")),
                        (
                            "link_clicks",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="link clicks"),
                        ),
                        (
                            "attachment_views",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="attachment views"),
                        ),
                        ("replies", models.PositiveIntegerField(default=0, editable=False, verbose_name="replies")),
                        ("machine_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("machine_link_clicks", models.PositiveIntegerField(default=0, editable=False)),
                        ("machine_attachment_views", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_link_clicks", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_attachment_views", models.PositiveIntegerField(default=0, editable=False)),
                        ("ahead_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("figures_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "activity",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="message",
                                serialize=False,
                                to="odziv.activity",
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(
                                choices=[("out", "Sent"), ("in", "Received")], default="out", max_length=3
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("scheduled", "Scheduled"),
                                    ("sending", "Sending"),
                                    ("sent", "Sent"),
                                    ("failed", "Delivery failed"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("from_name", models.CharField(blank=True, max_length=200)),
                        ("from_address", models.CharField(blank=True, max_length=254)),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("recipients", models.CharField(blank=True, max_length=300, verbose_name="recipients")),
                        ("regarding_key", models.CharField(default="", editable=False, max_length=200)),
                        ("to_line", models.TextField(blank=True, verbose_name="To")),
                        ("cc_line", models.TextField(blank=True, verbose_name="Cc")),
                        ("bcc_line", models.TextField(blank=True, verbose_name="Bcc")),
                        ("html", models.TextField(blank=True)),
                        ("text", models.TextField(blank=True)),
                        ("text_made", models.BooleanField(default=False, editable=False)),
                        ("wants_following", models.BooleanField(default=True)),
                        (
                            "follow_state",
                            models.CharField(
                                choices=[("on", "Followed"), ("off", "Not followed"), ("blocked", "Not allowed")],
                                default="off",
                                max_length=8,
                            ),
                        ),
                        ("message_id", models.CharField(blank=True, editable=False, max_length=300)),
                        ("idempotency_key", models.CharField(blank=True, editable=False, max_length=100)),
                        ("in_reply_to", models.CharField(blank=True, max_length=1000)),
                        ("references", models.TextField(blank=True)),
                        ("thread_index", models.CharField(blank=True, editable=False, max_length=30)),
                        ("thread", models.UUIDField(editable=False, null=True)),
                        ("send_at", models.DateTimeField(blank=True, null=True)),
                        ("send_zone", models.CharField(blank=True, editable=False, max_length=64)),
                        ("send_wall", models.CharField(blank=True, editable=False, max_length=16)),
                        ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("dated_at", models.DateTimeField(editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "mailbox",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.mailbox",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "-at", "-activity"], name="message_by_time"),
                            models.Index(fields=["organisation", "owner", "-at", "-activity"], name="message_by_owner"),
                            models.Index(fields=["organisation", "state", "-updated_at"], name="message_by_state"),
                            models.Index(
                                condition=models.Q(("thread__isnull", False)),
                                fields=["organisation", "thread", "at"],
                                name="message_by_thread",
                            ),
                            models.Index(fields=["organisation", "subject", "activity"], name="message_by_subject"),
                            models.Index(
                                fields=["organisation", "recipients", "activity"], name="message_by_recipients"
                            ),
                            models.Index(
                                fields=["organisation", "regarding_key", "activity"], name="message_by_regarding"
                            ),
                            models.Index(fields=["organisation", "opens", "activity"], name="message_by_opens"),
                            models.Index(
                                fields=["organisation", "last_opened_at", "activity"], name="message_by_last_open"
                            ),
                            models.Index(
                                fields=["organisation", "attachment_views", "activity"], name="message_by_views"
                            ),
                            models.Index(fields=["organisation", "link_clicks", "activity"], name="message_by_clicks"),
                            models.Index(fields=["organisation", "replies", "activity"], name="message_by_replies"),
                            models.Index(
                                fields=["organisation", "owner", "follow_state", "direction", "state"],
                                name="message_counted",
                            ),
                            models.Index(fields=["message_id"], name="message_by_message_id"),
                            models.Index(
                                condition=models.Q(("thread_index", ""), _negated=True),
                                fields=["organisation", "thread_index"],
                                name="message_by_thread_index",
                            ),
                            models.Index(
                                condition=models.Q(("figures_at__isnull", False)),
                                fields=["owner", "-figures_at", "-activity"],
                                name="message_by_figures",
                            ),
                            models.Index(
                                condition=models.Q(("state", "scheduled")),
                                fields=["owner", "send_at", "activity"],
                                name="message_scheduled",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("idempotency_key", ""), _negated=True),
                                fields=("owner", "idempotency_key"),
                                name="message_once_for_request",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Party",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("from", "From"), ("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")], max_length=4
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=0)),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("address", models.CharField(max_length=254)),
                        ("key", models.CharField(editable=False, max_length=254)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="parties",
                                to="odziv.record",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("message", "position"),
                        "indexes": [
                            models.Index(fields=["message", "position"], name="party_by_message"),
                            models.Index(fields=["organisation", "key"], name="party_by_address"),
                            models.Index(fields=["record", "-at", "-message"], name="party_by_record"),
                            models.Index(fields=["account", "-at", "-message"], name="party_by_account"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        (
                            "condition",
                            models.CharField(
                                choices=[
                                    ("reply", "if I do not receive a reply by"),
                                    ("open", "if the e-mail is not opened by"),
                                    ("anyway", "remind me anyway at"),
                                ],
                                default="open",
                                max_length=8,
                                verbose_name="condition",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="time")),
                        ("zone", models.CharField(max_length=64)),
                        ("wall", models.CharField(max_length=16)),
                        ("look_at", models.DateTimeField(editable=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waiting"), ("fired", "Fired"), ("satisfied", "Not needed")],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("round", models.PositiveIntegerField(default=1)),
                        ("note", models.CharField(blank=True, max_length=20)),
                        ("away_answered", models.DateField(editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("settled_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reminder", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["look_at", "id"], name="reminder_due"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessageWords",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("words", models.TextField()),
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Link",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField()),
                        ("address", models.TextField()),
                        ("part", models.CharField(default="html", max_length=4)),
                        ("followed", models.BooleanField(default=True)),
                        ("reason", models.CharField(blank=True, max_length=40)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="links", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("message", "ordinal"),
                        "constraints": [
                            models.UniqueConstraint(fields=("message", "ordinal"), name="link_ordinal_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HardBounce",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("address", models.CharField(max_length=254)),
                        ("key", models.CharField(default="", editable=False, max_length=254)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("status", models.CharField(blank=True, max_length=20)),
                        ("words", models.CharField(blank=True, max_length=300)),
                        ("cleared_at", models.DateTimeField(null=True)),
                        (
                            "cleared_why",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("edited", "the address was edited"),
                                    ("replied", "a reply came from it"),
                                    ("hand", "marked as working"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "cleared_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["organisation", "key", "-at"], name="hard_bounce_by_address")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "key", "message"), name="hard_bounce_once_for_message"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Happening",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "E-mail opened"),
                                    ("replied", "Reply received"),
                                    ("reminder", "Reminder"),
                                    ("failed", "Delivery failed"),
                                    ("bounced", "E-mail came back"),
                                    ("uncertain", "Delivery uncertain"),
                                    ("unfollowed", "Left without following"),
                                    ("mailbox", "Mailbox without access"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("not_before", models.DateTimeField(blank=True, null=True)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Filing",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("filed", "In the folder"),
                                    ("given-up", "Not in the folder"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("reason", models.CharField(blank=True, max_length=16)),
                        ("answer", models.CharField(blank=True, max_length=500)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="filing", to="odziv.message"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="filing_due")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField()),
                        ("name", models.CharField(max_length=255)),
                        ("content_type", models.CharField(default="application/octet-stream", max_length=150)),
                        ("followed", models.BooleanField(default=False)),
                        ("followed_before", models.BooleanField(default=False)),
                        ("inline", models.BooleanField(default=False)),
                        ("content_id", models.CharField(blank=True, max_length=200)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="odziv.storedfile"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("message", "inline", "ordinal"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("message", "inline", "ordinal"), name="attachment_ordinal_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Card",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "E-mail opened"),
                                    ("replied", "Reply received"),
                                    ("reminder", "Reminder"),
                                    ("failed", "Delivery failed"),
                                    ("bounced", "E-mail came back"),
                                    ("uncertain", "Delivery uncertain"),
                                    ("unfollowed", "Left without following"),
                                    ("mailbox", "Mailbox without access"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("priority", models.PositiveSmallIntegerField(choices=[(1, "High"), (2, "Normal")], default=2)),
                        ("key", models.CharField(max_length=120)),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("dismissed", "Dismissed"), ("withdrawn", "Withdrawn")],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        ("told", models.PositiveIntegerField(default=1)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("shown_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "mailbox",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="odziv.mailbox",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "reminder",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="odziv.reminder",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["user", "priority", "-shown_at", "-id"],
                                name="card_shown",
                            ),
                            models.Index(fields=["message"], name="card_by_message"),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("user", "key"), name="card_once_for_cause")],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        ("opens", models.PositiveIntegerField(default=0, editable=False, verbose_name="opens")),
                        (
                            "first_opened_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="first opened"),
                        ),
                        ("last_opened_at", models.DateTimeField(editable=False, null=True, verbose_name="last opened")),
                        (
                            "link_clicks",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="link clicks"),
                        ),
                        (
                            "attachment_views",
                            models.PositiveIntegerField(default=0, editable=False, verbose_name="attachment views"),
                        ),
                        ("replies", models.PositiveIntegerField(default=0, editable=False, verbose_name="replies")),
                        ("machine_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("machine_link_clicks", models.PositiveIntegerField(default=0, editable=False)),
                        ("machine_attachment_views", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_link_clicks", models.PositiveIntegerField(default=0, editable=False)),
                        ("unsure_attachment_views", models.PositiveIntegerField(default=0, editable=False)),
                        ("ahead_opens", models.PositiveIntegerField(default=0, editable=False)),
                        ("figures_at", models.DateTimeField(editable=False, null=True)),
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("transit", "On its way"),
                                    ("accepted", "Accepted by the mail server"),
                                    ("uncertain", "Uncertain"),
                                    ("refused", "Refused"),
                                    ("bounced", "Bounced"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("phase", models.CharField(blank=True, max_length=8)),
                        ("followed", models.BooleanField(default=False)),
                        ("accepted_at", models.DateTimeField(blank=True, null=True)),
                        ("tried_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("answer_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("reason", models.CharField(blank=True, max_length=16)),
                        ("answer", models.TextField(blank=True)),
                        ("touched", models.PositiveBigIntegerField(default=0, editable=False)),
                        ("folded", models.PositiveBigIntegerField(default=0, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="odziv.party"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["due_at"], name="delivery_due"
                            ),
                            models.Index(
                                condition=models.Q(("state", "transit")), fields=["lease_until"], name="delivery_leased"
                            ),
                            models.Index(fields=["message", "id"], name="delivery_by_message"),
                            models.Index(
                                condition=models.Q(("touched__gt", models.F("folded"))),
                                fields=["id"],
                                name="delivery_unfolded",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PushNotice",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("appears_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("leaving", "On its way"),
                                    ("pushed", "Handed over"),
                                    ("needless", "Not needed any more"),
                                    ("unknown", "No answer"),
                                    ("given-up", "Given up"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.card"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "subscription",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to="odziv.pushsubscription",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="notice_due")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("subscription", "card", "appears_at"), name="notice_once_for_browser"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Interaction",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("open", "Opened"),
                                    ("image", "Image loaded"),
                                    ("click", "Link clicked"),
                                    ("file", "Attachment viewed"),
                                    ("hidden", "Hidden link followed"),
                                ],
                                max_length=6,
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(default=0)),
                        ("at", models.DateTimeField()),
                        ("method", models.CharField(max_length=8)),
                        ("partial", models.BooleanField(default=False)),
                        ("agent", models.CharField(blank=True, max_length=512)),
                        ("headers", models.JSONField(blank=True, default=dict)),
                        (
                            "agent_kind",
                            models.CharField(
                                choices=[
                                    ("human-client", "mail program or browser"),
                                    ("image-proxy", "image proxy"),
                                    ("scanner", "security scanner"),
                                    ("bot", "program"),
                                ],
                                default="bot",
                                max_length=12,
                            ),
                        ),
                        (
                            "device",
                            models.CharField(
                                choices=[
                                    ("desktop", "computer"),
                                    ("phone", "phone"),
                                    ("tablet", "tablet"),
                                    ("unknown", "unknown device"),
                                ],
                                default="unknown",
                                max_length=8,
                            ),
                        ),
                        ("system", models.CharField(blank=True, max_length=20)),
                        ("client", models.CharField(blank=True, max_length=100)),
                        ("network", models.CharField(blank=True, max_length=50)),
                        ("country", models.CharField(blank=True, max_length=2)),
                        ("city", models.CharField(blank=True, max_length=100)),
                        ("teammate", models.UUIDField(null=True)),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("human", "Person"), ("machine", "Automatic"), ("unsure", "Unsure")],
                                default="unsure",
                                max_length=8,
                            ),
                        ),
                        ("reasons", models.JSONField(blank=True, default=list)),
                        ("against", models.JSONField(blank=True, default=list)),
                        ("counted", models.BooleanField(default=False)),
                        (
                            "delivery",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interactions",
                                to="odziv.delivery",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interactions",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["delivery", "at", "id"], name="interaction_by_delivery"),
                            models.Index(
                                condition=models.Q(("counted", True)),
                                fields=["message", "-at", "-id"],
                                name="interaction_told",
                            ),
                            models.Index(
                                condition=models.Q(("counted", True), ("kind", "click")),
                                fields=["message", "ordinal", "verdict"],
                                name="interaction_clicks",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Arrival",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.CharField(max_length=100)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("human", "Reply"),
                                    ("auto-reply", "Automatic reply"),
                                    ("bounce", "Came back"),
                                    ("delayed", "Delayed"),
                                    ("delivery-receipt", "Delivery receipt"),
                                    ("read-receipt", "Read receipt"),
                                    ("feedback", "Complaint"),
                                    ("challenge", "Question whether you are a person"),
                                    ("other", "Other mail"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("counts", models.BooleanField(default=False)),
                        ("at", models.DateTimeField()),
                        ("from_name", models.CharField(blank=True, max_length=200)),
                        ("from_address", models.CharField(blank=True, max_length=254)),
                        ("subject", models.CharField(blank=True, max_length=500)),
                        ("matched_by", models.CharField(max_length=20)),
                        ("stranger", models.BooleanField(default=False)),
                        ("reasons", models.JSONField(blank=True, default=list)),
                        ("failed", models.JSONField(blank=True, default=list)),
                        ("severity", models.CharField(blank=True, max_length=8)),
                        ("status", models.CharField(blank=True, max_length=20)),
                        ("away_until", models.DateField(null=True)),
                        ("visible_text", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "delivery",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="arrivals",
                                to="odziv.delivery",
                            ),
                        ),
                        (
                            "mailbox",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="odziv.mailbox",
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="arrivals", to="odziv.message"
                            ),
                        ),
                        (
                            "reply",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="arrival",
                                to="odziv.message",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["message", "-at"], name="arrival_by_message")],
                        "constraints": [models.UniqueConstraint(fields=("message", "key"), name="arrival_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Template",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("sent", models.PositiveIntegerField(default=0, editable=False, verbose_name="e-mails sent")),
                        ("measurable", models.PositiveIntegerField(default=0, editable=False)),
                        ("opened", models.PositiveIntegerField(default=0, editable=False)),
                        ("replied", models.PositiveIntegerField(default=0, editable=False)),
                        ("purchases", models.PositiveIntegerField(default=0, editable=False)),
                        ("shared", models.BooleanField(default=False, verbose_name="the organisation's")),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        ("title_key", models.CharField(default="", editable=False, max_length=200)),
                        ("language", models.CharField(max_length=10, verbose_name="language")),
                        ("category", models.CharField(blank=True, max_length=80, verbose_name="category")),
                        ("category_key", models.CharField(default="", editable=False, max_length=80)),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("search_text", models.CharField(default="", editable=False, max_length=800)),
                        ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        ("open_rate", models.FloatField(editable=False, null=True)),
                        ("reply_rate", models.FloatField(editable=False, null=True)),
                        ("score", models.FloatField(editable=False, null=True)),
                        ("recommended", models.BooleanField(default=False, editable=False, verbose_name="recommended")),
                        ("evidence", models.JSONField(default=dict, editable=False)),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["organisation", "title_key", "id"], name="template_by_title"),
                            models.Index(fields=["organisation", "owner", "title_key"], name="template_by_owner"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TemplateVersion",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("sent", models.PositiveIntegerField(default=0, editable=False, verbose_name="e-mails sent")),
                        ("measurable", models.PositiveIntegerField(default=0, editable=False)),
                        ("opened", models.PositiveIntegerField(default=0, editable=False)),
                        ("replied", models.PositiveIntegerField(default=0, editable=False)),
                        ("purchases", models.PositiveIntegerField(default=0, editable=False)),
                        ("number", models.PositiveIntegerField()),
                        ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                        ("html", models.TextField(blank=True)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("touched", models.PositiveBigIntegerField(default=0, editable=False)),
                        ("folded", models.PositiveBigIntegerField(default=0, editable=False)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "template",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="odziv.template",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("touched__gt", models.F("folded"))),
                                fields=["id"],
                                name="template_version_unfolded",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("template", "number"), name="template_version_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TemplateAttachment",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=odziv.lib.uuid7.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField()),
                        ("name", models.CharField(max_length=255)),
                        ("content_type", models.CharField(default="application/octet-stream", max_length=150)),
                        ("followed", models.BooleanField(default=False)),
                        ("inline", models.BooleanField(default=False)),
                        ("content_id", models.CharField(blank=True, max_length=200)),
                        (
                            "file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="odziv.storedfile"
                            ),
                        ),
                        (
                            "organisation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="odziv.organisation"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="odziv.templateversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("version", "inline", "ordinal"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("version", "inline", "ordinal"), name="template_attachment_ordinal_once"
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name="message",
            name="template_version",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="messages",
                to="odziv.templateversion",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("template_version__isnull", False)),
                fields=["template_version", "sent_at", "follow_state", "opens", "replies"],
                name="message_by_template",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="current",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="odziv.templateversion",
            ),
        ),
    ]

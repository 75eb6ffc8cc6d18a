import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import requests_app.keys.fields


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0029_copies_sent_on")]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="requests_app.brand"
                    ),
                ),
                ("validity", models.BigIntegerField(default=0)),
                ("last", models.BigIntegerField(default=0)),
                ("read_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("owner", models.UUIDField(unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("sender", requests_app.keys.fields.SealedTextField(null=True)),
                ("name", requests_app.keys.fields.SealedTextField(null=True)),
                ("subject", requests_app.keys.fields.SealedTextField(null=True)),
                ("text", requests_app.keys.fields.SealedTextField(null=True)),
                ("left_out", requests_app.keys.fields.SealedJSONField(null=True)),
                ("right", models.SlugField(blank=True)),
                ("language", models.CharField(max_length=10)),
                ("automatic", models.BooleanField(default=False)),
                ("forwarded", models.BooleanField(default=False)),
                ("unreadable", models.BooleanField(default=False)),
                ("arrived_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("pointed_at", models.DateTimeField(null=True)),
                ("put_away_at", models.DateTimeField(null=True)),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="requests_app.brand")),
                (
                    "dsr",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="requests_app.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["arrived_at"],
                "constraints": [models.UniqueConstraint(fields=("brand", "digest"), name="a_mail_is_taken_in_once")],
            },
        ),
    ]

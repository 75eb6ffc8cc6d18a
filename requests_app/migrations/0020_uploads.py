import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import requests_app.keys.fields


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0019_erasure_rehearsals")]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("owner", models.UUIDField(db_index=True)),
                ("name", requests_app.keys.fields.SealedTextField(null=True)),
                ("media_type", models.CharField(max_length=40)),
                ("purpose", models.SlugField()),
                ("sent_by", models.CharField(max_length=20)),
                ("location", models.CharField(max_length=200, unique=True)),
                ("size", models.PositiveBigIntegerField()),
                ("index", models.JSONField(default=dict)),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "dsr",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="requests_app.subjectrequest",
                    ),
                ),
            ],
            options={"ordering": ["kept_at"]},
        ),
    ]

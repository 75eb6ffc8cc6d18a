"""Who works on a request, how a name is found, views of the queue, and requests put aside as spam."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests_app", "0032_recipient_reminders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Aside",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("tab", models.SlugField(max_length=20)),
                ("narrowed", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="subjectrequest",
            name="assignee",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="assigned",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="subjectrequest",
            name="name_index",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name="aside",
            name="dsr",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asides", to="requests_app.subjectrequest"
            ),
        ),
        migrations.AddField(
            model_name="aside",
            name="officer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="brand",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="requests_app.brand"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="officer",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="views", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("dsr",), name="aside_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("officer", "name"), name="one_view_of_a_name"),
        ),
    ]

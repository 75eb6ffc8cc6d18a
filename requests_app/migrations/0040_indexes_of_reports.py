"""Indexes on big tables, for reports: made while requests go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("requests_app", "0039_what_an_hour_costs"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="auditevent",
            index=models.Index(
                condition=models.Q(("actor_kind", "officer"), ("dsr_id__isnull", False)),
                fields=["dsr_id", "actor_name", "at"],
                name="auditevent_by_officers",
            ),
        ),
        AddIndexConcurrently(
            model_name="transition",
            index=models.Index(condition=models.Q(("target", "reviewing")), fields=["dsr", "at"], name="transition_to_review"),
        ),
    ]

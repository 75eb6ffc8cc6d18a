"""Indexes on a big table: made while requests go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("requests_app", "0006_record_outlives_the_data")]
    operations = [
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("forgotten_at__isnull", False)), fields=["closed_at"], name="subjectrequest_to_remove"
            ),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest", index=models.Index(fields=["brand", "received_at"], name="subjectrequest_of_a_year")
        ),
    ]

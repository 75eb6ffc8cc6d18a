from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("requests_app", "0012_scope_and_copy_of_an_erasure"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(condition=models.Q(("before__isnull", False)), fields=["before"], name="subjectrequest_before"),
        ),
    ]

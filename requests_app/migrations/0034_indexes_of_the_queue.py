"""Indexes on a big table: made while requests go on. The one that went before goes when what follows it is there."""

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("requests_app", "0033_assignee_names_and_views"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                models.F("brand"),
                models.Case(models.When(ground="child", then=0), default=1, output_field=models.IntegerField()),
                models.F("due_safe_on"),
                models.F("received_at"),
                models.F("id"),
                models.F("state"),
                models.F("verified_at"),
                models.F("person_kind"),
                models.F("assignee"),
                models.F("due_legal_on"),
                models.F("right"),
                condition=models.Q(("state__in", ["answered", "erased_in_part", "lapsed", "refused", "withdrawn"]), _negated=True),
                name="subjectrequest_by_urgency",
            ),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(
                    ("verified_at", None),
                    models.Q(("state__in", ["answered", "erased_in_part", "lapsed", "refused", "withdrawn"]), _negated=True),
                ),
                fields=["brand", "-received_at", "id", "person_kind"],
                name="subjectrequest_unproven",
            ),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["answered", "erased_in_part", "lapsed", "refused", "withdrawn"])),
                fields=["brand", "-closed_at", "id", "person_kind"],
                name="subjectrequest_closed",
            ),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(
                    ("assignee__isnull", False),
                    models.Q(("state__in", ["answered", "erased_in_part", "lapsed", "refused", "withdrawn"]), _negated=True),
                ),
                fields=["assignee", "due_safe_on"],
                name="subjectrequest_assigned",
            ),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=django.contrib.postgres.indexes.GinIndex(fields=["name_index"], name="subjectrequest_names"),
        ),
        AddIndexConcurrently(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("forgotten_at", None), ("name_index", None)), fields=["id"], name="subjectrequest_unnamed"
            ),
        ),
        RemoveIndexConcurrently(
            model_name="subjectrequest",
            name="subjectrequest_queue",
        ),
    ]

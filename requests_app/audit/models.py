"""What happened, append-only. Holds ids and figures, never a person's data."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models

_REFUSE = "RAISE EXCEPTION 'audit events are append-only';"


class AuditEvent(models.Model):
    """One thing done. `dsr_id` is the request's id, by value: the trail outlives the request."""

    at = models.DateTimeField(db_default=TransactionNow())
    action = models.CharField(max_length=60)
    dsr_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"action", "actor_kind", "actor_name", "facts"})

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(name="auditevent_of_a_request", fields=["dsr_id", "id"])]
        triggers = [
            pgtrigger.Trigger(
                name="append_only", when=pgtrigger.Before, operation=pgtrigger.Update | pgtrigger.Delete, func=_REFUSE
            ),
            pgtrigger.Trigger(
                name="never_truncated",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func=_REFUSE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"

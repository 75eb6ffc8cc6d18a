"""Trials: a version of a system tried by a worker before it counts, on an identity made for tests."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.keys.fields import SealedJSONField
from requests_app.officers.models import Officer
from requests_app.sources.versions import SourceVersion


class Trial(models.Model):
    """One trial of one version. `identity` is sealed, and gone with its key when the worker is done; `found` holds no value."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.ForeignKey(SourceVersion, on_delete=models.PROTECT, related_name="trials")
    identity = SealedJSONField(null=True)
    found = models.JSONField(default=dict)
    fault = models.CharField(max_length=60, blank=True)
    fault_text = models.TextField(blank=True)
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"identity"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"found", "fault", "fault_text"})

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(name="one_trial_at_a_time", fields=["version"], condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"trial of {self.version}"

    @property
    def key_id(self) -> UUID:
        return self.id

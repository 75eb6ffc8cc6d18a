"""Every piece of outside work is a row here; PostgreSQL is the truth, Celery only wakes."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from requests_app.sources.models import Source


class StepState(models.TextChoices):
    """Where a piece of work stands."""

    DUE = "due", "due"
    RUNNING = "running", "running"
    DONE = "done", "done"
    DEAD = "dead", "dead"


OPEN = (StepState.DUE, StepState.RUNNING)


class Step(models.Model):
    """One piece of outside work.

    `key` makes it unique: asking twice for the same work finds the first. `params` hold ids and codes only.
    `fence` grows with every claim: a worker that was away too long finishes nothing. `error` is the code of the
    last failure. `checkpoint` is where long work goes on.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    queue = models.CharField(max_length=20)
    dsr = models.ForeignKey("requests_app.SubjectRequest", on_delete=models.CASCADE, null=True, related_name="steps")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True)
    params = models.JSONField(default=dict)
    params_digest = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.DUE)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    woken_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=100, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    checkpoint = models.JSONField(default=dict)
    proof = models.JSONField(default=dict)
    error = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"kind", "key", "queue", "params", "owner", "checkpoint", "proof", "error"})

    class Meta:
        indexes = [
            # What may be claimed: waiting work that is due, and work whose worker has gone silent.
            models.Index(name="step_due", fields=["not_before"], condition=models.Q(state=StepState.DUE)),
            models.Index(name="step_leased", fields=["lease_until"], condition=models.Q(state=StepState.RUNNING)),
            models.Index(name="step_of_a_request", fields=["dsr", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.state})"

    def param(self, name: str) -> Any:
        return self.params[name]

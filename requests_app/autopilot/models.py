"""What a brand lets the product do by itself, and each time it was asked."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class Mode(models.TextChoices):
    """Whether a step goes without a person."""

    OFF = "off", "off"
    SHADOW = "shadow", "shadow"
    ON = "on", "on"


class PilotQuerySet(models.QuerySet["Pilot"]):
    def now(self) -> Self:
        """Narrow to what counts: the last word for each brand and right."""
        return self.order_by("brand_id", "right", "-pk").distinct("brand_id", "right")


class Pilot(models.Model):
    """One word of a brand about one right; the last counts, the others tell who had wanted what, and when.

    `one_in`: of that many automatic answers a person looks at one afterwards.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="pilots")
    right = models.SlugField(max_length=50)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    one_in = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1), MaxValueValidator(100)])
    set_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    objects = PilotQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"right"})

    class Meta:
        indexes = [models.Index(name="pilot_last_word", fields=["brand", "right", "-id"])]

    def __str__(self) -> str:
        return f"{self.right} of {self.brand}: {self.mode}"


class Decision(models.Model):
    """What the autopilot did, or would have done, when a request came to be approved. `brakes`: what held it, by name."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="pilot_decisions")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    brakes = models.JSONField(default=list)
    acted = models.BooleanField(default=False)
    sampled = models.BooleanField(default=False)
    decided_at = models.DateTimeField(db_default=Now())
    was_right = models.BooleanField(null=True)
    remark = SealedTextField(null=True)
    checked_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"remark"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"brakes"})

    class Meta:
        ordering = ["decided_at"]
        indexes = [
            models.Index(name="pilot_decision_told", fields=["dsr", "decided_at"]),
            models.Index(name="pilot_to_check", fields=["decided_at"], condition=models.Q(sampled=True, checked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.mode}: {', '.join(self.brakes) or 'clear'}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

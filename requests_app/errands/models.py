"""What a person looks up, erases or corrects in a system that no program reaches, and who that person is."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.sources.models import Source
from requests_app.vault.models import Upload
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED


class Keeper(models.Model):
    """Somebody of the shop who answers for a system: its owner, or the lead to whom an overdue task goes."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keepers")
    name = models.CharField(max_length=100)
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    is_lead = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"name", "email"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"language"})

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="keeper_once_per_source", fields=["source", "email", "is_lead"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.source.name})"


class Deed(models.TextChoices):
    """What is asked of a person."""

    LOOK = "look", "look up what is held"
    ERASE = "erase", "erase what is held"
    CORRECT = "correct", "correct what is wrong"
    RESTRICT = "restrict", "restrict the use of it"


class ErrandState(models.TextChoices):
    """Whether an answer is awaited."""

    OPEN = "open", "open"
    ANSWERED = "answered", "answered"
    WITHDRAWN = "withdrawn", "withdrawn"


class Outcome(models.TextChoices):
    """What the person answered."""

    FOUND = "found", "found and given"
    NONE = "none", "nothing held"
    DONE = "done", "done as asked"
    CANNOT = "cannot", "cannot be done"


class ErrandQuerySet(models.QuerySet["Errand"]):
    def open(self) -> Self:
        """Narrow to those that somebody waits for."""
        return self.filter(state=ErrandState.OPEN).exclude(dsr__state__in=sorted(CLOSED))

    def abandoned(self) -> Self:
        """Narrow to those that nobody waits for any more: their request has ended."""
        return self.filter(state=ErrandState.OPEN, dsr__state__in=sorted(CLOSED))

    def overdue(self, today: date) -> Self:
        return self.filter(due_on__lt=today)


class Errand(models.Model):
    """One task for one person in one system. `about` is the pull or the plan that waits, in its `round`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="errands")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="errands")
    keeper = models.ForeignKey(Keeper, on_delete=models.PROTECT, related_name="errands")
    deed = models.CharField(max_length=10, choices=Deed.choices)
    about = models.UUIDField()
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ErrandState.choices, default=ErrandState.OPEN)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    ground = SealedTextField(null=True)
    due_on = models.DateField()
    asked_at = models.DateTimeField(db_default=Now())
    reminders = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Keeper, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ErrandQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"ground"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["due_on", "asked_at"]
        constraints = [models.UniqueConstraint(name="one_errand_a_round", fields=["about", "round"])]
        indexes = [models.Index(name="errand_open", fields=["keeper", "due_on"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.deed} at {self.source.name}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Record(models.Model):
    """One record that the person typed, or one file that the person sent."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="records")
    collection = models.CharField(max_length=100)
    values = SealedJSONField(null=True)
    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, null=True)
    added_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"values"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"collection"})

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"{self.collection} of {self.errand_id}"

    @property
    def key_id(self) -> UUID:
        return self.errand.dsr_id


class DoorQuerySet(models.QuerySet["Door"]):
    def in_force(self) -> Self:
        return self.filter(ends_at__gt=Now(), keeper__is_active=True).select_related("keeper__source__brand", "errand")


class Door(models.Model):
    """A mailed link to one task, or without `errand` to all of a keeper's: only digests are kept of it and of its code."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    keeper = models.ForeignKey(Keeper, on_delete=models.CASCADE, related_name="doors")
    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, null=True, related_name="doors")
    digest = models.BinaryField(max_length=32, unique=True)
    code_digest = models.BinaryField(max_length=32, default=bytes)
    code_ends_at = models.DateTimeField(null=True)
    codes_left = models.PositiveSmallIntegerField(default=10)
    tries_left = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()

    objects = DoorQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"door of keeper {self.keeper_id}"

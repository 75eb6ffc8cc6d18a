"""What is to be erased, who approved it, and what became of it."""

from typing import ClassVar, Final, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


class PlanState(models.TextChoices):
    """How far the erasing in one system is."""

    ASKED = "asked", "being planned"
    READY = "ready", "planned"
    IMPOSSIBLE = "impossible", "cannot be carried out as it is"
    STALE = "stale", "no longer what was approved"
    RUNNING = "running", "being erased"
    DONE = "done", "done, and read back"
    FAILED = "failed", "the system failed"
    GIVEN_UP = "given_up", "settled without it, with a reason"


# A system that cannot go on by itself, or in which a person erases.
HALTING: Final = Q(state__in=[PlanState.IMPOSSIBLE, PlanState.FAILED]) | Q(state=PlanState.RUNNING, by_hand=True)


class PlanQuerySet(models.QuerySet["Plan"]):
    def halting(self) -> Self:
        """Narrow to those that wait for an officer or for a person's hands."""
        return self.filter(HALTING)

    def current(self) -> Self:
        """Narrow to the newest plan of each system."""
        newest = Plan.objects.filter(dsr=models.OuterRef("dsr"), source=models.OuterRef("source")).order_by("-round")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class Plan(models.Model):
    """What is to become of everything that one system holds. Each round of planning makes new ones, for systems that are not done.

    `digest` is that of `connectors.erasing.digest_of`; `problems` are places and codes. `by_hand`: a person erases there.
    `answers` are what officers decided where the rules could not: {collection and reason: deed}.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="plans")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.ASKED)
    by_hand = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=32, default=bytes)
    holds_digest = models.BinaryField(max_length=32, default=bytes)
    description_digest = models.CharField(max_length=64, blank=True)
    records = models.PositiveBigIntegerField(default=0)
    problems = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    fault = models.CharField(max_length=60, blank=True)
    reason = SealedTextField(null=True)
    file = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True)
    leads = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True, related_name="leads_of")
    made_at = models.DateTimeField(null=True)
    intent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    absent_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"description_digest", "problems", "answers", "fault"})

    class Meta:
        ordering = ["dsr", "round", "source"]
        constraints = [
            models.UniqueConstraint(name="one_plan_per_system_and_round", fields=["dsr", "source", "round"]),
            models.CheckConstraint(
                name="no_effect_without_intent",
                condition=Q(intent_at__isnull=False) | ~Q(state__in=["running", "done"]) | Q(records=0) | Q(by_hand=True),
            ),
            models.CheckConstraint(name="done_has_a_time", condition=~Q(state="done") | Q(done_at__isnull=False)),
        ]
        indexes = [models.Index(name="plan_halting", fields=["dsr"], condition=HALTING)]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class RecordSet(models.Model):
    """Records of one collection that share a ruling: what was meant, what was done, what was read back, when.

    `blanked` says by field what is written; `changed` is what the system counted, `proof` how it was read back and what was left.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sets")
    position = models.PositiveIntegerField()
    collection = models.CharField(max_length=100)
    deed = models.CharField(max_length=10)
    blanked = models.JSONField(default=dict)
    reason = models.CharField(max_length=120)
    until = models.DateField(null=True)
    records = models.PositiveBigIntegerField(default=0)
    erased = models.PositiveBigIntegerField(default=0)
    intent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    proof = models.JSONField(default=dict)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"collection", "deed", "blanked", "reason", "proof"})

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(name="sets_are_numbered", fields=["plan", "position"])]

    def __str__(self) -> str:
        return f"{self.collection}: {self.deed} {self.records}"


class Approval(models.Model):
    """One officer's yes to one plan, known by its digest. Never changed, never taken over by another plan."""

    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    digest = models.BinaryField(max_length=32)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["dsr", "at"]
        constraints = [models.UniqueConstraint(name="one_approval_per_officer", fields=["dsr", "round", "officer"])]

    def __str__(self) -> str:
        return f"officer {self.officer_id}: {self.dsr_id}"


class CoolingOff(models.Model):
    """Until when the customer may think it over. `earliest`: before that nobody erases, whatever the customer says (solo mode)."""

    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="cooling_off")
    until = models.DateTimeField()
    earliest = models.DateTimeField()
    waived_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"until {self.until}"


class Freeze(models.Model):
    """Nothing is approved or erased for a brand: more was approved than it ever wants at once. A lead lifts it."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="freezes")
    at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_freeze_at_a_time", fields=["brand"], condition=Q(lifted_at=None))]

    def __str__(self) -> str:
        return f"{self.brand}: frozen at {self.at}"

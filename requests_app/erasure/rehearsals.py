"""A rehearsal: the deeds of a plan done in a transaction that is taken back, with one record of each kind before and after."""

from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.erasure.by_hand import NotOpen
from requests_app.erasure.models import Plan, PlanState
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.workflow.services import locked

LASTS: Final = timedelta(days=1)  # then what was shown is destroyed: it is data of the person


class RehearsalState(models.TextChoices):
    """How far a rehearsal is."""

    ASKED = "asked", "under way"
    MADE = "made", "made"
    FAILED = "failed", "could not be made"
    OVER = "over", "thrown away"


class Rehearsal(models.Model):
    """One rehearsal of one system's plan. What came of it lies in the vault, for a day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rehearsals")
    state = models.CharField(max_length=10, choices=RehearsalState.choices, default=RehearsalState.ASKED)
    fault = models.CharField(max_length=60, blank=True)
    file = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True)
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT)
    asked_at = models.DateTimeField(db_default=Now())
    made_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault"})

    class Meta:
        ordering = ["plan", "asked_at"]
        constraints = [models.UniqueConstraint(name="one_rehearsal_at_a_time", fields=["plan"], condition=Q(state="asked"))]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.plan.dsr_id


def latest(plan: Plan) -> Rehearsal | None:
    return Rehearsal.objects.filter(plan=plan).select_related("file", "asked_by").order_by("-asked_at").first()


@transaction.atomic
def ask(plan: Plan, *, by: Officer) -> Rehearsal:
    """Have the plan of one system rehearsed by a worker, unless that is under way.

    Raises:
        NotOpen: there is no plan that a worker could carry out.
    """
    dsr = locked(plan.dsr)
    if not Plan.objects.filter(pk=plan.pk, state=PlanState.READY, by_hand=False).exists():
        raise NotOpen
    if (running := Rehearsal.objects.filter(plan=plan, state=RehearsalState.ASKED).first()) is not None:
        return running
    made = Rehearsal.objects.create(plan=plan, asked_by=by)
    record("erasure.rehearsal_asked", by=by.actor, dsr_id=dsr.pk, source=plan.source.name)
    enqueue("erasure.rehearse", key=f"rehearse:{made.pk}", dsr=dsr, source=plan.source, rehearsal=str(made.pk))
    return made


@transaction.atomic
def keep(rehearsal: Rehearsal, file: StoredFile) -> None:
    """Keep what came of it for a day, in place of what came of the one before."""
    for former in Rehearsal.objects.filter(plan=rehearsal.plan_id, state=RehearsalState.MADE).select_related("file"):
        throw_away(former)
    file.save(force_insert=True)
    Rehearsal.objects.filter(pk=rehearsal.pk).update(state=RehearsalState.MADE, file=file, made_at=Now())
    plan = rehearsal.plan
    record("erasure.rehearsed", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name)
    enqueue("erasure.rehearsal_over", key=f"over:{rehearsal.pk}", delay=LASTS.total_seconds(), rehearsal=str(rehearsal.pk))


@transaction.atomic
def fail(rehearsal: Rehearsal, code: str) -> None:
    Rehearsal.objects.filter(pk=rehearsal.pk).update(state=RehearsalState.FAILED, fault=code)


@transaction.atomic
def throw_away(rehearsal: Rehearsal) -> None:
    """Destroy what a rehearsal showed; that there was one stays."""
    if rehearsal.file is not None:
        vault.discard([rehearsal.file])
    Rehearsal.objects.filter(pk=rehearsal.pk).update(state=RehearsalState.OVER, file=None)

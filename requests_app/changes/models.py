"""What may be corrected or restricted, what is asked, what an officer decided, and what became of it."""

from typing import Any, ClassVar, Final, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.connectors.changing import Change, Kind, Limit
from requests_app.connectors.correctable import Rule
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class LookState(models.TextChoices):
    """How far the asking of one system is."""

    WAITING = "waiting", "being asked"
    DONE = "done", "answered"
    FAILED = "failed", "the system did not answer"


class Look(models.Model):
    """The asking of one system for the fields that may be changed. `more`: it holds more records than are shown at once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="looks")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=LookState.choices, default=LookState.WAITING)
    round = models.PositiveSmallIntegerField(default=1)
    more = models.BooleanField(default=False)
    fault = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault"})

    class Meta:
        constraints = [models.UniqueConstraint(name="one_look_per_system", fields=["dsr", "source"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"


class Deed(models.TextChoices):
    """What is to be done with a field."""

    CORRECT = "correct", "to be corrected"
    RESTRICT = "restrict", "to be restricted"
    LIFT = "lift", "to be lifted"


class Stand(models.TextChoices):
    """Where a field stands."""

    OFFERED = "offered", "shown to the customer"
    PROPOSED = "proposed", "waits for an officer"
    ASKED = "asked", "the customer is asked"
    ACCEPTED = "accepted", "accepted"
    REFUSED = "refused", "refused"
    RUNNING = "running", "being changed"
    BY_HAND = "by_hand", "a person does it"
    STALE = "stale", "something else stands there now"
    FAILED = "failed", "the system did not take it"
    DONE = "done", "done, and read back"
    GIVEN_UP = "given_up", "settled without it, with a reason"


WAITING_STANDS: Final = (Stand.BY_HAND, Stand.STALE, Stand.FAILED)  # for an officer
OPEN_STANDS: Final = (Stand.ACCEPTED, Stand.RUNNING, Stand.BY_HAND, Stand.STALE, Stand.FAILED)


class EntryQuerySet(models.QuerySet["Entry"]):
    def asked(self) -> Self:
        """Narrow to fields for which something was proposed."""
        return self.exclude(stand=Stand.OFFERED)

    def for_an_officer(self) -> Self:
        return self.filter(stand__in=WAITING_STANDS)

    def unsettled(self) -> Self:
        return self.filter(stand__in=OPEN_STANDS)

    def undecided(self) -> Self:
        return self.filter(stand__in=[Stand.PROPOSED, Stand.ASKED])


class Entry(models.Model):
    """One field of one record in one system: what stands there, what shall, and what became of it.

    A record has a `number` among those of its collection. `shared`: it is another person's record too. `empties`: what shall
    stand there is nothing. `same_as`: an equal value elsewhere, for which the person proposed this. An entry without a field
    stands for a system in which a person does all by hand. `found` is what stood there instead, where it is stale.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="entries")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    deed = models.CharField(max_length=10, choices=Deed.choices, default=Deed.CORRECT)
    stand = models.CharField(max_length=10, choices=Stand.choices, default=Stand.OFFERED)
    position = models.PositiveIntegerField(default=0)
    collection = models.CharField(max_length=100, blank=True)
    number = models.PositiveIntegerField(default=0)
    field = models.CharField(max_length=100, blank=True)
    rule = models.CharField(max_length=10, default=Rule.YES.value)
    shared = models.BooleanField(default=False)
    limit = models.JSONField(default=dict)
    key = SealedJSONField(null=True)
    old = SealedTextField(null=True)
    new = SealedTextField(null=True)
    found = SealedTextField(null=True)
    empties = models.BooleanField(default=False)
    why = SealedTextField(null=True)
    answer = SealedTextField(null=True)
    checked = SealedTextField(null=True)
    same_as = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="elsewhere")
    attempt = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    proof = models.JSONField(default=dict)
    decided_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    intent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"key", "old", "new", "found", "why", "answer", "checked"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"collection", "field", "rule", "limit", "fault", "proof"})

    class Meta:
        ordering = ["dsr", "source", "position"]
        constraints = [
            models.CheckConstraint(
                name="nothing_is_changed_without_intent",
                condition=Q(intent_at__isnull=False) | ~Q(stand__in=["running", "done"]) | Q(proof__how="by_hand"),
            ),
            models.CheckConstraint(name="changed_has_a_time", condition=~Q(stand="done") | Q(done_at__isnull=False)),
            models.CheckConstraint(
                name="nobody_decides_alone_for_the_officer",
                condition=~Q(stand__in=["accepted", "refused"]) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(name="entry_for_an_officer", fields=["dsr"], condition=Q(stand__in=WAITING_STANDS))]

    def __str__(self) -> str:
        return f"{self.collection}.{self.field}: {self.stand}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

    @property
    def bounds(self) -> Limit:
        kept: dict[str, Any] = self.limit
        return Limit(Kind(kept.get("kind", Kind.TEXT)), kept.get("nullable", True), kept.get("length", 0), kept.get("fixed", ""))

    @property
    def change(self) -> Change:
        """What the system is told: once for each attempt that an officer wants."""
        name = f"{self.pk}:{self.attempt}"
        return Change(name, self.collection, tuple(self.key or ()), self.field, self.old, None if self.empties else self.new)

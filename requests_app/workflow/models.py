"""The request of a person, and every move it made."""

from datetime import date, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers import policy
from requests_app.workflow.states import CLOSED, OPEN, Move, State, Waiting, edges, moves_from, waiting_for


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """The questions that the rest of the house may ask about requests."""

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def proven(self) -> Self:
        """Narrow to those whose person proved the address: what officers work on."""
        return self.filter(verified_at__isnull=False)

    def unproven(self) -> Self:
        return self.filter(verified_at__isnull=True)

    def waiting_for_officer(self) -> Self:
        return self.filter(state__in=[state for state in State if waiting_for(state) == Waiting.OFFICER])

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_legal_on__lt=on)

    def visible_to(self, user: Any) -> Self:
        """Narrow to the brands that `user` works for. Doors reach requests only through this."""
        return self.filter(brand__in=policy.brands_of(user))

    def to_forget(self) -> Self:
        """Narrow to those whose own term of keeping is over (`Brand.retention_days` after the end), the longest closed first."""
        kept = models.F("brand__retention_days") * models.Value(timedelta(days=1))
        until = models.ExpressionWrapper(models.F("closed_at") + kept, models.DateTimeField())
        kept_still = self.filter(forgotten_at=None, closed_at__isnull=False).alias(until=until)
        return kept_still.filter(until__lt=Now()).order_by("closed_at")

    def soonest_first(self) -> Self:
        return self.order_by(models.F("due_safe_on").asc(nulls_last=True), "received_at")


class SubjectRequest(models.Model):
    """A data subject request. What identifies the person is sealed under the request's own key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="requests")
    right = models.SlugField()
    regime = models.SlugField()
    channel = models.SlugField(default="form")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)

    email = SealedTextField(null=True)
    email_index = models.BinaryField(max_length=32)
    name = SealedTextField(null=True)
    facts = SealedJSONField(null=True)
    details = SealedTextField(null=True)

    received_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    due_legal_on = models.DateField(null=True)
    due_safe_on = models.DateField(null=True)

    objects = SubjectRequestQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"email", "name", "facts", "details", "email_index"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"reference", "right", "regime", "channel", "language"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approved_only_when_proven",
                condition=Q(approved_at__isnull=True) | Q(verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="past_the_door_only_when_proven",
                condition=Q(verified_at__isnull=False)
                | Q(state__in=[State.RECEIVED, State.VERIFYING, State.LAPSED, State.WITHDRAWN]),
            ),
        ]
        indexes = [
            # The officer's queue: open requests, soonest due first.
            models.Index(name="subjectrequest_queue", fields=["brand", "due_safe_on"], condition=~Q(state__in=sorted(CLOSED))),
            # What is kept no longer than it must be.
            models.Index(name="subjectrequest_to_forget", fields=["closed_at"], condition=Q(forgotten_at=None)),
            # How many letters went to one address lately.
            models.Index(name="subjectrequest_address", fields=["email_index", "received_at"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_moves_of_the_table",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func=(
                    f"IF (OLD.state, NEW.state) NOT IN ({', '.join(str(edge) for edge in edges())}) THEN "
                    "RAISE EXCEPTION 'no move leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation'; "
                    "END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="begins_as_received",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df=State.RECEIVED.value),
                func="RAISE EXCEPTION 'a request begins as received' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="right_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("right"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__right__df=pgtrigger.F("new__right")),
                func="RAISE EXCEPTION 'the right asked for never changes' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def key_id(self) -> UUID:
        return self.pk

    @property
    def stage(self) -> State:
        return State(self.state)

    @property
    def moves(self) -> tuple[Move, ...]:
        return moves_from(self.stage)

    @property
    def waiting_for(self) -> Waiting:
        return waiting_for(self.stage)

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    def is_late(self, today: date) -> bool:
        return self.is_open and self.due_legal_on is not None and today > self.due_legal_on


class Transition(models.Model):
    """One move that a request made."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="transitions")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=20, choices=Move.choices)
    source = models.CharField(max_length=20, choices=State.choices)
    target = models.CharField(max_length=20, choices=State.choices)
    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=60)
    reason = SealedTextField(null=True)
    at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"actor_kind", "actor_name"})

    class Meta:
        ordering = ["dsr", "number"]
        constraints = [models.UniqueConstraint(name="moves_are_numbered", fields=["dsr", "number"])]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

"""The request of a person, and every move it made."""

from datetime import date, timedelta
from typing import Any, ClassVar, Final, Self
from uuid import UUID, uuid4

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER_KIND, Side
from requests_app.workflow.delegations import Delegation
from requests_app.workflow.guards import (
    ANSWERED_ONLY_WHEN_ERASED,
    APPEAL,
    DECIDING_MOVES,
    ERASES_ONLY_WHEN_APPROVED,
    HEARD_BY_ANOTHER,
    NOTHING_BEFORE_BOTH_AGREE,
    ONLY_MOVES_OF_THE_TABLE,
)
from requests_app.workflow.states import (
    CLOSED,
    ERASURE,
    ERASURE_STATES,
    OPEN,
    STOPPING_MOVES,
    UNPROVEN_RIGHTS,
    Move,
    State,
    Waiting,
    moves_from,
    rights_on,
    waiting_for,
)

BY_MAIL: Final = "email"
IMPORTED: Final = "import"  # another tool began it
_REPORTED: Final = ("id", "person_kind", "right", "regime", "state", "closed_at", "due_legal_on", "due_safe_on", "verified_at")
# What is about a child comes before all.
URGENCY: Final = models.Case(models.When(ground="child", then=0), default=1, output_field=models.IntegerField())


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """The questions that the rest of the house may ask about requests."""

    def open(self) -> Self:
        return self.exclude(state__in=sorted(CLOSED))  # as the indexes of open requests say it

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
        """Narrow to the brands that `user` works for, on that side of the wall, and to what is lent to `user` while it is open.

        Doors reach requests only through this.
        """
        return self.filter(policy.standing_at(user) | Q(pk__in=Delegation.objects.of(user).values("dsr")) & ~Q(state__in=CLOSED))

    def on(self, side: Side) -> Self:
        """Narrow to one side of the wall."""
        return self.filter(person_kind=CUSTOMER_KIND) if side == Side.CUSTOMERS else self.exclude(person_kind=CUSTOMER_KIND)

    def to_forget(self) -> Self:
        """Narrow to those whose own term of keeping is over (`Brand.retention_days` after the end), the longest closed first."""
        kept = models.F("brand__retention_days") * models.Value(timedelta(days=1))
        until = models.ExpressionWrapper(models.F("closed_at") + kept, models.DateTimeField())
        kept_still = self.filter(forgotten_at=None, closed_at__isnull=False).alias(until=until)
        return kept_still.filter(until__lt=Now()).order_by("closed_at")

    def to_remove(self) -> Self:
        """Narrow to those of which even the record has stood for its time (`Brand.record_days` after the end)."""
        kept = models.F("brand__record_days") * models.Value(timedelta(days=1))
        until = models.ExpressionWrapper(models.F("closed_at") + kept, models.DateTimeField())
        forgotten = self.filter(forgotten_at__isnull=False, closed_at__isnull=False).alias(until=until)
        return forgotten.filter(until__lt=Now()).order_by("closed_at")

    def soonest_first(self) -> Self:
        """Order by the safe date; what is about a child comes before all."""
        return self.order_by(URGENCY, "due_safe_on", "received_at", "pk")  # PostgreSQL puts what has no date last


class SubjectRequest(models.Model):
    """A data subject request. What identifies the person is sealed under the request's own key.

    An erasure has a `scope` and may have a `ground`. With `copy_first` a request for a copy is answered before it is
    carried out; that one names it in `before`. `wish`: what the right's own form asked, by `Right.asks`, as it was sent.
    An appeal, and a complaint that is about a request, names that one in `concerns`.
    `taken_over_at`: when it came here from another tool. `assignee` is the officer who works on it. `name_index`: keyed
    digests of the name's words; NULL until they are made.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="requests")
    right = models.SlugField()
    regime = models.SlugField()
    regimes = models.JSONField(default=list)
    residence = models.CharField(max_length=6, blank=True)
    person_kind = models.SlugField(default="customer")
    law_reason = models.JSONField(default=dict)
    channel = models.SlugField(default="form")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)

    email = SealedTextField(null=True)
    email_index = models.BinaryField(max_length=32)
    postal_address = SealedTextField(null=True)
    name = SealedTextField(null=True)
    name_index = ArrayField(models.BigIntegerField(), null=True)
    facts = SealedJSONField(null=True)
    details = SealedTextField(null=True)
    law_note = SealedTextField(null=True)
    customer_id = SealedTextField(null=True)
    scope = SealedTextField(null=True)
    ground = models.SlugField(blank=True, default="", db_default="")
    copy_first = models.BooleanField(default=False, db_default=False)
    before = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="first", db_index=False)

    wish = SealedJSONField(null=True)
    concerns = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="heard", db_index=False)

    assignee = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="assigned", db_index=False)

    received_at = models.DateTimeField(db_default=Now())
    taken_over_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    erasing_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    due_legal_on = models.DateField(null=True)
    due_safe_on = models.DateField(null=True)
    dates_by = models.CharField(max_length=40, blank=True)

    objects = SubjectRequestQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "email", "postal_address", "name", "facts", "details", "law_note", "customer_id", "scope", "wish", "email_index",
            "name_index",
        },
    )  # fmt: skip
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "reference", "right", "regime", "regimes", "residence", "person_kind", "law_reason", "channel", "language", "dates_by",
            "ground",
        },
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approved_only_when_proven",
                condition=Q(approved_at__isnull=True) | Q(verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="past_the_door_only_when_proven",
                condition=Q(verified_at__isnull=False)
                | Q(state__in=[State.RECEIVED, State.VERIFYING, State.LAPSED, State.WITHDRAWN])
                | Q(right__in=sorted(UNPROVEN_RIGHTS)),
            ),
            models.CheckConstraint(
                name="only_an_erasure_erases",
                condition=Q(right=ERASURE) | (~Q(state__in=sorted(ERASURE_STATES)) & Q(erasing_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="an_erasure_is_no_copy",
                condition=~Q(right=ERASURE) | ~Q(state__in=[State.FULFILLING, State.ANSWERED_IN_PART]),
            ),
            models.CheckConstraint(
                name="only_a_change_is_proposed",
                condition=Q(right__in=rights_on("changes")) | ~Q(state=State.PROPOSING),
            ),
            models.CheckConstraint(
                name="somebody_can_be_reached",
                condition=Q(email__isnull=False)
                | Q(postal_address__isnull=False)
                | Q(forgotten_at__isnull=False)
                | Q(right__in=sorted(UNPROVEN_RIGHTS)),
            ),
            models.CheckConstraint(
                name="no_way_back_once_erasing",
                condition=Q(erasing_at__isnull=True) | ~Q(state__in=[State.WITHDRAWN, State.REFUSED]),
            ),
        ]
        indexes = [
            # The officer's queue: open requests, soonest due first. What follows the order is what is counted and filtered by.
            models.Index(
                "brand",
                URGENCY,
                "due_safe_on",
                "received_at",
                "id",
                "state",
                "verified_at",
                "person_kind",
                "assignee",
                "due_legal_on",
                "right",
                name="subjectrequest_by_urgency",
                condition=~Q(state__in=sorted(CLOSED)),
            ),
            models.Index(
                name="subjectrequest_unproven",
                fields=["brand", "-received_at", "id", "person_kind"],
                condition=Q(verified_at=None) & ~Q(state__in=sorted(CLOSED)),
            ),
            models.Index(
                name="subjectrequest_closed",
                fields=["brand", "-closed_at", "id", "person_kind"],
                condition=Q(state__in=sorted(CLOSED)),
            ),
            models.Index(
                name="subjectrequest_assigned",
                fields=["assignee", "due_safe_on"],
                condition=Q(assignee__isnull=False) & ~Q(state__in=sorted(CLOSED)),
            ),
            # Whose words of a name are found by their digests, and whose are still to be made.
            GinIndex(name="subjectrequest_names", fields=["name_index"]),
            models.Index(name="subjectrequest_unnamed", fields=["id"], condition=Q(name_index=None, forgotten_at=None)),
            # What is kept no longer than it must be.
            models.Index(name="subjectrequest_to_forget", fields=["closed_at"], condition=Q(forgotten_at=None)),
            models.Index(name="subjectrequest_to_remove", fields=["closed_at"], condition=Q(forgotten_at__isnull=False)),
            # The figures that a shop publishes or reports, from the index alone.
            models.Index(
                name="subjectrequest_of_a_year",
                fields=["brand", "received_at"],
                include=_REPORTED,
            ),
            # Whose dates another law or calendar than today's gave.
            models.Index(name="subjectrequest_dates_by", fields=["dates_by", "id"], condition=~Q(state__in=sorted(CLOSED))),
            # What is answered before another request is carried out.
            models.Index(name="subjectrequest_before", fields=["before"], condition=Q(before__isnull=False)),
            # What was said about a request: complaints, appeals.
            models.Index(name="subjectrequest_concerns", fields=["concerns"], condition=Q(concerns__isnull=False)),
            # How many letters went to one address lately.
            models.Index(name="subjectrequest_address", fields=["email_index", "received_at"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_moves_of_the_table",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func=ONLY_MOVES_OF_THE_TABLE,
            ),
            pgtrigger.Trigger(
                name="nothing_before_both_agree",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state=State.VERIFYING.value, new__state=State.MATCHING.value),
                func=NOTHING_BEFORE_BOTH_AGREE,
            ),
            pgtrigger.Trigger(
                name="what_is_erased_was_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state"))
                & pgtrigger.Q(new__state__in=[State.COOLING_OFF.value, State.ERASING.value]),
                func=ERASES_ONLY_WHEN_APPROVED,
            ),
            pgtrigger.Trigger(
                name="what_is_answered_was_erased",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state"))
                & pgtrigger.Q(new__right=ERASURE)
                & pgtrigger.Q(new__state__in=[State.ANSWERED.value, State.ERASED_IN_PART.value]),
                func=ANSWERED_ONLY_WHEN_ERASED,
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
            pgtrigger.Trigger(
                name="an_appeal_names_its_request",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__right=APPEAL) & pgtrigger.Q(new__concerns__isnull=True),
                func="RAISE EXCEPTION 'an appeal names the request it is about' USING ERRCODE = 'check_violation';",
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
        """Return what may happen next to this request: of the table, what belongs to its right; once erasing began, no way back."""
        over = STOPPING_MOVES if self.erasing_at else frozenset()
        return tuple(move for move in moves_from(self.stage, self.right) if move not in over)

    @property
    def waiting_for(self) -> Waiting:
        return waiting_for(self.stage)

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def side(self) -> Side:
        """On which side of the wall the request stands: who may see it, and which systems it is about."""
        return Side.of(self.person_kind)

    @property
    def is_by_mail(self) -> bool:
        """Whether its person saw no page of ours: then link, figures and key all come to one mailbox (decision 008)."""
        return self.channel in {BY_MAIL, IMPORTED}

    @property
    def is_by_post(self) -> bool:
        """Whether its person has no e-mail address: letters are printed, and facts on paper are looked for."""
        held = self.__dict__  # whether there is one needs no key
        return held.get("email") is None and held.get("postal_address") is not None

    @property
    def waits_for_copy(self) -> bool:
        """Whether a copy that the person wants first is still to be answered: until then nothing is erased."""
        return self.copy_first and type(self).objects.filter(before=self.pk).open().exists()

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
        # When a request first lay before an officer: what reports ask of very many at once.
        indexes = [models.Index(name="transition_to_review", fields=["dsr", "at"], condition=Q(target=State.REVIEWING))]
        triggers = [
            pgtrigger.Trigger(
                name="an_appeal_is_heard_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__move__in=[move.value for move in DECIDING_MOVES]),
                func=HEARD_BY_ANOTHER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

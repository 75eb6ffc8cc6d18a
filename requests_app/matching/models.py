"""Which record in each system is this person?"""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.values import Root
from requests_app.workflow.models import SubjectRequest


class MatchState(models.TextChoices):
    """What is known about one system's answer."""

    ASKING = "asking", "asking"
    NOBODY = "nobody", "nobody found"
    CLEAR = "clear", "one clear match"
    DOUBTFUL = "doubtful", "an officer decides"
    DECIDED = "decided", "decided by an officer"
    FAILED = "failed", "the system did not answer"
    BY_PEOPLE = "by_people", "a person looks there"


class Match(models.Model):
    """The candidates of one system, with evidence, and who was chosen.

    `candidates` is a list of {root: [collection, [key …]], matched: […], evidence: {fact: [value …]}, agrees: […], differs: […]},
    and, where an officer gave a reason for one of them, `why`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="matches")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=MatchState.choices, default=MatchState.ASKING)
    candidates = SealedJSONField(null=True)
    chosen = SealedJSONField(null=True)
    reason = SealedTextField(null=True)
    fault = models.CharField(max_length=60, blank=True)
    decided_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    decided_at = models.DateTimeField(null=True)
    round = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"candidates", "chosen", "reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault"})

    class Meta:
        constraints = [models.UniqueConstraint(name="one_match_per_system", fields=["dsr", "source"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

    @property
    def roots(self) -> tuple[Root, ...]:
        chosen: list[Any] = self.chosen or []
        return tuple(Root(collection, tuple(key)) for collection, key in chosen)

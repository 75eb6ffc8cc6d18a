"""What is withheld from an answer, what was proposed for that, and who looked."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.collection.models import Part
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class Extent(models.TextChoices):
    """How much a ruling withholds."""

    RECORD = "record", "record"
    FIELD = "field", "field of one record"
    COLUMN = "column", "field of every record"
    PASSAGE = "passage", "passage"
    KIND = "kind", "every passage of a kind"


class RulingQuerySet(models.QuerySet["Ruling"]):
    def live(self) -> Self:
        return self.filter(undone_at=None)


class Ruling(models.Model):
    """An officer's decision to withhold something on a ground.

    `record` and `seen` are digests under the request's own key: of the key of the record, and of what was withheld as the officer
    saw it. `place` holds where a passage stands (`start`, `end`); of the text itself nothing is kept. `stale`: what is there now
    is not what was seen. `records` is how many records it bore on when it was made, `number` the place of its one record then.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="rulings")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    collection = models.CharField(max_length=100)
    field = models.CharField(max_length=100, blank=True)
    extent = models.CharField(max_length=10, choices=Extent.choices)
    kind = models.CharField(max_length=10, blank=True)
    ground = models.CharField(max_length=30)
    number = models.PositiveBigIntegerField(null=True)
    records = models.PositiveBigIntegerField(default=1)
    record = models.BinaryField(max_length=32, null=True)
    seen = models.BinaryField(max_length=32, null=True)
    place = SealedJSONField(null=True)
    note = SealedTextField(null=True)
    stale = models.BooleanField(default=False)
    by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    undone_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = RulingQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"place", "note"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"collection", "field", "kind", "ground"})

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            # What applies when a page is shown or a copy is made.
            models.Index(name="live_rulings", fields=["dsr", "source", "collection"], condition=models.Q(undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.extent} of {self.collection}: {self.ground}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class ScanState(models.TextChoices):
    """How far the looking through of one collection is."""

    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Scan(models.Model):
    """The looking through of one collection that was collected; it goes with what was collected."""

    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="scans")
    part = models.OneToOneField(Part, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.WAITING)
    records = models.PositiveBigIntegerField(default=0)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.part_id}: {self.state}"


class Flag(models.Model):
    """A field that a person has to look at, and why: by its description, as free text, or for what was found in it.

    `found` counts all that was found, `kept` those of it that stand as proposals.
    """

    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="flags")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="flags")
    field = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    found = models.PositiveBigIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    seen_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"field", "kind"})

    class Meta:
        ordering = ["part", "id"]
        constraints = [models.UniqueConstraint(name="flagged_once", fields=["part", "field", "kind"])]

    def __str__(self) -> str:
        return f"{self.field}: {self.kind}"


class Answer(models.TextChoices):
    """What a person said to a proposal."""

    OPEN = "open", "open"
    ACCEPTED = "accepted", "withheld"
    DISMISSED = "dismissed", "kept"


class Proposal(models.Model):
    """Something that a detector found, for a person to decide. It says where it stands, and never what it is."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="proposals")
    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveBigIntegerField()
    record = models.BinaryField(max_length=32)
    seen = models.BinaryField(max_length=32)
    place = SealedJSONField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.OPEN)
    ruling = models.ForeignKey(Ruling, on_delete=models.SET_NULL, null=True, related_name="proposals")
    by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"place"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["flag", "number", "id"]
        indexes = [
            # The proposals of the records on one page, and the next one that is open.
            models.Index(name="proposals_by_record", fields=["flag", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.flag_id} at {self.number}: {self.answer}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Note(models.Model):
    """What officers write down for each other. No customer ever reads it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="notes")
    text = SealedTextField(null=True)
    by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"note of {self.at} on {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Presence(models.Model):
    """Which officer has a request open, since when, and the last sign of it."""

    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="presences")
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="present_once", fields=["dsr", "officer"])]

    def __str__(self) -> str:
        return f"{self.officer_id} on {self.dsr_id}"

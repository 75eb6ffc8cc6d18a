"""What is kept because a law wants it, until when, and by which keys it is found then."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class KeptState(models.TextChoices):
    """What is known of a part that is kept."""

    WAITING = "waiting", "kept"
    ERASED = "erased", "erased when its time was over"
    ASKED = "asked", "an officer decides"


class Kept(models.Model):
    """Records of one system that one reason of law keeps: they have a key of their own, and outlive the request.

    `until` is the last day; without one, a person ends it. The address is kept for the letter that says that they are gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="kept")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.SET_NULL, null=True, related_name="kept")
    reference = models.CharField(max_length=20)
    right = models.SlugField()
    regime = models.SlugField()
    reason = models.CharField(max_length=120)
    until = models.DateField(null=True)
    records = models.PositiveBigIntegerField()
    address = SealedTextField(null=True)
    identity = SealedJSONField(null=True)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=KeptState.choices, default=KeptState.WAITING)
    kept_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"address", "identity"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"reference", "right", "regime", "reason", "language"})

    class Meta:
        indexes = [models.Index(name="kept_until", fields=["until"], condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.source}: {self.reason} until {self.until}"

    @property
    def key_id(self) -> UUID:
        return self.pk


class KeptPage(models.Model):
    """Some keys of kept records: {collection: [[key …] …]}, under the key of the kept part."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kept = models.ForeignKey(Kept, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    keys = SealedJSONField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"keys"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["kept", "number"]
        constraints = [models.UniqueConstraint(name="pages_are_numbered", fields=["kept", "number"])]

    def __str__(self) -> str:
        return f"{self.kept_id}: {self.number}"

    @property
    def key_id(self) -> UUID:
        return self.kept_id

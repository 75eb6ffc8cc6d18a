"""What every system said."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.keys.fields import SealedTextField
from requests_app.sources.models import Source
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


class PullState(models.TextChoices):
    """How far the asking of one system is."""

    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Pull(models.Model):
    """The asking of one system. `description_digest` says by which description it was asked (T-4.07)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="pulls")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=PullState.choices, default=PullState.WAITING)
    records = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    description_digest = models.CharField(max_length=64, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    asked_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault", "description_digest"})

    class Meta:
        constraints = [models.UniqueConstraint(name="pull_once_per_source", fields=["dsr", "source"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"


class Part(models.Model):
    """One collection of one system in one text form, or one file of one record (`form` = file)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    pull = models.ForeignKey(Pull, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    collection = models.CharField(max_length=100)
    form = models.CharField(max_length=4, choices=[("json", "JSON"), ("csv", "CSV"), ("file", "file")])
    records = models.PositiveBigIntegerField(default=0)
    record = models.PositiveBigIntegerField(null=True)
    field = models.CharField(max_length=100, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    name = SealedTextField(null=True)
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"name"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"collection", "field", "media_type"})

    class Meta:
        ordering = ["pull", "position"]

    def __str__(self) -> str:
        return f"{self.collection} ({self.form})"

    @property
    def key_id(self) -> UUID:
        return self.file.dsr_id

"""The encrypted files of a request."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.keys.fields import SealedTextField
from requests_app.workflow.models import SubjectRequest


class StoredFile(models.Model):
    """One file in the vault, under the request's key. `index` lists its frames: offsets, lengths, counts."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="files")
    location = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField()
    index = models.JSONField(default=dict)
    kept_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"location", "index"})

    def __str__(self) -> str:
        return self.location

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Upload(models.Model):
    """A file that a person sent or an officer added, under the key of `owner`: its request, or the one that it waits for.

    It stands under its request once there is one: `uploads.adopt`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.UUIDField(db_index=True)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, null=True, related_name="uploads")
    name = SealedTextField(null=True)
    media_type = models.CharField(max_length=40)
    purpose = models.SlugField()
    sent_by = models.CharField(max_length=20)
    location = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField()
    index = models.JSONField(default=dict)
    kept_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"name"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"media_type", "purpose", "sent_by", "location", "index"})

    class Meta:
        ordering = ["kept_at"]

    def __str__(self) -> str:
        return self.location

    @property
    def key_id(self) -> UUID:
        return self.owner

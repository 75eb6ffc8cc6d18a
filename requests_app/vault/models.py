"""The encrypted files of a request."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

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

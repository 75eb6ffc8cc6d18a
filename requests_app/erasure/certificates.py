"""The account of an erasure that its person can keep, and show to others."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def available(self) -> Self:
        return self.filter(available_until__gt=Now(), file__isnull=False)


class Certificate(models.Model):
    """What was deleted, overwritten and kept, by system and class, until when and on which law; signed. Nobody is named in it.

    `said` is what the signed file says; `digest` the SHA-256 of the archive that is handed over.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="certificates")
    number = models.PositiveSmallIntegerField()
    said = models.JSONField(default=dict)
    file = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    available_until = models.DateTimeField()

    objects = CertificateQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"said", "digest"})

    class Meta:
        ordering = ["dsr", "number"]
        constraints = [models.UniqueConstraint(name="certificates_are_numbered", fields=["dsr", "number"])]

    def __str__(self) -> str:
        return f"certificate {self.number} of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

"""The copy that a customer takes away."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


class BundleQuerySet(models.QuerySet["Bundle"]):
    def available(self) -> Self:
        return self.filter(available_until__gt=Now(), downloads_left__gt=0, withdrawn_at=None)


class Bundle(models.Model):
    """One sealed ZIP. `missing` names the systems that it lacks; a supplement follows then."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="bundles")
    number = models.PositiveSmallIntegerField()
    file = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    records = models.PositiveBigIntegerField()
    missing = models.JSONField(default=list)
    built_at = models.DateTimeField(db_default=Now())
    available_until = models.DateTimeField()
    downloads_left = models.PositiveSmallIntegerField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = BundleQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"digest", "missing"})

    class Meta:
        ordering = ["dsr", "number"]
        constraints = [models.UniqueConstraint(name="bundles_are_numbered", fields=["dsr", "number"])]

    def __str__(self) -> str:
        return f"copy {self.number} of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

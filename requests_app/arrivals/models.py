"""Files of open cases that another tool kept: their lines until they are filed, and under which number each case came."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class Batch(models.Model):
    """One file: how it is read, whether its people get a letter, how far it is. Its key seals the lines and goes with them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    officer = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    order = models.CharField(max_length=3, blank=True)
    tells = models.BooleanField(default=False)
    left_out = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now())
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"order", "left_out"})

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"file of {self.made_at}"


class LineQuerySet(models.QuerySet["Line"]):
    def to_file(self) -> Self:
        """Narrow to what nobody has filed yet and nothing speaks against."""
        return self.filter(verdict="", dsr=None)


class Line(models.Model):
    """One row of a file. `verdict`: why it is not filed, empty where it is; `column`: where that shows; `facts`: what follows."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, null=True, related_name="lines")
    number = models.PositiveIntegerField()
    told = SealedJSONField(null=True)
    verdict = models.CharField(max_length=30, blank=True)
    column = models.CharField(max_length=30, blank=True)
    facts = models.JSONField(default=dict)

    objects = LineQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"told"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"verdict", "column", "facts"})

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(name="a_line_of_a_file_stands_once", fields=["batch", "number"])]

    def __str__(self) -> str:
        return f"line {self.number}"

    @property
    def key_id(self) -> UUID:
        return self.batch_id


class Arrival(models.Model):
    """That a request came from another tool: under which number, known again by its digest, and whether its person is told."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="arrival")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32)
    number = SealedTextField(null=True)
    tells = models.BooleanField(default=False)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"number"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_case_arrives_once", fields=["brand", "digest"])]

    def __str__(self) -> str:
        return f"arrival of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

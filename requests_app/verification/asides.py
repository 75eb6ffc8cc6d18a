"""Requests that an officer put aside as spam: for some minutes it can be taken back, then they are closed as unconfirmed."""

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class AsideQuerySet(models.QuerySet["Aside"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)


class Aside(models.Model):
    """One request put aside until `until`; `ended_at`: it was closed, taken back, or its sender proved the address meanwhile."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="asides")
    officer = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AsideQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints = [models.UniqueConstraint(name="aside_once_at_a_time", fields=["dsr"], condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"aside: {self.dsr_id}"

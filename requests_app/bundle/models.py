"""The copy that a customer takes away."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.keys.fields import SealedTextField
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


class Form(models.TextChoices):
    """As what a person hands a copy over."""

    PAPER = "paper", _("printed on paper")
    MEDIUM = "medium", _("as a file on a medium")


class BundleQuerySet(models.QuerySet["Bundle"]):
    def available(self) -> Self:
        return self.filter(available_until__gt=Now(), downloads_left__gt=0, withdrawn_at=None)


class Bundle(models.Model):
    """One sealed ZIP. `missing` names the systems that it lacks; a supplement follows then.

    To whom no mail goes it is handed over by a person: on which day, and as what.
    """

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
    handed_on = models.DateField(null=True)
    handed_as = models.CharField(max_length=10, choices=Form.choices, blank=True, default="", db_default="")

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


class TransferState(models.TextChoices):
    """How far a copy is on its way to another company."""

    WAITING = "waiting", _("on its way")
    RECEIVED = "received", _("received")
    FAILED = "failed", _("not received")


class Transfer(models.Model):
    """One sending of a copy to another company, on the person's word. The token is forgotten once it was used for the last time."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="transfers")
    number = models.PositiveSmallIntegerField()
    address = SealedTextField(null=True)
    token = SealedTextField(null=True)
    state = models.CharField(max_length=10, choices=TransferState.choices, default=TransferState.WAITING)
    fault = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"address", "token"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault"})

    class Meta:
        ordering = ["dsr", "number"]
        constraints = [models.UniqueConstraint(name="transfers_are_numbered", fields=["dsr", "number"])]

    def __str__(self) -> str:
        return f"{self.state}: {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

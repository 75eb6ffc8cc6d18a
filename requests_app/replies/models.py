"""What officers answered in their own words, and what people want done with their data after their death."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class Outcome(models.TextChoices):
    """How it ended: with an answer to a question, or with a decision for or against the person."""

    ANSWERED = "answered", _("answered")
    GRANTED = "granted", _("granted")
    DENIED = "denied", _("denied")


class Reply(models.Model):
    """The answer of one officer to one request, in the customer's language."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="reply")
    officer = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    text = SealedTextField(null=True)
    at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.outcome}: {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Reach(models.TextChoices):
    """Whether instructions are about all data of a person, or about some of it."""

    GENERAL = "general", _("about all of my data")
    SPECIFIC = "specific", _("about some of my data")


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def standing(self) -> Self:
        """Narrow to those that hold: neither changed nor taken back since."""
        return self.filter(ended_at=None)

    def of(self, dsr: SubjectRequest) -> Self:
        """Narrow to those of the person whom `dsr` is about, at the same shop."""
        if not dsr.email_index:
            return self.none()
        return self.filter(brand=dsr.brand_id, email_index=bytes(dsr.email_index))


class Instruction(models.Model):
    """What becomes of somebody's data after death, as the person said while alive.

    It outlives the request by which it was given, under a key of its own. Changed, it ends, and another one begins.
    Source: French Data Protection Act, Art. 85: general or specific; changed or withdrawn at any time.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.SET_NULL, null=True, related_name="instructions")
    email_index = models.BinaryField(max_length=32)
    reach = models.CharField(max_length=10, choices=Reach.choices)
    name = SealedTextField(null=True)
    text = SealedTextField(null=True)
    trustee = SealedTextField(null=True)
    given_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects = InstructionQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"email_index", "name", "text", "trustee"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(name="one_will_at_a_time", fields=["brand", "email_index"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"instruction {self.pk}"

    @property
    def key_id(self) -> UUID:
        return self.pk

"""Letters: what the customer and the officers were told, and whether it went out."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class LetterState(models.TextChoices):
    """Whether a letter went out."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"


class Letter(models.Model):
    """One letter of a request. What it says is sealed; its Message-ID is fixed, so that a copy is known as one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="letters")
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, null=True)
    kind = models.SlugField()
    language = models.CharField(max_length=10)
    address = SealedTextField(null=True)
    address_index = models.BinaryField(max_length=32)
    subject = SealedTextField(null=True)
    text = SealedTextField(null=True)
    state = models.CharField(max_length=10, choices=LetterState.choices, default=LetterState.WAITING)
    written_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"address", "address_index", "subject", "text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"kind", "language"})

    class Meta:
        ordering = ["written_at"]
        indexes = [models.Index(name="letter_to_an_address", fields=["address_index", "kind", "written_at"])]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

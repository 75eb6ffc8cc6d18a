"""Proof that the person who asks is the one who answers for the address."""

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from requests_app.correspondence.models import Letter
from requests_app.workflow.models import SubjectRequest


class Purpose(models.TextChoices):
    """What a link is good for; it is good for nothing else."""

    CONFIRM = "confirm", "confirm the address"
    DISOWN = "disown", "say that it was not me"
    FOLLOW = "follow", "follow the request"
    DOWNLOAD = "download", "fetch the copy"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def in_force(self) -> Self:
        """Narrow to links that are good for something. The time of one whose letter had to wait runs from the sending."""
        lasts = ExpressionWrapper(F("ends_at") - F("made_at"), models.DurationField())
        from_sending = ExpressionWrapper(F("letter__sent_at") + lasts, models.DateTimeField())
        running = Q(ends_at__gt=Now()) | Q(until__gt=Now())
        return self.alias(until=from_sending).filter(running, revoked_at=None).select_related("dsr__brand")


class Challenge(models.Model):
    """A link that was mailed: only its digest is kept. It can be revoked, it ends, and it has one purpose."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="challenges")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True)
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ChallengeQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        indexes = [models.Index(name="challenge_in_force", fields=["dsr", "purpose"], condition=Q(revoked_at=None))]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.dsr_id}"


class Proof(models.Model):
    """The two secrets shown once at filing, as digests: a short code for another device, and the claim code.

    `tries_left` is counted down in the same UPDATE that reads it.
    """

    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, primary_key=True, related_name="proof")
    claim_digest = models.BinaryField(max_length=32)
    code_digest = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    codes_made = models.PositiveSmallIntegerField(default=1)
    code_made_at = models.DateTimeField(db_default=Now())
    corrections_left = models.PositiveSmallIntegerField(default=3)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"secrets of {self.dsr_id}"

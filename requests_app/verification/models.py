"""Proof that the person who asks is the one who answers for the address."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.correspondence.models import Letter
from requests_app.keys.fields import SealedTextField
from requests_app.workflow.models import SubjectRequest


class Purpose(models.TextChoices):
    """What a link is good for; it is good for nothing else."""

    CONFIRM = "confirm", "confirm the address"
    DISOWN = "disown", "say that it was not me"
    FOLLOW = "follow", "follow the request"
    DOWNLOAD = "download", "fetch the copy"
    REVIVE = "revive", "go on with a request that lapsed"
    PROVE_PARTY = "party", "prove the mailbox of whoever acts for somebody else"
    AGREE = "agree", "agree that somebody acts"
    ACT = "act", "see what is wanted of whoever acts"
    MOVE = "move", "be written to by e-mail from now on"


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

    `tries_left` is counted down in the same UPDATE that reads it, and so is `additions_left`: how often more facts may be given.
    `declared`: the name typed under the statement that a law wants for specific pieces.
    """

    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, primary_key=True, related_name="proof")
    claim_digest = models.BinaryField(max_length=32)
    code_digest = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    codes_made = models.PositiveSmallIntegerField(default=1)
    code_made_at = models.DateTimeField(db_default=Now())
    corrections_left = models.PositiveSmallIntegerField(default=3)
    additions_left = models.PositiveSmallIntegerField(default=3, db_default=3)
    declared = SealedTextField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"declared"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"secrets of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class HandOver(models.Model):
    """A token of a shop that was presented: once, and never again. `dsr` is the one request filed with it.

    The digest is of issuer and `jti`; the row outlives the token, and is gone soon after.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    ends_at = models.DateTimeField()
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, null=True, related_name="+")

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"hand-over by {self.brand_id}"

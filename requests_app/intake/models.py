"""What came by mail and waits for an officer; and how often something came from one place lately."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.keys.fields import SealedJSONField, SealedTextField
from requests_app.workflow.models import SubjectRequest


class Tally(models.Model):
    """A count within a window of time. `name` is a keyed digest: of what, nobody without the master key can tell."""

    name = models.BinaryField(primary_key=True, max_length=32)
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.count} since {self.began_at}"


class Mailbox(models.Model):
    """How far the mailbox of a brand was read (RFC 3501, 2.3.1.1), and what went wrong last; empty when nothing did."""

    brand = models.OneToOneField(Brand, on_delete=models.CASCADE, primary_key=True)
    validity = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=80, blank=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"fault"})

    def __str__(self) -> str:
        return f"{self.brand_id}: {self.last}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def waiting(self) -> Self:
        """Narrow to what an officer still has to look at."""
        return self.filter(dsr=None, put_away_at=None)


class Draft(models.Model):
    """A mail that may become a request. `owner` is the number that the request will have; its key seals the mail already.

    `digest` knows a mail again that comes twice. `automatic`: a machine wrote it. `unreadable`: ask the person again.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    owner = models.UUIDField(unique=True)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, null=True, related_name="drafts")
    digest = models.BinaryField(max_length=32)
    sender = SealedTextField(null=True)
    name = SealedTextField(null=True)
    subject = SealedTextField(null=True)
    text = SealedTextField(null=True)
    left_out = SealedJSONField(null=True)
    right = models.SlugField(blank=True)
    language = models.CharField(max_length=10)
    automatic = models.BooleanField(default=False)
    forwarded = models.BooleanField(default=False)
    unreadable = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(db_default=Now())
    pointed_at = models.DateTimeField(null=True)
    put_away_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"sender", "name", "subject", "text", "left_out"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"right", "language"})

    class Meta:
        ordering = ["arrived_at"]
        constraints = [models.UniqueConstraint(name="a_mail_is_taken_in_once", fields=["brand", "digest"])]

    def __str__(self) -> str:
        return f"mail of {self.arrived_at}"

    @property
    def key_id(self) -> UUID:
        return self.owner

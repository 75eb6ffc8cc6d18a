"""Letters: what the customer and the officers were told, and whether it went out. Messages: what they wrote to each other."""

from datetime import timedelta
from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from requests_app.keys.fields import SealedTextField
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest


class LetterState(models.TextChoices):
    """Whether a letter went out."""

    WAITING = "waiting", "waiting"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"


class LetterQuerySet(models.QuerySet["Letter"]):
    def to_print(self) -> Self:
        """Narrow to letters on paper that nobody has posted yet; what is forgotten is printed no more."""
        return self.filter(on_paper=True, posted_on=None, text__isnull=False)

    def unposted_since(self, days: int) -> Self:
        """Narrow to those of them that have waited for `days`."""
        return self.to_print().filter(written_at__lt=Now() - timedelta(days=days))


class Letter(models.Model):
    """One letter of a request. What it says is sealed; its Message-ID is fixed, so that a copy is known as one.

    One `on_paper` is printed and sent by a person, who says on which day; until then it waits.
    """

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
    on_paper = models.BooleanField(default=False, db_default=False)
    posted_on = models.DateField(null=True)

    objects = LetterQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"address", "address_index", "subject", "text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"kind", "language"})

    class Meta:
        ordering = ["written_at"]
        indexes = [
            models.Index(name="letter_to_an_address", fields=["address_index", "kind", "written_at"]),
            models.Index(name="letter_to_print", fields=["written_at"], condition=Q(on_paper=True, posted_on=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Message(models.Model):
    """Something that the customer and the officers say to each other on the request's page. It never travels by mail."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="messages")
    officer = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    from_customer = models.BooleanField()
    text = SealedTextField(null=True)
    written_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset({"text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["dsr", "written_at"]

    def __str__(self) -> str:
        return f"message of {self.dsr_id}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class DenialKind(models.TextChoices):
    """What is denied: the request itself, or that it is free."""

    REFUSAL = "refusal", "refused"
    FEE = "fee", "not for free"


class Denial(models.Model):
    """A decision against the person, with what it rests on: a ground, its provision, the officer's reason.

    `ground` is a code of `grounds`, or names one that a law's own file lists. `earlier` is the reference of the request
    that a repeated or excessive one is measured by.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="denials")
    officer = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    kind = models.CharField(max_length=10, choices=DenialKind.choices)
    ground = models.CharField(max_length=60)
    provision = SealedTextField(null=True)
    reason = SealedTextField(null=True)
    earlier = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"provision", "reason"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"ground", "earlier"})

    class Meta:
        ordering = ["dsr", "decided_at"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.ground}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class NoticeState(models.TextChoices):
    """What is known of a recipient that is told of an erasure."""

    WAITING = "waiting", _("not sent yet")
    SENT = "sent", _("told, no answer yet")
    FAILED = "failed", _("the letter could not be delivered")
    ERASED = "erased", _("has erased it too")
    HOLDS_NOTHING = "holds_nothing", _("holds nothing")
    KEEPS = "keeps", _("keeps it, and says why")


class NoticeQuerySet(models.QuerySet["RecipientNotice"]):
    def unanswered(self) -> Self:
        return self.filter(state__in=[NoticeState.WAITING, NoticeState.SENT, NoticeState.FAILED])

    def silent(self, days: int) -> Self:
        """Narrow to those that have had the letter for `days` and have not answered; their request is not forgotten yet."""
        told = self.filter(state=NoticeState.SENT, sent_at__lt=Now() - timedelta(days=days))
        return told.filter(dsr__forgotten_at=None, text__isnull=False)


class RecipientNotice(models.Model):
    """A company of the group or another recipient of the data that is told of its erasure. Source: GDPR Art. 19.

    What it is told is sealed, and names nobody: see docs/decisions. An officer marks what it answers. Who is silent is reminded
    once (`reminded_at`), then the officers are told (`escalated_at`).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="recipient_notices")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=10)
    subject = SealedTextField(null=True)
    text = SealedTextField(null=True)
    state = models.CharField(max_length=15, choices=NoticeState.choices, default=NoticeState.WAITING)
    written_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset({"subject", "text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"name", "email", "language"})

    class Meta:
        ordering = ["dsr", "name"]
        constraints = [models.UniqueConstraint(name="a_recipient_is_told_once", fields=["dsr", "email"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id


class Statement(models.Model):
    """What a person says about something that was not corrected. It stays with the request, and is shown in later answers.

    `subject` is the field that it is about; `about` says in the person's language what that is.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="statements")
    subject = models.UUIDField()
    about = SealedTextField(null=True)
    text = SealedTextField(null=True)
    said_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"about", "text"})
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["dsr", "said_at"]
        constraints = [models.UniqueConstraint(name="one_statement_per_field", fields=["dsr", "subject"])]

    def __str__(self) -> str:
        return f"statement {self.subject}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

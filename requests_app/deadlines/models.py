"""What moves the dates of a request, and what is said before they pass. The dates themselves stand at the request."""

from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.correspondence.models import Letter, Message
from requests_app.workflow.models import SubjectRequest


class Pause(models.Model):
    """A question to the customer. Whether it stops a clock, each law says for itself; `trigger` is the law's name for it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="pauses")
    trigger = models.SlugField()
    question = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="pause")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"trigger"})

    class Meta:
        ordering = ["dsr", "asked_at"]
        constraints = [
            models.UniqueConstraint(name="one_question_at_a_time", fields=["dsr"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="a_pause_ends_after_it_began", condition=Q(ended_at=None) | Q(ended_at__gte=models.F("asked_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} ({'open' if self.ended_at is None else 'ended'})"


class Extension(models.Model):
    """A longer term. It holds from the moment its letter went out, and is void when the letter could not go.

    Of a case that another tool began there is no letter here: its person was told, there, that it takes `until` that day.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="extension")
    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, null=True)
    until = models.DateField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    holds_from = models.DateTimeField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"extension of {self.dsr_id}"


class Notice(models.TextChoices):
    """What is said before a date passes, or once it has."""

    ACKNOWLEDGE = "acknowledge", "acknowledgement due"
    HALF_TIME = "half_time", "half of the time is gone"
    WEEK = "week", "seven days left"
    THREE_DAYS = "three_days", "three days left"
    TOMORROW = "tomorrow", "one day left"
    TODAY = "today", "due today"
    OVERDUE = "overdue", "overdue"
    PROOF_LAPSES = "proof_lapses", "the address is still unproven"
    BUNDLE_EXPIRES = "bundle_expires", "the copy can soon no longer be fetched"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self) -> Self:
        """Narrow to those whose moment has come and that nobody has settled."""
        return self.filter(settled_at=None, due_at__lte=Now()).order_by("due_at")

    def of_officers(self) -> Self:
        """Narrow to what officers are told; the rest goes to customers."""
        return self.exclude(notice__in=[Notice.PROOF_LAPSES, Notice.BUNDLE_EXPIRES])


class Reminder(models.Model):
    """One notice at its moment. Of a countdown only the next one waits, so that a sweep costs what is due, not what is open.

    `settled_at`: a sweep took it; `told`: it was still true then, and was told.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dsr = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="reminders")
    notice = models.CharField(max_length=20, choices=Notice.choices)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False)

    objects = ReminderQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        indexes = [models.Index(name="reminder_due", fields=["due_at"], condition=Q(settled_at=None))]
        constraints = [models.UniqueConstraint(name="one_notice_of_a_kind", fields=["dsr", "notice"], condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.notice} at {self.due_at}"

    @property
    def key_id(self) -> UUID:
        return self.dsr_id

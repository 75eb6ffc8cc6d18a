"""The systems of a brand that may hold personal data."""

from datetime import timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models.functions import Now

from requests_app.brands.models import Brand

BREAKER_OPENS_AFTER: Final = 5  # failures in a row
RESTING: Final = "resting"
BREAKER_DELAY: Final = timedelta(minutes=2)


class SourceQuerySet(models.QuerySet["Source"]):
    def searched(self) -> Self:
        """Narrow to those that take part in answers."""
        return self.filter(enabled=True)


class Source(models.Model):
    """One configured system. Holds the name of its secret, never the secret."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="sources")
    name = models.SlugField()
    title = models.JSONField(default=dict)
    connector = models.SlugField()
    description = models.CharField(max_length=200)
    secret = models.CharField(max_length=100)
    files = models.CharField(max_length=100, blank=True)
    enabled = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    resting_until = models.DateTimeField(null=True)
    last_fault = models.CharField(max_length=40, blank=True)
    last_fault_text = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    objects = SourceQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {"name", "title", "connector", "description", "secret", "files", "last_fault", "last_fault_text"},
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="source_name_once_per_brand", fields=["brand", "name"])]

    def __str__(self) -> str:
        return f"{self.brand}: {self.name}"

    def title_in(self, language: str) -> str:
        return str(self.title.get(language) or self.title.get("en") or self.name)

    def reason(self, code: str) -> str:
        """Return why asking failed: that a system rests is a consequence, what made it rest is the reason."""
        return str(self.last_fault or code) if code == RESTING else code

    def answered(self) -> None:
        """Remember that the system answered; the breaker closes."""
        type(self).objects.filter(pk=self.pk).update(
            failures=0, resting_until=None, last_fault="", last_fault_text="", answered_at=Now(),
        )  # fmt: skip

    def failed(self, code: str, text: str) -> None:
        """Count a failure; from the fifth in a row on, the system is left alone for a while."""
        failures = models.F("failures") + 1
        rest = models.Case(models.When(failures__gte=BREAKER_OPENS_AFTER - 1, then=Now() + BREAKER_DELAY), default=None)
        type(self).objects.filter(pk=self.pk).update(
            failures=failures, resting_until=rest, last_fault=code, last_fault_text=text,
        )  # fmt: skip

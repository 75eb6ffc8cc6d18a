"""The systems of a brand that may hold personal data."""

from datetime import timedelta
from typing import ClassVar, Final, Self

from django.db import connection, models
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.officers.models import Officer
from requests_app.values import Side

BREAKER_OPENS_AFTER: Final = 5  # failures in a row
RESTING: Final = "resting"
STOPPED: Final = "stopped"
BREAKER_DELAY: Final = timedelta(minutes=2)
WINDOW: Final = timedelta(minutes=10)
WINDOW_ASKED: Final = 20  # questions within a window before a share of them says anything
WINDOW_SHARE: Final = 0.5  # of them failed
PEOPLE: Final = "people"
"""The kind of a system that no program reaches: a person looks there."""

_FAILED: Final = """
WITH counted AS (
  SELECT id, failures + 1 AS failures, coalesce(window_at < clock_timestamp() - make_interval(secs => %(window)s), true) AS anew,
         window_asked + 1 AS asked, window_failed + 1 AS failed
    FROM requests_app_source WHERE id = %(id)s FOR UPDATE),
judged AS (
  SELECT *, failures >= %(row)s OR (NOT anew AND asked >= %(many)s AND failed >= asked * %(share)s) AS opens FROM counted)
UPDATE requests_app_source s
   SET failures = j.failures, last_fault = %(code)s, last_fault_text = %(text)s,
       window_at = CASE WHEN j.anew THEN clock_timestamp() ELSE s.window_at END,
       window_asked = CASE WHEN j.anew THEN 1 ELSE j.asked END, window_failed = CASE WHEN j.anew THEN 1 ELSE j.failed END,
       resting_until = CASE WHEN j.opens THEN clock_timestamp() + make_interval(secs => %(rest)s) ELSE s.resting_until END,
       paused_at = CASE WHEN j.opens THEN coalesce(s.paused_at, clock_timestamp()) ELSE s.paused_at END
  FROM judged j WHERE s.id = j.id"""


class SourceQuerySet(models.QuerySet["Source"]):
    def searched(self) -> Self:
        """Narrow to those that take part in answers."""
        return self.filter(enabled=True)

    def of(self, brand: Brand | int, side: Side) -> Self:
        """Narrow to the systems of a brand that hold data about customers, or about staff."""
        return self.filter(brand=brand, side=side)


class Source(models.Model):
    """One configured system, as its version of that number says. Holds the name of its secret, never the secret.

    `digest` finds the dataset's text among the versions; without one `description` is a file that is read as it stands.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="sources")
    name = models.SlugField()
    title = models.JSONField(default=dict)
    connector = models.SlugField()
    description = models.CharField(max_length=200)
    secret = models.CharField(max_length=100)
    erase_secret = models.CharField(max_length=100, blank=True)
    files = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    address = models.CharField(max_length=500, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=0, db_default=0)
    side = models.CharField(
        max_length=10, choices=[(one, one.value) for one in Side], default=Side.CUSTOMERS, db_default=Side.CUSTOMERS
    )  # fmt: skip
    enabled = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    resting_until = models.DateTimeField(null=True)
    last_fault = models.CharField(max_length=40, blank=True)
    last_fault_text = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    window_at = models.DateTimeField(null=True)
    window_asked = models.PositiveIntegerField(default=0, db_default=0)
    window_failed = models.PositiveIntegerField(default=0, db_default=0)

    objects = SourceQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {
            *("name", "title", "connector", "description", "secret", "erase_secret", "files", "digest", "address", "side"),
            *("last_fault", "last_fault_text"),
        },
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="source_name_once_per_brand", fields=["brand", "name"])]

    def __str__(self) -> str:
        return f"{self.brand}: {self.name}"

    def title_in(self, language: str) -> str:
        return str(self.title.get(language) or self.title.get("en") or self.name)

    @property
    def is_of_people(self) -> bool:
        """Whether no program reaches it: a person looks there."""
        return self.connector == PEOPLE

    def reason(self, code: str) -> str:
        """Return why asking failed: that a system rests is a consequence, what made it rest is the reason."""
        return str(self.last_fault or code) if code in (RESTING, STOPPED) else code

    def answered(self) -> None:
        """Remember that the system answered; the breaker closes."""
        type(self).objects.filter(pk=self.pk).update(
            failures=0, resting_until=None, paused_at=None, told_at=None, window_at=None, window_asked=0, window_failed=0,
            last_fault="", last_fault_text="", answered_at=Now(),
        )  # fmt: skip

    def answered_among_failures(self) -> None:
        """Remember an answer of a system that answers by halves: what it failed lately still counts."""
        type(self).objects.filter(pk=self.pk).update(
            failures=0, resting_until=None, paused_at=None, told_at=None, window_asked=models.F("window_asked") + 1,
            last_fault="", last_fault_text="", answered_at=Now(),
        )  # fmt: skip

    def failed(self, code: str, text: str) -> None:
        """Count a failure. From the fifth in a row on, or where half of many fail, what needs the system waits."""
        with connection.cursor() as cursor:
            cursor.execute(_FAILED, {
                "id": self.pk, "code": code, "text": text, "row": BREAKER_OPENS_AFTER, "rest": BREAKER_DELAY.total_seconds(),
                "window": WINDOW.total_seconds(), "many": WINDOW_ASKED, "share": WINDOW_SHARE,
            })  # fmt: skip

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class StopQuerySet(models.QuerySet["Stop"]):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)

    def against(self, source: Source) -> Self:
        """Narrow to the stop that forbids to ask `source`, if there is one."""
        return self.standing().filter(source=source)

    def of_erasures(self, brand: Brand | int) -> Self:
        """Narrow to the stop that forbids every erasure of `brand`, if there is one."""
        return self.standing().filter(brand=brand, source=None)


class Stop(models.Model):
    """Somebody of the shop stopped a system, or without `source` all erasures of a brand, until somebody lifts it."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="stops")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True, related_name="stops")
    reason = models.CharField(max_length=500)
    placed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(db_default=Now())
    lifted_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    objects = StopQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"reason", "lifted_because"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_stop_at_a_time", fields=["brand", "source"], condition=models.Q(lifted_at=None), nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source or self.brand}: stopped"

"""The shops that answer. Seeded once from a file per brand; then the table is the truth."""

from datetime import time, timedelta
from typing import ClassVar, Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from requests_app.brands.notices import check_notices

SOLO_DELAY: Final = timedelta(days=1)  # in a shop of one officer, time takes the second person's place


def check_time_zone(name: str) -> None:
    """Raises: ValidationError: there is no such time zone."""
    if name not in available_timezones():
        raise ValidationError(f"time_zone: {name} is none")


class Brand(models.Model):
    """A controller, as its customers know it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    languages = models.JSONField(default=list)
    default_language = models.CharField(max_length=10, default="en")
    establishment = models.CharField(max_length=6)
    regime = models.SlugField()
    laws_on = models.JSONField(default=list, blank=True)
    duties = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(max_length=50, default="Europe/Paris", validators=[check_time_zone])
    morning = models.TimeField(default=time(8))
    privacy_email = models.EmailField()
    privacy_phone = models.CharField(max_length=40, blank=True)
    postal_address = models.TextField(blank=True)
    policy_url = models.URLField(blank=True)
    policies = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    account_url = models.URLField(blank=True, db_default="")
    authority = models.JSONField(default=dict)
    look = models.JSONField(default=dict)
    hand_over = models.JSONField(default=dict, blank=True)
    rights = models.JSONField(default=dict, blank=True)
    framed_by = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    group = models.JSONField(default=list, blank=True)
    wording = models.JSONField(default=dict, blank=True)
    statements = models.JSONField(default=dict, blank=True)
    notices = models.JSONField(default=dict, blank=True, validators=[check_notices])
    facts_required = models.PositiveSmallIntegerField(default=1)
    lapse_days = models.PositiveSmallIntegerField(default=7, validators=[MinValueValidator(1), MaxValueValidator(365)])
    child_age = models.PositiveSmallIntegerField(
        default=16, db_default=16, validators=[MinValueValidator(13), MaxValueValidator(18)]
    )
    child_days = models.PositiveSmallIntegerField(default=3, db_default=3, validators=[MinValueValidator(1), MaxValueValidator(30)])
    bundle_days = models.PositiveSmallIntegerField(default=14)
    bundle_downloads = models.PositiveSmallIntegerField(default=10)
    retention_days = models.PositiveSmallIntegerField(default=1095)
    record_days = models.PositiveSmallIntegerField(default=1825)
    cooling_off_hours = models.PositiveSmallIntegerField(default=72, validators=[MaxValueValidator(336)])
    complaint_days = models.PositiveSmallIntegerField(
        default=30, db_default=30, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    solo_mode = models.BooleanField(default=False)
    erasures_per_hour = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(1)])
    erasures_per_day = models.PositiveSmallIntegerField(default=100, validators=[MinValueValidator(1)])
    metrics_threshold = models.PositiveSmallIntegerField(default=5)
    hour_costs = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, default="EUR", db_default="EUR", validators=[RegexValidator("^[A-Z]{3}$")])

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "slug", "name", "languages", "default_language", "establishment", "regime", "laws_on", "duties", "time_zone",
            "privacy_email", "privacy_phone", "postal_address", "policy_url", "policies", "account_url", "authority", "look",
            "hand_over", "rights", "framed_by", "group", "wording", "statements", "notices", "currency",
        },
    )  # fmt: skip

    class Meta:
        ordering = ["name"]
        constraints = [
            # 11 CCR 7101(a): the record of a request is kept for at least 24 months; and it outlives the data that it was about.
            models.CheckConstraint(
                name="the_record_outlives_the_data",
                condition=models.Q(record_days__gte=730) & models.Q(record_days__gte=models.F("retention_days")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def language_for(self, wanted: str) -> str:
        """Return `wanted` where the brand speaks it, else the brand's own language."""
        return wanted if wanted in self.languages else self.default_language

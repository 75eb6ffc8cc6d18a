"""The shops that answer. Seeded once from a file per brand; then the table is the truth."""

from typing import ClassVar

from django.db import models


class Brand(models.Model):
    """A controller, as its customers know it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    languages = models.JSONField(default=list)
    default_language = models.CharField(max_length=10, default="en")
    establishment = models.CharField(max_length=6)
    regime = models.SlugField()
    time_zone = models.CharField(max_length=50, default="Europe/Paris")
    privacy_email = models.EmailField()
    privacy_phone = models.CharField(max_length=40, blank=True)
    postal_address = models.TextField(blank=True)
    policy_url = models.URLField(blank=True)
    authority = models.JSONField(default=dict)
    look = models.JSONField(default=dict)
    facts_required = models.PositiveSmallIntegerField(default=1)
    bundle_days = models.PositiveSmallIntegerField(default=14)
    bundle_downloads = models.PositiveSmallIntegerField(default=10)
    retention_days = models.PositiveSmallIntegerField(default=1095)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "slug", "name", "languages", "default_language", "establishment", "regime", "time_zone", "privacy_email",
            "privacy_phone", "postal_address", "policy_url", "authority", "look",
        },
    )  # fmt: skip

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def language_for(self, wanted: str) -> str:
        """Return `wanted` where the brand speaks it, else the brand's own language."""
        return wanted if wanted in self.languages else self.default_language

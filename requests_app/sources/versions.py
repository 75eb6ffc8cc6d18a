"""How a system is configured, version by version. None ever changes; the newest that somebody let count is what counts."""

from typing import Any, ClassVar, Final, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from requests_app.officers.models import Officer
from requests_app.sources.models import Source

_LATER: Final = "'{approved_by_id,approved_at,alone,counts_at}'::text[]"
_UNCHANGED: Final = f"""
IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - {_LATER}) IS DISTINCT FROM (to_jsonb(OLD) - {_LATER})
   OR (OLD.approved_at IS NOT NULL
       AND (NEW.approved_by_id, NEW.approved_at, NEW.alone) IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at, OLD.alone))
   OR (OLD.counts_at IS NOT NULL AND NEW.counts_at IS DISTINCT FROM OLD.counts_at) THEN
  RAISE EXCEPTION 'a version of a source never changes' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;"""
_ALONE: Final = """
IF NEW.alone AND NOT (SELECT b.solo_mode FROM requests_app_brand b JOIN requests_app_source s ON s.brand_id = b.id
                       WHERE s.id = NEW.source_id) THEN
  RAISE EXCEPTION 'nobody decides alone here' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;"""


class SourceVersionQuerySet(models.QuerySet["SourceVersion"]):
    def counting(self) -> Self:
        """Narrow to those that counted, the one that counts now first."""
        return self.filter(counts_at__isnull=False).order_by("-number")

    def light(self) -> Self:
        """Leave the dataset's text in the table until somebody reads it."""
        return self.defer("dataset")


class SourceVersion(models.Model):
    """One configuration of one system. `author` is nobody where the shop's file said it; `file` names the dataset file then.

    `needs_second`: it lets the system erase, or changes how. `file_digest`: of what the shop's file said. `coverage`: what the
    dataset leaves unsaid. With an `address` the secret is what the address lacks, else the whole address.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    connector = models.SlugField()
    dataset = models.TextField()
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=500, blank=True)
    secret = models.CharField(max_length=100, blank=True)
    erase_secret = models.CharField(max_length=100, blank=True)
    files = models.CharField(max_length=100, blank=True)
    paused = models.BooleanField(default=False)
    may_erase = models.BooleanField(default=False)
    needs_second = models.BooleanField(default=False)
    coverage = models.JSONField(default=dict)
    file_digest = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    author = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    alone = models.BooleanField(default=False)
    counts_at = models.DateTimeField(null=True)

    objects = SourceVersionQuerySet.as_manager()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset(
        {
            *("title", "connector", "dataset", "digest", "file", "address", "secret", "erase_secret", "files", "coverage"),
            *("file_digest", "reason"),
        }
    )

    class Meta:
        ordering = ["source", "-number"]
        constraints = [
            models.UniqueConstraint(name="a_version_stands_once", fields=["source", "number"]),
            models.CheckConstraint(
                name="nobody_approves_their_own_version",
                condition=Q(needs_second=False)
                | Q(approved_by=None)
                | Q(alone=True)
                | Q(author=None)
                | ~Q(approved_by=F("author")),
            ),
            models.CheckConstraint(
                name="what_needs_a_second_person_has_one",
                condition=Q(needs_second=False) | Q(counts_at=None) | Q(approved_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="sourceversion_by_digest", fields=["digest"])]
        triggers = [
            pgtrigger.Trigger(
                name="a_version_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_UNCHANGED,
            ),
            pgtrigger.Trigger(
                name="alone_only_where_one_decides",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_ALONE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: version {self.number}"

    @property
    def said(self) -> dict[str, Any]:
        """What the row of the system says while this version counts."""
        return {
            "title": self.title, "connector": self.connector, "description": self.file, "digest": self.digest,
            "address": self.address, "secret": self.secret, "erase_secret": self.erase_secret if self.may_erase else "",
            "files": self.files, "enabled": not self.paused, "version": self.number,
        }  # fmt: skip

    def as_source(self) -> Source:
        """Return the system as it would be, without writing it: to be asked before it counts."""
        return Source(pk=self.source_id, brand=self.source.brand, name=self.source.name, side=self.source.side, **self.said)

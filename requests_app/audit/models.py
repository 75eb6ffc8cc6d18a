"""What happened, append-only, and the tree that seals it. Holds ids and figures, never a person's data."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Now

_REFUSE = "RAISE EXCEPTION 'audit events are append-only';"


def _append_only() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(name="append_only", when=pgtrigger.Before, operation=pgtrigger.Update | pgtrigger.Delete, func=_REFUSE),
        pgtrigger.Trigger(
            name="never_truncated", when=pgtrigger.Before, operation=pgtrigger.Truncate, level=pgtrigger.Statement, func=_REFUSE,
        ),
    ]  # fmt: skip


class AuditEvent(models.Model):
    """One thing done. `dsr_id` is the request's id, by value: the trail outlives the request.

    `mark` signs what it says (`audit.signing`); events from before there were marks have none.
    """

    at = models.DateTimeField(db_default=TransactionNow())
    action = models.CharField(max_length=60)
    dsr_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    mark = models.BinaryField(null=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"action", "actor_kind", "actor_name", "facts"})

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(name="auditevent_of_a_request", fields=["dsr_id", "id"]),
            # How long officers had a request in hand: `reports.effort`.
            models.Index(
                name="auditevent_by_officers",
                fields=["dsr_id", "actor_name", "at"],
                condition=models.Q(actor_kind="officer", dsr_id__isnull=False),
            ),
        ]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class TrailLeaf(models.Model):
    """The place of an event in the tree. Events get theirs in the order in which they are sealed, not that of their numbers.

    `hash` is that of the entry as it was sealed. `event` is a number by value: who takes an event away leaves its leaf.
    """

    place = models.BigIntegerField(primary_key=True)
    event = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["place"]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"leaf {self.place}"


class TrailNode(models.Model):
    """A complete part of the tree, of 2^height leaves; only the higher ones are kept (`audit.sealing.KEPT`)."""

    height = models.PositiveSmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["height", "place"]
        constraints = [models.UniqueConstraint(name="a_part_of_the_tree_is_kept_once", fields=["height", "place"])]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"part {self.place} of height {self.height}"


class TrailSeal(models.Model):
    """The signed head of the tree at one moment: `size` leaves, `root`, and the head before it. Its text: `audit.heads`."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    previous_size = models.BigIntegerField()
    previous_root = models.BinaryField()
    key = models.CharField(max_length=64)
    signature = models.BinaryField()
    last_event = models.BigIntegerField()  # the highest number that is sealed: where the next look begins

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"key"})

    class Meta:
        ordering = ["size"]
        indexes = [models.Index(name="seal_by_time", fields=["at"])]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"seal of {self.size} events"


class TrailStamp(models.Model):
    """That the head of `size` was there at a moment, said by a time stamping authority. `token` is DER: RFC 3161, section 2.4.2."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    token = models.BinaryField()

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        ordering = ["size"]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"time stamp on the head of {self.size} events"

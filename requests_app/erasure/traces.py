"""That somebody was erased, for what comes back: from an import, or from a backup."""

import json
from enum import StrEnum
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.emails import NotAnAddress, canonical_email
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.values import Claim, Root

RECORD: Final = "record"  # a kind of trace: of a record that stood for the person, and was erased
STAYING: Final = "record_staying"  # of one that was looked at then, and stayed: somebody else's, or kept, or only overwritten


def trace(claim: Claim) -> bytes:
    """Return the digest of an erased identity, under a key that serves nothing else. Spellings of one mailbox have one."""
    return keyed_index(f"erased:{claim.kind}", _mailbox(claim.value) if claim.kind == "email" else claim.value)


def trace_of(root: Root) -> bytes:
    """Return the digest of the key of a record that stood for a person, under a key that serves nothing else."""
    return keyed_index(f"erased:{RECORD}", json.dumps([root.collection, list(root.key)]))


def _mailbox(address: str) -> str:
    try:
        return canonical_email(address)
    except NotAnAddress:
        return address


class ErasedIdentity(models.Model):
    """That somebody with this identity was erased here: a keyed digest, from which nobody learns who. For what comes back.

    `kind` is that of a claim; or `RECORD` or `STAYING`, of the key of a record.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    reference = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    digest = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField(db_default=Now())

    personal_fields: ClassVar[frozenset[str]] = frozenset({"digest"})
    plain_fields: ClassVar[frozenset[str]] = frozenset({"reference", "kind"})

    class Meta:
        constraints = [models.UniqueConstraint(name="erased_once", fields=["source", "kind", "digest", "reference"])]
        indexes = [models.Index(name="erasedidentity_by_time", fields=["erased_at"])]

    def __str__(self) -> str:
        return f"{self.source}: {self.kind}"


class Outcome(StrEnum):
    """What became of a reappearance. The first four leave it open; with `ERASING` a worker is at it."""

    ERASING = "erasing"
    CHANGED = "changed"
    FORGOTTEN = "forgotten"
    FAILED = "failed"
    ERASED_AGAIN = "erased_again"
    NEW_ACCOUNT = "new_account"
    FILED = "filed"


class Reappearance(models.Model):
    """Something that was erased is there again. `known`: by a record's own key; else by an identity only, and a person is asked.

    `newer`: each such record has a key of its own and was made after the erasure, so that it is most likely a new account.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="reappearances")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    reference = models.CharField(max_length=20)
    known = models.BooleanField()
    newer = models.BooleanField(default=False)
    records = models.PositiveBigIntegerField()
    found_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Officer, on_delete=models.SET_NULL, null=True)
    outcome = models.CharField(max_length=20, blank=True)

    personal_fields: ClassVar[frozenset[str]] = frozenset()
    plain_fields: ClassVar[frozenset[str]] = frozenset({"reference", "outcome"})

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_open_reappearance", fields=["source", "reference"], condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.records} of {self.reference}"

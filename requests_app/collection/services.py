"""Ask every system for what it holds, and keep what it said."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.collection.models import Part, Pull, PullState
from requests_app.ledger.models import OPEN, Step
from requests_app.ledger.services import enqueue
from requests_app.matching.models import Match, MatchState
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Actor
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, locked


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is."""

    systems: int
    searched: int
    failed: int
    records: int


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Ask every system in which the person was found and which has not answered yet."""
    matches = list(dsr.matches.select_related("source"))
    dsr.pulls.exclude(source__in=[match.source for match in matches]).delete()
    known = {pull.source_id: pull for pull in dsr.pulls.all()}
    new = {match.source_id: Pull(dsr=dsr, source=match.source) for match in matches if match.source_id not in known}
    Pull.objects.bulk_create(new.values())
    for match in matches:
        made = match.source_id in new
        _ask(dsr, match, new[match.source_id] if made else known[match.source_id], made=made)
    settle(dsr)


@transaction.atomic
def discard(dsr: SubjectRequest) -> None:
    """Throw away what was collected; that and when each system answered stays."""
    vault.discard(list(StoredFile.objects.filter(part__pull__dsr=dsr)))


@transaction.atomic
def keep(pull: Pull, parts: Sequence[tuple[Part, StoredFile]], *, records: int, digest: str) -> None:
    """Keep a system's whole answer in place of any earlier one, and settle the request if it was the last.

    An answer that comes after the request was stopped is not kept.
    """
    dsr = locked(pull.dsr)
    if not dsr.is_open:
        vault.discard([file for _, file in parts])
        return
    _drop(pull)
    StoredFile.objects.bulk_create([file for _, file in parts])
    for position, (part, file) in enumerate(parts):
        part.pull, part.file, part.position = pull, file, position
    Part.objects.bulk_create([part for part, _ in parts])
    Pull.objects.filter(pk=pull.pk).update(
        state=PullState.DONE, records=records, fault="", description_digest=digest, answered_at=Now(),
    )  # fmt: skip
    record("pull.answered", by=SYSTEM, dsr_id=pull.dsr_id, source=pull.source.name, records=records, description=digest)
    settle(dsr)


@transaction.atomic
def fail(pull: Pull, code: str) -> None:
    """Note that a system did not answer; the others are not stopped by it."""
    _drop(pull)
    Pull.objects.filter(pk=pull.pk).update(state=PullState.FAILED, fault=code, records=0)
    record("pull.failed", by=SYSTEM, dsr_id=pull.dsr_id, source=pull.source.name, code=code)
    settle(locked(pull.dsr))


@transaction.atomic
def ask_check(source: Source, *, by: Actor) -> None:
    """Have `source` compared with its description soon, unless that is under way already. No web request waits for it."""
    if Step.objects.filter(source=source, kind="collection.check", state__in=OPEN).exists():
        return
    record("source.check_asked", by=by, source=source.name, brand=source.brand.slug)
    enqueue("collection.check", key=f"check:{source.pk}:{uuid4()}", source=source)


def settle(dsr: SubjectRequest) -> None:
    """Move the request on once no system is being asked. It is locked: the last of two that end together sees the other."""
    if Move.FINISH_COLLECTION in dsr.moves and not dsr.pulls.filter(state=PullState.WAITING).exists():
        advance(dsr, Move.FINISH_COLLECTION, by=SYSTEM)


def progress(dsr: SubjectRequest) -> Progress:
    """Return how far the search is: one query, whatever the number of systems."""
    pulls = list(dsr.pulls.values_list("state", "records"))
    return Progress(
        systems=len(pulls),
        searched=sum(state == PullState.DONE for state, _ in pulls),
        failed=sum(state == PullState.FAILED for state, _ in pulls),
        records=sum(records for _, records in pulls),
    )


def page(part: Part, first: int, count: int) -> list[dict[str, Any]]:
    """Return at most `count` records of a JSON part from number `first` (from 0), reading only the frames that hold them."""
    with vault.reading(part.file) as reader:
        return [json.loads(record, parse_float=str) for record in reader.records(first, count)]


def _ask(dsr: SubjectRequest, match: Match, pull: Pull, *, made: bool) -> None:
    if pull.state == PullState.DONE or (pull.state == PullState.WAITING and not made):
        return
    if match.state == MatchState.FAILED:
        Pull.objects.filter(pk=pull.pk).update(state=PullState.FAILED, fault=match.fault)
        return
    if not made:
        Pull.objects.filter(pk=pull.pk).update(state=PullState.WAITING, fault="", round=F("round") + 1, asked_at=Now())
        pull.refresh_from_db()
    enqueue("collection.pull", key=f"pull:{pull.pk}:{pull.round}", dsr=dsr, source=match.source, pull=str(pull.pk))


def _drop(pull: Pull) -> None:
    vault.discard([part.file for part in pull.parts.select_related("file")])

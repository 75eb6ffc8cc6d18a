"""A file of open cases: read and shown, then filed row by row, each once, each in a transaction of its own."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from requests_app.arrivals.cases import Case
from requests_app.arrivals.judging import Judge, Judged, digest_of
from requests_app.arrivals.models import Arrival, Batch, Line
from requests_app.arrivals.reading import Raw, table
from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.deadlines import extensions
from requests_app.deadlines.laws import choose_instead
from requests_app.intake.services import open_request
from requests_app.keys import store
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.review.models import Note
from requests_app.rights import RIGHTS
from requests_app.values import SYSTEM, Actor
from requests_app.verification import elsewhere
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest

AT_ONCE: Final = 100
COMMAND_LINE: Final = Actor("administrator", "command line")
TOLD: Final = "taken_over"
"""The letter which says that a request is handled here from now on."""
_LAW_SAID: Final = "As the file of the other tool says."
_UNCONFIRMED_FOR: Final = timedelta(days=1)
_SHOWN_FOR: Final = timedelta(days=180)
_QUIET_FOR: Final = timedelta(days=1)


class BegunAlready(Exception):
    """Somebody confirmed the file, or it is gone."""


@transaction.atomic
def stage(brand: Brand, file: BinaryIO, *, by: Officer, order: str = "", tells: bool = False) -> Batch:
    """Read `file` and keep its rows, sealed, until somebody confirms them; the file itself is kept nowhere.

    Raises:
        Unreadable: it cannot be read as a whole.
    """
    found = table(file)
    batch = Batch(brand=brand, officer=by, order=order, tells=tells, left_out=list(found.left_out))
    store.create(batch.pk)
    batch.save(force_insert=True)
    lines = [_line(batch, judged) for judged in Judge(brand, order).all(found.rows)]
    Line.objects.bulk_create(lines, batch_size=500)
    refused = sum(bool(line.verdict) for line in lines)
    record("import.read", by=by.actor, batch=str(batch.pk), brand=brand.slug, rows=len(lines), refused=refused)
    return batch


def _line(batch: Batch, judged: Judged) -> Line:
    raw = judged.raw
    return Line(
        batch=batch, number=raw.number, told=raw.cells or None, verdict=judged.verdict, column=judged.column, facts=judged.facts,
    )  # fmt: skip


@transaction.atomic
def confirm(batch: Batch, *, by: Officer) -> None:
    """Let the rows be filed that nothing speaks against.

    Raises:
        BegunAlready: somebody was quicker.
    """
    if not Batch.objects.filter(pk=batch.pk, begun_at=None).update(begun_at=Now(), officer=by):
        raise BegunAlready
    record("import.confirmed", by=by.actor, batch=str(batch.pk), brand=batch.brand.slug)
    enqueue("arrivals.file", key=f"arrivals:{batch.pk}", batch=str(batch.pk))


@transaction.atomic
def discard(batch: Batch, *, by: Actor) -> None:
    """Let go of a file that nobody confirmed.

    Raises:
        BegunAlready: somebody did.
    """
    if not Batch.objects.filter(pk=batch.pk, begun_at=None).delete()[0]:
        raise BegunAlready
    record("import.dropped", by=by, batch=str(batch.pk), brand=batch.brand.slug)
    transaction.on_commit(lambda: store.destroy(batch.pk))


def file_some(number: UUID) -> bool:
    """File the next rows of a confirmed file; False when none is left. Each row is looked at again, as things are now."""
    batch = Batch.objects.select_related("brand", "officer").get(pk=number)
    judge = Judge(batch.brand, batch.order)
    for pk in list(batch.lines.to_file().values_list("pk", flat=True)[:AT_ONCE]):
        _file_line(batch, pk, judge)
    if batch.lines.to_file().exists():
        return True
    _end(batch)
    return False


@transaction.atomic
def _file_line(batch: Batch, number: UUID, judge: Judge) -> None:
    line = Line.objects.to_file().select_for_update().filter(pk=number).first()
    if line is None:
        return
    judged, dsr = file_row(Raw(line.number, line.told or {}), judge, by=batch.officer, tells=batch.tells)
    line.verdict, line.column, line.facts, line.dsr = judged.verdict, judged.column, dict(judged.facts), dsr
    line.save(update_fields=["verdict", "column", "facts", "dsr"])


@transaction.atomic
def _end(batch: Batch) -> None:
    """Let go of what the rows said: what was filed stands at its request."""
    if not Batch.objects.filter(pk=batch.pk, ended_at=None).update(ended_at=Now()):
        return
    batch.lines.update(told=None)
    filed = batch.lines.exclude(dsr=None).count()
    by = batch.officer.actor if batch.officer else SYSTEM
    record("import.ended", by=by, batch=str(batch.pk), filed=filed, refused=batch.lines.count() - filed)
    transaction.on_commit(lambda: store.destroy(batch.pk))


@transaction.atomic
def file_row(raw: Raw, judge: Judge, *, by: Officer | None, tells: bool) -> tuple[Judged, SubjectRequest | None]:
    """File one row, unless something speaks against it now. `by`: who imports; None is the command line."""
    judged = judge.one(raw)
    if judged.verdict or judged.case is None:
        return judged, None
    brand, case = judge.frame.brand, judged.case
    digest = digest_of(brand, case.number)
    _alone(digest)
    if Arrival.objects.filter(brand=brand, digest=digest).exists():
        return replace(judged, verdict="came_before", column="external_reference"), None
    dsr = _filed(brand, case, by=by)
    Arrival.objects.create(dsr=dsr, brand=brand, digest=digest, number=case.number, tells=tells)
    return judged, dsr


def _filed(brand: Brand, case: Case, *, by: Officer | None) -> SubjectRequest:
    actor = by.actor if by else COMMAND_LINE
    dsr = open_request(brand, case.application, by=actor)
    record("request.imported", by=actor, dsr_id=dsr.pk, received=str(case.received_on), proven=bool(case.proof_note))
    if case.law:
        dsr = choose_instead(dsr, [case.law], by=actor, reason=_LAW_SAID)
    if case.until:
        extensions.told_elsewhere(dsr, case.until, by=actor)
    if case.notes:
        Note.objects.create(dsr=dsr, text=case.notes, by=by)
        record("note.written", by=actor, dsr_id=dsr.pk)
    if not RIGHTS[dsr.right].needs_proof:
        return dsr
    if case.proof_note:
        elsewhere.accept(dsr, note=case.proof_note, by=actor)
    else:
        verification.begin(dsr)
    return dsr


def _alone(digest: bytes) -> None:
    """Let nobody else file the same case until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])


def greeting(dsr: SubjectRequest) -> str:
    """Return which letter tells the person of a request, proven just now, that it is worked on; none where another tool did."""
    if dsr.taken_over_at is not None:
        return TOLD if Arrival.objects.filter(dsr=dsr, tells=True).exists() else ""
    return "handed_over" if dsr.customer_id else "proven"


def came_just_now(dsr: SubjectRequest) -> bool:
    """Whether `dsr` came in a file within the last day: nobody is written to about each of ten thousand."""
    return dsr.taken_over_at is not None and timezone.now() - dsr.taken_over_at < _QUIET_FOR


def tidy() -> None:
    """Let go of files that nobody confirmed within a day, and of the lists of results after half a year."""
    for batch in Batch.objects.filter(begun_at=None, made_at__lt=Now() - _UNCONFIRMED_FOR).select_related("brand"):
        with suppress(BegunAlready):
            discard(batch, by=SYSTEM)
    Batch.objects.filter(ended_at__lt=Now() - _SHOWN_FOR).delete()


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of cases whose requests' time is over only that they came: by the digest they are known again."""
    Arrival.objects.filter(dsr__in=dsrs).update(number=None)

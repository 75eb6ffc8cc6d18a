"""Withholding and taking it back, how a review stands, and the approval that waits for it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.collection.models import Part, PullState
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.review.applying import members
from requests_app.review.detectors import Span
from requests_app.review.models import Answer, Extent, Flag, Note, Presence, Proposal, Ruling, Scan, ScanState
from requests_app.review.ruled import digests_of, keys_of
from requests_app.rights import RIGHTS
from requests_app.sources.services import described
from requests_app.vault import services as vault
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import Move, StaleState, State, advance, locked


class Hinders(StrEnum):
    """Why an answer may not be approved yet."""

    SCANNING = "scanning"
    NOT_SCANNED = "not scanned"
    STALE = "stale"
    UNSEEN = "unseen"


class NotReviewed(Exception):
    """The answer may not go out: somebody has yet to look. `why` says at what."""

    def __init__(self, why: Iterable[Hinders]) -> None:
        self.why = tuple(why)
        super().__init__(", ".join(self.why))


class Decided(Exception):
    """Somebody else was quicker: who, and when."""

    def __init__(self, by: Officer | None, at: datetime | None) -> None:
        self.by, self.at = by, at
        super().__init__("decided already")


class NoSuchPlace(Exception):
    """The record, the field or the passage is not there."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What is to be withheld: a record of a part by its number from 0, a field of it or of all, a passage of that field."""

    part: Part
    extent: Extent
    number: int | None = None
    field: str = ""
    span: Span | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a review stands: collections by how far they were looked through, stale rulings, flags nobody has looked at."""

    scanned: int
    scanning: int
    failed: int
    stale: int
    flags: int

    @property
    def hinders(self) -> tuple[Hinders, ...]:
        known = (
            (Hinders.SCANNING, self.scanning), (Hinders.NOT_SCANNED, self.failed),
            (Hinders.STALE, self.stale), (Hinders.UNSEEN, self.flags),
        )  # fmt: skip
        return tuple(why for why, count in known if count)


def is_reviewed(dsr: SubjectRequest) -> bool:
    """Whether the right of `dsr` is answered with a copy that holds values."""
    return RIGHTS[dsr.right].fulfilment == "bundle" and dsr.right != "categories"


@transaction.atomic
def begin(dsr: SubjectRequest) -> None:
    """Have every collection looked through that was not yet, as it lies now."""
    if not is_reviewed(dsr):
        return
    held = Part.objects.filter(pull__dsr=dsr, pull__state=PullState.DONE, form="json")
    scans = Scan.objects.bulk_create([Scan(dsr=dsr, part=part) for part in held.filter(scan=None)])
    there = held.filter(pull__source=OuterRef("source"), collection=OuterRef("collection"))
    dsr.rulings.live().filter(~Exists(there), record__isnull=False).update(stale=True)
    if scans:
        _ask(dsr)


@transaction.atomic
def look_again(dsr: SubjectRequest, *, by: Officer) -> None:
    """Look through once more what could not be looked through."""
    dsr = locked(dsr)
    if dsr.scans.filter(state=ScanState.FAILED).update(state=ScanState.WAITING):
        record("review.asked_again", by=by.actor, dsr_id=dsr.pk)
        _ask(dsr)


def _ask(dsr: SubjectRequest) -> None:
    rounds = dsr.steps.filter(kind="review.scan").count()
    enqueue("review.scan", key=f"scan:{dsr.pk}:{rounds}", dsr=dsr)


def standing(dsr: SubjectRequest) -> Standing:
    """Return how the review stands, in three queries. What was collected before there were reviews is not waited for."""
    states = list(dsr.scans.values_list("state", flat=True))
    return Standing(
        scanned=states.count(ScanState.DONE), scanning=states.count(ScanState.WAITING), failed=states.count(ScanState.FAILED),
        stale=dsr.rulings.live().filter(stale=True).count(), flags=unseen(dsr).count(),
    )  # fmt: skip


def unseen(dsr: SubjectRequest) -> QuerySet[Flag]:
    """Return the flags at which nobody has looked; of a field that is withheld in every record nothing is left to look at."""
    withheld = Ruling.objects.live().filter(
        dsr=dsr, extent=Extent.COLUMN, source=OuterRef("part__pull__source"), collection=OuterRef("part__collection"),
        field=OuterRef("field"),
    )  # fmt: skip
    return Flag.objects.filter(~Exists(withheld), dsr=dsr, seen_at=None)


@transaction.atomic
def approve(dsr: SubjectRequest, *, by: Officer, reason: str = "") -> Transition:
    """Approve the answer, if nothing is left at which somebody has to look.

    Raises:
        NotReviewed: something is.
        StaleState, MoveNotAllowed: see `advance`.
    """
    seen, dsr = dsr.state, locked(dsr)
    if dsr.state != seen:
        raise StaleState(f"{dsr.reference} has moved")
    if is_reviewed(dsr) and (why := standing(dsr).hinders):
        raise NotReviewed(why)
    return advance(dsr, Move.APPROVE, by=by.actor, reason=reason)


@transaction.atomic
def withhold(dsr: SubjectRequest, spot: Spot, *, ground: str, note: str, by: Officer) -> Ruling:
    """Withhold something from the answer; it can be taken back until the answer is approved.

    Raises:
        NoSuchPlace: there is no such record, field or passage.
        Decided: it is withheld already.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(dsr)
    ruling = _ruling(dsr, spot)
    _check_is_new(dsr, ruling, spot)
    ruling.ground, ruling.note, ruling.by = ground, note or None, by
    ruling.save(force_insert=True)
    record(
        "review.withheld", by=by.actor, dsr_id=dsr.pk, source=ruling.source.name, collection=ruling.collection,
        extent=ruling.extent, ground=ground, records=ruling.records,
    )  # fmt: skip
    return ruling


@transaction.atomic
def undo(ruling: Ruling, *, by: Officer) -> None:
    """Let what was withheld go into the answer after all.

    Raises:
        Decided: somebody took it back before.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(ruling.dsr)
    if not Ruling.objects.live().filter(pk=ruling.pk).update(undone_by=by, undone_at=Now()):
        ruling.refresh_from_db()
        raise Decided(ruling.undone_by, ruling.undone_at)
    Proposal.objects.filter(ruling=ruling).update(answer=Answer.OPEN, ruling=None, by=None, at=None)
    Flag.objects.filter(proposals__in=Proposal.objects.filter(dsr=dsr, answer=Answer.OPEN)).update(seen_at=None, seen_by=None)
    record(
        "review.undone", by=by.actor, dsr_id=dsr.pk, source=ruling.source.name, collection=ruling.collection, extent=ruling.extent
    )


@transaction.atomic
def confirm(ruling: Ruling, *, by: Officer) -> None:
    """Let a stale ruling stand for what is there now; one on a passage takes the whole field then.

    Raises:
        NoSuchPlace: its record is not there any more.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(ruling.dsr)
    part = Part.objects.select_related("file", "pull__source").filter(
        pull__dsr=dsr, pull__source=ruling.source_id, collection=ruling.collection, form="json"
    ).first()  # fmt: skip
    number = _number(part, ruling) if part else None
    if part is None or number is None:
        raise NoSuchPlace
    extent = Extent.FIELD if ruling.extent == Extent.PASSAGE else Extent(ruling.extent)
    now = _ruling(dsr, Spot(part, extent, number, ruling.field))
    Ruling.objects.filter(pk=ruling.pk).update(stale=False, seen=now.seen, number=number, extent=extent)
    record("review.confirmed", by=by.actor, dsr_id=dsr.pk, source=ruling.source.name, collection=ruling.collection, extent=extent)


def reviewing(dsr: SubjectRequest) -> SubjectRequest:
    """Raises: StaleState: the answer is not under review any more."""
    dsr = locked(dsr)
    if dsr.stage != State.REVIEWING or not is_reviewed(dsr):
        raise StaleState(f"{dsr.reference} is not under review")
    return dsr


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the rulings on requests whose time is over only how many there were, and on what grounds."""
    Ruling.objects.filter(dsr__in=dsrs).update(place=None, note=None, record=None, seen=None)
    for room in (Note, Presence, Scan):
        room.objects.filter(dsr__in=dsrs).delete()


def _ruling(dsr: SubjectRequest, spot: Spot) -> Ruling:
    part = spot.part
    ruling = Ruling(
        dsr=dsr, source=part.pull.source, collection=part.collection, field=spot.field, extent=spot.extent, kind=spot.kind,
        number=spot.number, records=part.records if spot.extent in (Extent.COLUMN, Extent.KIND) else 1,
    )  # fmt: skip
    info = described(part.pull.source).get(part.collection)
    if info is None or (spot.field and spot.field not in {field.name for field in info.fields}):
        raise NoSuchPlace
    if spot.extent in (Extent.COLUMN, Extent.KIND):
        return ruling
    text = _text(part, spot.number)
    fields, digests = list(members(text)), digests_of(dsr)
    ruling.record = digests.of_record(text, fields, keys_of(info))
    whole = next((one for one in fields if one.name == spot.field), None)
    if spot.field and whole is None:
        raise NoSuchPlace
    ruling.seen = digests.of(text[whole.start : whole.end] if whole else text)
    if spot.extent == Extent.PASSAGE:
        ruling.place = _place(whole.value if whole else None, spot.span)
    return ruling


def _place(value: object, span: Span | None) -> dict[str, int]:
    if span is None or not isinstance(value, str) or not 0 <= span[0] < span[1] <= len(value):
        raise NoSuchPlace
    return {"start": span[0], "end": span[1]}


def _text(part: Part, number: int | None) -> str:
    if number is None or not 0 <= number < part.records:
        raise NoSuchPlace
    with vault.reading(part.file) as reader:
        return next(iter(reader.records(number, 1))).decode()


def _number(part: Part, ruling: Ruling) -> int | None:
    """Return where the record of a ruling stands now, from 0; None where it is gone."""
    info, digests = described(part.pull.source).get(part.collection), digests_of(ruling.dsr)
    if info is None:
        return None
    with vault.reading(part.file) as reader:
        for number, text in enumerate(map(bytes.decode, reader.records(0, part.records))):
            if digests.of_record(text, list(members(text)), keys_of(info)) == bytes(ruling.record or b""):
                return number
    return None


def _check_is_new(dsr: SubjectRequest, ruling: Ruling, spot: Spot) -> None:
    same = dsr.rulings.live().filter(
        source=ruling.source, collection=ruling.collection, field=ruling.field, extent=ruling.extent, kind=ruling.kind,
        record=ruling.record,
    )  # fmt: skip
    for one in same.select_related("by"):
        if spot.extent != Extent.PASSAGE or one.place == ruling.place:
            raise Decided(one.by, one.at)

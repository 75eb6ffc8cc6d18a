"""The deed: a committed intent, the change, what was read back, and the receipt. Every one of them survives a killed worker."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.changes.asking import changer, whom
from requests_app.changes.models import Deed, Entry, Stand
from requests_app.connectors.changing import Became, Change, Changer, Receipt
from requests_app.connectors.erasing import Key
from requests_app.correspondence.services import tell_officers
from requests_app.errands import services as errands
from requests_app.errands.models import Deed as Errands
from requests_app.holds.restrictions import Restriction
from requests_app.ledger.services import enqueue
from requests_app.sources.models import Source
from requests_app.sources.services import writing_config
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

_TO_DO = (Stand.ACCEPTED, Stand.RUNNING)
_STANDS: Mapping[Became, Stand] = {
    Became.DONE: Stand.DONE, Became.FOUND: Stand.DONE, Became.STALE: Stand.STALE, Became.GONE: Stand.STALE,
    Became.REFUSED: Stand.FAILED, Became.UNTRUE: Stand.FAILED,
}  # fmt: skip


class Intent(StrEnum):
    """What a worker may do now."""

    GO = "go"
    AGAIN = "again"  # an intent stood there: first look what has happened
    OVER = "over"


@transaction.atomic
def start_run(dsr: SubjectRequest) -> None:
    """Have everything that was accepted carried out."""
    dsr = locked(dsr)
    if dsr.stage == State.FULFILLING:
        begin(dsr, Deed.RESTRICT)
        begin(dsr, Deed.CORRECT)
        settle_run(dsr)


def begin(dsr: SubjectRequest, deed: Deed) -> None:
    """Hand what was accepted to the workers, system by system, and to people what no worker can do."""
    todo = list(dsr.entries.filter(stand=Stand.ACCEPTED, deed=deed).select_related("source"))
    by_hand = [entry for entry in todo if not entry.field or entry.bounds.fixed or changer(entry.source) is None]
    Entry.objects.filter(pk__in=[entry.pk for entry in by_hand]).update(stand=Stand.BY_HAND)
    if [entry for entry in by_hand if not _asked_of_people(entry)]:
        tell_officers(dsr, "officer_change_by_hand")
    for source in {entry.source for entry in todo if entry not in by_hand}:
        ask_run(dsr, source, deed)


def _asked_of_people(entry: Entry) -> bool:
    """Have the keeper of a system without an API do it; False where there is none."""
    if not entry.source.is_of_people or entry.deed not in Errands.values:
        return False
    try:
        errands.ask(entry.dsr, entry.source, Errands(entry.deed), about=entry.pk)
    except errands.NobodyAnswers:
        return False
    return True


def ask_run(dsr: SubjectRequest, source: Source, deed: Deed) -> None:
    times = dsr.steps.filter(kind="changes.run", source=source).count()
    enqueue("changes.run", key=f"change:{dsr.pk}:{source.pk}:{deed}:{times}", dsr=dsr, source=source, deed=deed.value)


@transaction.atomic
def intend(dsr: SubjectRequest, source: Source, deed: Deed) -> tuple[Intent, list[Entry]]:
    """Write down that these values are changed now."""
    locked(dsr)
    entries = list(dsr.entries.select_for_update(no_key=True).filter(source=source, deed=deed, stand__in=_TO_DO))
    if not entries or not _may_run(dsr, deed):
        return Intent.OVER, []
    again = any(entry.stand == Stand.RUNNING for entry in entries)
    dsr.entries.filter(pk__in=[entry.pk for entry in entries]).update(stand=Stand.RUNNING, intent_at=Now())
    record("changes.intended", by=SYSTEM, dsr_id=dsr.pk, source=source.name, deed=deed.value, fields=len(entries))
    return (Intent.AGAIN if again else Intent.GO), entries


def _may_run(dsr: SubjectRequest, deed: Deed) -> bool:
    stage = State(SubjectRequest.objects.values_list("state", flat=True).get(pk=dsr.pk))
    return stage == (State.ANSWERED if deed == Deed.LIFT else State.FULFILLING)


def carry_out(
    dsr: SubjectRequest, source: Source, entries: Sequence[Entry], *, again: bool, hold: Callable[[], None]
) -> dict[str, Receipt]:
    """Make the changes, and read each back on a connection of its own. `again`: it was begun before, so first look.

    Raises:
        SourceFault: the system did not answer; what was done, the next time tells.
    """
    able = changer(source)
    if able is None:
        return {}
    changes = {one.name: one for one in (entry.change for entry in entries)}
    receipts = _found(able, source, changes) if again else {}
    if left := [one for name, one in changes.items() if name not in receipts]:
        hold()
        receipts |= {one.name: one for one in able.change(writing_config(source), whom(dsr, source), left)}
        receipts |= _untrue(able, source, {one.name: one for one in left}, receipts)
    return receipts


def _found(able: Changer, source: Source, changes: Mapping[str, Change]) -> dict[str, Receipt]:
    """Return receipts for what was done before somebody was killed."""
    now = _now(able, source, list(changes.values()))
    limits = able.limits(writing_config(source), _fields(list(changes.values())))
    return {
        name: Receipt(name, Became.FOUND, value)
        for name, one in changes.items()
        if (value := now.get(name, one.old)) != one.old and limits[one.collection][one.field].same(value, one.new)
    }


def _untrue(able: Changer, source: Source, changes: Mapping[str, Change], receipts: Mapping[str, Receipt]) -> dict[str, Receipt]:
    """Return what the system said that it had done, and has not: asked once more, after it was committed."""
    said = [changes[name] for name, one in receipts.items() if one.became is Became.DONE and name in changes]
    now = _now(able, source, said)
    limits = able.limits(writing_config(source), _fields(said)) if said else {}
    return {
        one.name: Receipt(one.name, Became.UNTRUE, now.get(one.name))
        for one in said
        if one.name not in now or not limits[one.collection][one.field].same(now[one.name], one.new)
    }


def _now(able: Changer, source: Source, changes: Sequence[Change]) -> dict[str, str | None]:
    """Return what stands in the fields now, by the name of the change; what is gone is left out."""
    if not changes:
        return {}
    at: dict[tuple[str, Key], None] = dict.fromkeys((one.collection, one.key) for one in changes)
    held = {(one.collection, one.key): one.values for one in able.now(writing_config(source), at, _fields(changes))}
    known = ((one, held.get((one.collection, one.key))) for one in changes)
    return {one.name: values[one.field] for one, values in known if values is not None}


def _fields(changes: Sequence[Change]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(one.collection for one in changes)
    return {name: tuple(dict.fromkeys(one.field for one in changes if one.collection == name)) for name in names}


@transaction.atomic
def finish(dsr: SubjectRequest, source: Source, entries: Sequence[Entry], receipts: Mapping[str, Receipt]) -> None:
    """Keep the receipts, and settle the request if it was the last system."""
    for entry in entries:
        _keep(entry, receipts[entry.change.name])
    counts = dict.fromkeys(_STANDS.values(), 0)
    for receipt in receipts.values():
        counts[_STANDS[receipt.became]] += 1
    record("changes.done", by=SYSTEM, dsr_id=dsr.pk, source=source.name, **{stand.value: count for stand, count in counts.items()})
    if counts[Stand.STALE] or counts[Stand.FAILED]:
        tell_officers(dsr, "officer_change_stale")
    settle(dsr)


def _keep(entry: Entry, receipt: Receipt) -> None:
    entry.stand = _STANDS[receipt.became]
    entry.fault = "" if entry.stand == Stand.DONE else receipt.became.value
    entry.found = receipt.now if receipt.became is Became.STALE else None
    entry.proof = {"how": receipt.became.value, "read_back": "by_key", **({"told": receipt.told[:300]} if receipt.told else {})}
    if entry.stand == Stand.DONE:
        entry.done_at = Now()
    entry.save(update_fields=["stand", "fault", "found", "proof", "done_at"])


@transaction.atomic
def fail(dsr: SubjectRequest, source: Source, deed: Deed, code: str) -> None:
    """Note that a system failed for good; the others are not stopped by it. An officer sees it, and decides."""
    dsr.entries.filter(source=source, deed=deed, stand__in=_TO_DO).update(stand=Stand.FAILED, fault=code)
    record("changes.failed", by=SYSTEM, dsr_id=dsr.pk, source=source.name, code=code)
    tell_officers(dsr, "officer_stuck")
    settle(dsr)


def settle(dsr: SubjectRequest) -> None:
    settle_run(dsr)
    settle_lift(dsr)


def settle_run(dsr: SubjectRequest) -> None:
    """Answer once nothing is left to be changed. The lock makes the last of two that end together see the other."""
    dsr = locked(dsr)
    if dsr.stage == State.FULFILLING and not dsr.entries.unsettled().exists():
        advance(dsr, Move.ANSWER, by=SYSTEM)


def settle_lift(dsr: SubjectRequest) -> None:
    """Note that a restriction is over once nothing is left to undo."""
    lifted = dsr.entries.filter(deed=Deed.LIFT)
    over = lifted.exists() and not lifted.unsettled().exists()
    if over and Restriction.objects.filter(dsr=dsr, lifted_at=None).update(lifted_at=Now()):
        record("restriction.lifted", by=SYSTEM, dsr_id=dsr.pk)

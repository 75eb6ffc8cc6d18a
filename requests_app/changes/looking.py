"""Asking every system for the fields that may be changed, and no more than those."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.changes.asking import CORRECTION, RESTRICTION, changer, is_found, reached, shower, wanted, whom
from requests_app.changes.models import Deed, Entry, Look, LookState, Stand
from requests_app.connectors.changing import HELD, Changer, Held, Limit
from requests_app.connectors.correctable import Rule
from requests_app.ledger.services import enqueue
from requests_app.matching.models import MatchState
from requests_app.sources.models import Source
from requests_app.sources.services import answering, inventory, writing_config
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, locked


@dataclass(frozen=True, slots=True)
class Seen:
    """What one system showed. `more`: it holds more records than are taken at once."""

    entries: tuple[Entry, ...]
    more: bool = False


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Ask every system in which the person was found and which has not answered yet."""
    matches = list(dsr.matches.select_related("source"))
    dsr.looks.exclude(source__in=[match.source for match in matches]).delete()
    for match in matches:
        look, made = Look.objects.get_or_create(dsr=dsr, source=match.source)
        if match.state == MatchState.FAILED:
            Look.objects.filter(pk=look.pk).update(state=LookState.FAILED, fault=match.fault)
        elif made or look.state == LookState.FAILED:
            _ask(look, again=not made)
    settle(dsr)


def _ask(look: Look, *, again: bool) -> None:
    if again:
        Look.objects.filter(pk=look.pk).update(state=LookState.WAITING, fault="", round=F("round") + 1, asked_at=Now())
        look.refresh_from_db()
    enqueue("changes.look", key=f"look:{look.pk}:{look.round}", dsr=look.dsr, source=look.source, look=str(look.pk))


def seen(look: Look) -> Seen:
    """Ask one system, by the account that may write if there is one. Nothing is touched.

    Raises:
        SourceFault: it did not answer.
    """
    dsr, source = look.dsr, look.source
    if not is_found(dsr, source):
        return Seen(())
    able, fields = shower(source), wanted(dsr, source)
    if able is None or not fields:
        return Seen(tuple(_by_hand(dsr, source, is_shown=able is not None)))
    with answering(source):
        return _asked(dsr, source, able)


def _asked(dsr: SubjectRequest, source: Source, able: Changer) -> Seen:
    way, fields = reached(source), wanted(dsr, source)
    limits = able.limits(way, fields)
    entries, counts, more = [], dict.fromkeys(fields, 0), False
    for held in able.held(way, whom(dsr, source), fields):
        counts[held.collection] += 1
        if counts[held.collection] > HELD:
            more = True
        else:
            entries += list(_entries(dsr, source, held, counts[held.collection], limits[held.collection]))
    for position, entry in enumerate(entries):
        entry.position = position
        entry.number = entry.number if counts[entry.collection] > 1 else 0
    return Seen(tuple(entries), more)


def _entries(dsr: SubjectRequest, source: Source, held: Held, number: int, limits: Mapping[str, Limit]) -> Iterator[Entry]:
    info = next(one for one in inventory(source).collections if one.name == held.collection)
    rules = {one.name: one.correct for one in info.fields}
    restricts = info.restriction if dsr.right == RESTRICTION else None
    deed, stand = (Deed.RESTRICT, Stand.PROPOSED) if restricts else (Deed.CORRECT, Stand.OFFERED)
    for name, value in held.values.items():
        yield Entry(
            dsr=dsr, source=source, deed=deed, stand=stand, collection=held.collection, number=number, field=name,
            rule=rules.get(name, Rule.OFFICER).value, shared=held.shared, limit=asdict(limits[name]), key=list(held.key),
            old=value, new=restricts.value if restricts else None,
        )  # fmt: skip


def _by_hand(dsr: SubjectRequest, source: Source, *, is_shown: bool) -> Iterator[Entry]:
    """A person does what the product cannot, and the answer names the system. What holds nothing correctable needs nobody."""
    if dsr.right == RESTRICTION or (not is_shown and wanted(dsr, source)):
        yield Entry(dsr=dsr, source=source, deed=Deed.RESTRICT if dsr.right == RESTRICTION else Deed.CORRECT, stand=Stand.PROPOSED)


@transaction.atomic
def keep(look: Look, found: Seen) -> None:
    """Keep what a system showed in place of what it showed before, and settle the request if it was the last."""
    dsr = locked(look.dsr)
    if not dsr.is_open:
        return
    Entry.objects.filter(dsr=dsr, source=look.source).delete()
    Entry.objects.bulk_create(found.entries)
    Look.objects.filter(pk=look.pk).update(state=LookState.DONE, fault="", more=found.more)
    record("changes.shown", by=SYSTEM, dsr_id=dsr.pk, source=look.source.name, fields=len(found.entries), more=found.more)
    settle(dsr)


@transaction.atomic
def fail(look: Look, code: str) -> None:
    """Note that a system did not answer; the others are not stopped by it."""
    Look.objects.filter(pk=look.pk).update(state=LookState.FAILED, fault=code)
    record("changes.not_shown", by=SYSTEM, dsr_id=look.dsr_id, source=look.source.name, code=code)
    settle(look.dsr)


def settle(dsr: SubjectRequest) -> None:
    """Move the request on once no system is being asked. The lock makes the last of two that end together see the other."""
    dsr = locked(dsr)
    if Move.OFFER_FIELDS not in dsr.moves or dsr.looks.filter(state=LookState.WAITING).exists():
        return
    offers = dsr.right == CORRECTION and dsr.entries.exclude(field="").exists()
    advance(dsr, Move.OFFER_FIELDS if offers else Move.FINISH_COLLECTION, by=SYSTEM)


def failed(dsr: SubjectRequest) -> Iterable[Look]:
    return dsr.looks.filter(state=LookState.FAILED).select_related("source")


@transaction.atomic
def ask_again(dsr: SubjectRequest) -> None:
    """Have the systems asked whether what was proposed is still about the value that the customer saw."""
    times = dsr.transitions.count()
    proposed = dsr.entries.filter(deed=Deed.CORRECT).undecided().exclude(field="").select_related("source")
    for source in {entry.source for entry in proposed}:
        enqueue("changes.recheck", key=f"recheck:{dsr.pk}:{source.pk}:{times}", dsr=dsr, source=source)


def moved(dsr: SubjectRequest, source: Source) -> dict[UUID, str | None]:
    """Return by field what stands there now, where that is not what the customer saw.

    Raises:
        SourceFault: the system did not answer.
    """
    able, entries = changer(source), list(dsr.entries.filter(source=source).undecided().exclude(field=""))
    if able is None or not entries:
        return {}
    fields = {name: tuple(dict.fromkeys(one.field for one in entries if one.collection == name)) for name in _collections(entries)}
    with answering(source):
        at = dict.fromkeys((one.collection, tuple(one.key or ())) for one in entries)
        held = {(one.collection, one.key): one.values for one in able.now(writing_config(source), at, fields)}
    now = {entry: held.get((entry.collection, tuple(entry.key or ()))) for entry in entries}
    return {entry.pk: values[entry.field] for entry, values in now.items() if values and values[entry.field] != entry.old}


def _collections(entries: Iterable[Entry]) -> Iterable[str]:
    return dict.fromkeys(entry.collection for entry in entries)


@transaction.atomic
def keep_moved(dsr: SubjectRequest, source: Source, found: Mapping[UUID, str | None]) -> None:
    """Show the officer what stands in the systems now, beside what the customer saw."""
    locked(dsr)
    for entry in dsr.entries.filter(source=source, pk__in=list(found)).undecided():
        entry.found = found[entry.pk] or ""
        entry.save(update_fields=["found"])
    if found:
        record("changes.moved", by=SYSTEM, dsr_id=dsr.pk, source=source.name, fields=len(found))

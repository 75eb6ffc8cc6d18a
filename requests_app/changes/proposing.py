"""The customer's part: value by value what is right instead, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.changes.models import Deed, Entry, Stand
from requests_app.changes.showing import Known
from requests_app.connectors.changing import Misfit
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked


class NotOpen(Exception):
    """Nothing waits for that: the request has gone on, or the field is not asked about."""


class NothingProposed(Exception):
    """No value differs from what stands there."""


class DoesNotFit(Exception):
    """Values that the systems cannot take; `misfits` are by field."""

    def __init__(self, misfits: Mapping[UUID, Misfit]) -> None:
        super().__init__(f"{len(misfits)} values do not fit")
        self.misfits = misfits


@dataclass(frozen=True, slots=True)
class Proposal:
    """What shall stand in a field: `new`, or nothing at all; and why."""

    new: str
    empties: bool = False
    why: str = ""

    @property
    def value(self) -> str | None:
        return None if self.empties else self.new


def misfits(entries: Mapping[UUID, Entry], proposals: Mapping[UUID, Proposal]) -> dict[UUID, Misfit]:
    """Return by field why a proposed value cannot stand there."""
    found = {pk: entries[pk].bounds.misfit(one.value) for pk, one in proposals.items() if pk in entries}
    return {pk: misfit for pk, misfit in found.items() if misfit and misfit is not Misfit.FIXED}


def offered(dsr: SubjectRequest) -> dict[UUID, Entry]:
    """Return the fields that the customer may say something about now."""
    shown = dsr.entries.filter(deed=Deed.CORRECT, stand__in=[Stand.OFFERED, Stand.ASKED, Stand.PROPOSED]).exclude(field="")
    return {entry.pk: entry for entry in shown.select_related("source")}


@transaction.atomic
def propose(dsr: SubjectRequest, proposals: Mapping[UUID, Proposal]) -> None:
    """Take down what the customer proposes, and hand it to the officers. A field that is not named stays as it is.

    Raises:
        NotOpen: the request waits for something else.
        NothingProposed: there is no value that differs.
        DoesNotFit: a system could not take a value.
    """
    dsr = locked(dsr)
    if dsr.stage != State.PROPOSING:
        raise NotOpen
    entries = offered(dsr)
    told = {pk: one for pk, one in proposals.items() if pk in entries and not entries[pk].bounds.same(one.value, entries[pk].old)}
    if not told and all(entry.stand == Stand.OFFERED for entry in entries.values()):
        raise NothingProposed
    if wrong := misfits(entries, told):
        raise DoesNotFit(wrong)
    for pk, entry in entries.items():
        _take_down(entry, told.get(pk))
    _also_elsewhere(entries, told)
    record("changes.proposed", by=CUSTOMER, dsr_id=dsr.pk, fields=len(told))
    advance(dsr, Move.PROPOSE, by=CUSTOMER)


def _take_down(entry: Entry, said: Proposal | None) -> None:
    """What was proposed before and is not said again is taken back."""
    if said is None:
        if entry.stand != Stand.OFFERED:
            _save(entry, stand=Stand.OFFERED, new=None, empties=False, why=None, same_as=None)
        return
    new = None if said.empties else said.new
    _save(entry, stand=Stand.PROPOSED, new=new, empties=said.empties, why=said.why or entry.why, proposed_at=Now(), same_as=None)


def _also_elsewhere(entries: Mapping[UUID, Entry], told: Mapping[UUID, Proposal]) -> None:
    """Put the same change to the officer wherever the same value stands in a field of the same kind. She decides."""
    known = Known({entry.source for entry in entries.values()})
    for pk, said in told.items():
        mine = entries[pk]
        for other in _alike(mine, entries, told, known):
            if other.bounds.misfit(said.value) is None:
                _save(other, stand=Stand.PROPOSED, new=mine.new, empties=said.empties, why=None, proposed_at=Now(), same_as=mine)


def _alike(mine: Entry, entries: Mapping[UUID, Entry], told: Mapping[UUID, Proposal], known: Known) -> Iterator[Entry]:
    kinds = known.categories(mine)
    for pk, other in entries.items():
        same = other.stand == Stand.OFFERED and other.old == mine.old and known.categories(other) == kinds
        if pk not in told and kinds and mine.old and same:
            yield other


def _save(entry: Entry, **values: object) -> None:
    for name, value in values.items():
        setattr(entry, name, value)
    entry.save(update_fields=list(values))

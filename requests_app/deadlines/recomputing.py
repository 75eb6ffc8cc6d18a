"""Computing the dates of open requests anew after a law or a calendar has changed: batch by batch, to be resumed at any point.

Requests that came on one day, for one right, under the same laws, at one brand have the same dates, as long as nobody was
asked anything and nobody took more time: those are computed once and written by one statement. The others go one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.deadlines import dates, reminders
from requests_app.deadlines.dates import Dates, edition, under
from requests_app.deadlines.limits import Happened
from requests_app.deadlines.models import Extension, Pause
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.names import chief
from requests_app.jurisdictions.vocabulary import ClockKind, TermUnit
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest

AT_ONCE: Final = 20_000  # requests of one transaction


@dataclass(frozen=True, slots=True)
class _Alike:
    """Requests that have the same dates; `single`: they were paused or given more time, and have dates of their own."""

    right: str
    regimes: tuple[str, ...]
    brand: Brand
    received_on: date
    legal_on: date | None
    safe_on: date | None
    single: bool

    @property
    def counts_hours(self) -> bool:
        laws = (REGIMES[name] for name in self.regimes if name in REGIMES)
        clocks = (law.clock(ClockKind.ANSWER, chief(self.right), self.received_on) for law in laws)
        return any(clock is not None and clock.unit == TermUnit.HOUR for clock in clocks)

    def dates(self) -> Dates:
        known = tuple(name for name in self.regimes if name in REGIMES) or (self.brand.regime,)
        happened = Happened(start=self.received_on)
        return under(known, right=self.right, brand=self.brand, happened=happened)


def recompute() -> int:
    """Compute the dates of every open request anew that another edition of laws and calendars gave; return how many.

    What somebody works on at this moment waits for the next time.
    """
    done = 0
    for side in ("lt", "gt"):
        while many := _batch(side):
            done += many
    return done


@transaction.atomic
def _batch(side: str) -> int:
    found = _alike(side)
    moved: list[tuple[_Alike, Dates, list[UUID]]] = []
    for group, dsrs in found.items():
        if group.single or group.counts_hours:
            for dsr in SubjectRequest.objects.select_related("brand").filter(pk__in=dsrs):
                dates.keep(dsr, by=SYSTEM, because="recomputed")
            continue
        new = group.dates()
        written = {"regime": new.regime, "due_legal_on": new.legal_on, "due_safe_on": new.safe_on, "dates_by": edition()}
        SubjectRequest.objects.filter(pk__in=dsrs).update(**written)
        if (group.legal_on, group.safe_on) != (new.legal_on, new.safe_on):
            moved.append((group, new, dsrs))
    _tell_of(moved)
    return sum(len(dsrs) for dsrs in found.values())


def _alike(side: str) -> dict[_Alike, list[UUID]]:
    """Take some of the requests whose dates are of another edition, and put those together that have the same."""
    brands = Brand.objects.in_bulk()
    zones = {number: ZoneInfo(brand.time_zone) for number, brand in brands.items()}
    single = Exists(Pause.objects.filter(dsr=OuterRef("pk"))) | Exists(Extension.objects.filter(dsr=OuterRef("pk")))
    outdated = SubjectRequest.objects.open().filter(**{f"dates_by__{side}": edition()}).annotate(single=single)
    taken = outdated.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE]
    groups: dict[_Alike, list[UUID]] = defaultdict(list)
    for dsr, brand, right, regimes, regime, received_at, legal_on, safe_on, is_single in taken.values_list(
        "pk", "brand", "right", "regimes", "regime", "received_at", "due_legal_on", "due_safe_on", "single"
    ):
        day = received_at.astimezone(zones[brand]).date()
        groups[_Alike(right, tuple(regimes or [regime]), brands[brand], day, legal_on, safe_on, is_single)].append(dsr)
    return groups


def _tell_of(moved: Sequence[tuple[_Alike, Dates, list[UUID]]]) -> None:
    """Write down which dates moved, and remind by the new ones."""
    for group, new, dsrs in moved:
        for dsr in dsrs:
            _tell(dsr, group, new)
    reminders.plan_many([
        reminders.Dates(dsr, group.received_on, new.safe_on, new.acknowledge_on)
        for group, new, dsrs in moved if group.safe_on != new.safe_on for dsr in dsrs
    ])  # fmt: skip


def _tell(dsr: UUID, group: _Alike, found: Dates) -> None:
    record(
        "deadline.computed", by=SYSTEM, dsr_id=dsr, because="recomputed", regimes=",".join(group.regimes),
        legal=found.legal_on.isoformat(), safe=found.safe_on.isoformat(), edition=edition(),
    )  # fmt: skip

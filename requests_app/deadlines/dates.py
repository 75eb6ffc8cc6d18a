"""The dates of one request under all the laws that apply to it: the earliest counts.

Pure, except for `of` and `keep`, which read and write what the product knows of a request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.deadlines import calendars, reminders
from requests_app.deadlines.limits import Happened, Limit, Limits
from requests_app.deadlines.models import Extension
from requests_app.deadlines.pauses import Question
from requests_app.deadlines.services import NoTerm, answer, promise
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.names import chief
from requests_app.jurisdictions.vocabulary import EVERY, ClockKind, Duty
from requests_app.values import Actor
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of

COMPLAINT: Final = "complaint"
APPEAL: Final = "appeal"
# What officers ask about, and what the laws call it: each law knows some of these, and a day is never counted twice.
TRIGGERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "identity": ("identity_doubt", "identity_information", "authentication_failed"),
    "clarification": ("clarification",),
    "fee": ("fee_reflection",),
})  # fmt: skip


CHILD: Final = "child"  # the ground of an erasure of a child's data: `rights.erasure.Ground`


class NoLaw(Exception):
    """No law gives the request a term."""


@dataclass(frozen=True, slots=True)
class Under:
    """The dates under one law."""

    regime: str
    limits: Limits

    def legal(self, *, extended: bool) -> Limit:
        return (self.limits.extended_legal if extended else None) or self.limits.due_legal

    def safe(self, *, extended: bool) -> Limit:
        return (self.limits.extended_safe if extended else None) or self.limits.due_safe


@dataclass(frozen=True, slots=True)
class Dates:
    """When a request must be answered, and when its receipt must be acknowledged, under each of its laws."""

    answer: tuple[Under, ...]
    acknowledgement: tuple[Under, ...]
    extended: bool = False
    until: date | None = None  # what another tool told the person, where that is earlier than what the laws would allow

    @property
    def legal_on(self) -> date:
        return self._at_most(min(one.legal(extended=self.extended).on for one in self.answer))

    @property
    def safe_on(self) -> date:
        return self._at_most(min(one.safe(extended=self.extended).on for one in self.answer))

    def _at_most(self, on: date) -> date:
        return min(on, self.until) if self.until else on

    @property
    def regime(self) -> str:
        """The law whose date comes first; of what only adds to a law, the law."""
        first = min(self.answer, key=lambda one: (one.safe(extended=self.extended).on, one.legal(extended=self.extended).on))
        return REGIMES[first.regime].parent or first.regime

    @property
    def acknowledge_on(self) -> date | None:
        return min((one.limits.due_safe.on for one in self.acknowledgement), default=None)

    @property
    def longer_on(self) -> date | None:
        """The cautious date after an extension, or None where no law gives one that helps: a law without it still binds."""
        longer = min(one.safe(extended=True).on for one in self.answer)
        return longer if longer > min(one.safe(extended=False).on for one in self.answer) else None

    @property
    def longest(self) -> date:
        """The law's outer date after an extension."""
        return min(one.legal(extended=True).on for one in self.answer)

    @property
    def notice_by(self) -> date | None:
        """Until when the letter about an extension must have gone out."""
        return min((one.limits.notice_due.on for one in self.answer if one.limits.notice_due), default=None)


def under(regimes: Sequence[str], *, right: str, brand: Brand, happened: Happened, extended: bool = False) -> Dates:
    """Return the dates of `right` under every one of `regimes`; a law that an overlay adds to is counted as that overlay counts it.

    A complaint is answered when `brand` promises, and acknowledged when a law says.

    Raises:
        NoLaw: none of the laws has a term.
        ContradictoryPauses: the questions cannot have been so.
    """
    names = _standing(regimes)
    if right == COMPLAINT:
        promised = Under(names[0], promise(REGIMES[names[0]], brand.complaint_days, happened))
        return Dates((promised,), tuple(_under(names, Duty.COMPLAINT_ACK, ClockKind.DUTY, brand, happened)))
    kind, about = (ClockKind.APPEAL, EVERY) if right == APPEAL else (ClockKind.ANSWER, chief(right).value)
    found = tuple(_under(names, about, kind, brand, happened))
    if not found:
        raise NoLaw(", ".join(regimes) or "none")
    heard = () if right == APPEAL else tuple(_under(names, EVERY, ClockKind.ACKNOWLEDGEMENT, brand, happened))
    return Dates(found, heard, extended)


def of(dsr: SubjectRequest) -> Dates:
    """Return the dates of `dsr` as they are today, from its receipt, its questions and its extension."""
    zone = ZoneInfo(dsr.brand.time_zone)
    asked = dsr.pauses.values_list("trigger", "asked_at", "ended_at")
    received = dsr.received_at.astimezone(zone)
    happened = Happened(
        start=received,
        questions=tuple(
            Question(trigger, _day(at, zone), _day(until, zone) if until else None)
            for about, at, until in asked
            for trigger in TRIGGERS[about]
        ),
        today=max(today_of(dsr.brand), received.date()),
        zone=zone,
    )
    held = list(Extension.objects.filter(dsr=dsr, holds_from__isnull=False).values_list("until", flat=True))
    found = under(laws_of(dsr), right=dsr.right, brand=dsr.brand, happened=happened, extended=bool(held))
    return replace(found, until=held[0]) if held else found


@transaction.atomic
def keep(dsr: SubjectRequest, *, by: Actor, because: str) -> Dates:
    """Compute the dates of `dsr` anew, write them to it, and remind by them. `because` is a code for the audit line."""
    dates = of(dsr)
    dsr.regime, dsr.due_legal_on, dsr.due_safe_on, dsr.dates_by = dates.regime, dates.legal_on, dates.safe_on, edition()
    received_on = dsr.received_at.astimezone(ZoneInfo(dsr.brand.time_zone)).date()
    dsr.due_safe_on = prompt(dsr.brand, dsr.ground, received_on, dates.safe_on)
    dsr.save(update_fields=["regime", "due_legal_on", "due_safe_on", "dates_by"])
    record(
        "deadline.computed", by=by, dsr_id=dsr.pk, because=because, regimes=",".join(laws_of(dsr)),
        legal=dates.legal_on.isoformat(), safe=dsr.due_safe_on.isoformat(), edition=edition(),
    )  # fmt: skip
    reminders.plan(dsr, received_on=received_on, safe_on=dsr.due_safe_on, acknowledge_on=dates.acknowledge_on)
    return dates


def prompt(brand: Brand, ground: str, received_on: date, safe_on: date) -> date:
    """Return the safe date: of a child's data the shop's own, which is near, however long a law gives."""
    return min(safe_on, received_on + timedelta(days=brand.child_days)) if ground == CHILD else safe_on


def count_down(dsr: SubjectRequest) -> None:
    """Begin to remind of a request that was proven just now: nobody can have asked its person anything yet."""
    received = dsr.received_at.astimezone(ZoneInfo(dsr.brand.time_zone))
    happened = Happened(start=received)
    found = under(laws_of(dsr), right=dsr.right, brand=dsr.brand, happened=happened)
    acknowledge_on = None if dsr.taken_over_at else found.acknowledge_on  # the tool before this one did
    reminders.plan(dsr, received_on=received.date(), safe_on=dsr.due_safe_on, acknowledge_on=acknowledge_on)


@cache
def edition() -> str:
    """Return by which laws and calendars dates are computed in this process: it changes when any of them does."""
    digest = sha256(version("holidays").encode())
    for path in sorted([*REGIMES.folder.glob("*.yaml"), *Path(calendars.__file__).parent.glob("*.*")]):
        if path.suffix in {".yaml", ".py"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:40]


def _standing(regimes: Sequence[str]) -> tuple[str, ...]:
    """Return the laws to count by: what adds to a law stands for it."""
    added_to = {REGIMES[name].parent for name in regimes}
    return tuple(name for name in regimes if name not in added_to)


def _under(names: Sequence[str], right: str, kind: ClockKind, brand: Brand, happened: Happened) -> Iterator[Under]:
    for name in names:
        try:
            yield Under(name, answer(happened, regime=name, establishment=brand.establishment, right=right, kind=kind))
        except NoTerm:
            continue


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()

"""How many requests were answered in time, and how many people proved who they are. What is counted here can be listed.

A request is in time when it was closed with an answer, a refusal being one, on or before the date that it bears: the
dates kept with it already hold its questions, its extension and its law (`deadlines.dates.keep`). One that is open
becomes late when its date has passed. What was withdrawn, or never confirmed, is neither.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Now

from requests_app.reports.asked import KEYS, By, local
from requests_app.workflow import metrics
from requests_app.workflow.models import SubjectRequestQuerySet, Transition
from requests_app.workflow.states import OPEN, UNPROVEN_RIGHTS, State

_ANSWERED: Final = Q(state__in=[State.ANSWERED, State.ERASED_IN_PART, State.REFUSED])
_OPEN: Final = Q(state__in=sorted(OPEN))
_PROVES: Final = ~Q(right__in=sorted(UNPROVEN_RIGHTS))
_LATE: Final = _ANSWERED & Q(closed_on__gt=F("due_legal_on")) | _OPEN & Q(today__gt=F("due_legal_on"))
_UNSAFE: Final = _ANSWERED & Q(closed_on__gt=F("due_safe_on")) | _OPEN & Q(today__gt=F("due_safe_on"))

# Everything that is counted, by the name under which it is listed.
COUNTS: Final[Mapping[str, Q]] = MappingProxyType(
    {
        "received": Q(),
        "on_time": _ANSWERED & Q(closed_on__lte=F("due_legal_on")),
        "safe": _ANSWERED & Q(closed_on__lte=F("due_safe_on")),
        "late": _LATE,
        "unsafe": _UNSAFE,
        "running": _OPEN & (Q(due_legal_on=None) | Q(today__lte=F("due_legal_on"))),
        "ended": Q(state__in=[State.WITHDRAWN, State.LAPSED]),
        "undated": _ANSWERED & Q(due_legal_on=None),
        "to_prove": _PROVES,
        "proven": _PROVES & Q(verified_at__isnull=False),
        "not_yet_proven": _PROVES & Q(verified_at=None) & _OPEN,
        "never_proven": _PROVES & Q(verified_at=None) & ~_OPEN,
    },
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one row; `key` is what it stands for, None for a request that no system was asked for."""

    key: Any
    counts: Mapping[str, int]

    def rate(self, good: str, bad: str) -> float | None:
        """Return the part of `good` in `good` and `bad` together, from 0 to 1; None where there is neither."""
        whole = self.counts[good] + self.counts[bad]
        return self.counts[good] / whole if whole else None

    @property
    def on_time(self) -> float | None:
        return self.rate("on_time", "late")

    @property
    def within_safe(self) -> float | None:
        return self.rate("safe", "unsafe")

    @property
    def completion(self) -> float | None:
        """How many of those whose time to prove is over have proven who they are."""
        return self.rate("proven", "never_proven")


def dated(found: SubjectRequestQuerySet) -> SubjectRequestQuerySet:
    """Let conditions of `COUNTS` be asked of `found`."""
    return found.alias(closed_on=local("closed_at"), today=local(Now()))


def counted(found: SubjectRequestQuerySet, by: By) -> list[Counted]:
    """Count `found` by `by`, in the order of its keys. One question. By source, a request counts once for each."""
    return [_read(row, "key_0") for row in _rows(found, by, in_order=True)]


def counted_by_each(found: SubjectRequestQuerySet, one: By, other: By) -> tuple[list[Counted], list[Counted]]:
    """Count `found` by `one`, and by `other`. One question, except by source: there a request may count more than once."""
    if By.SOURCE in {one, other}:
        return counted(found, one), counted(found, other)
    rows = list(_rows(found, one, other))
    return _folded(rows, "key_0"), _folded(rows, "key_1")


def _folded(rows: Iterable[Mapping[str, Any]], name: str) -> list[Counted]:
    """Sum rows that have the key called `name` in common, in its order."""
    known: dict[Any, list[Counted]] = {}
    for row in rows:
        known.setdefault(row[name], []).append(_read(row, name))
    return [replace(summed(known[key]), key=key) for key in sorted(known)]


def _read(row: Mapping[str, Any], name: str) -> Counted:
    return Counted(row[name], {count: row[f"n_{count}"] for count in COUNTS})


def _rows(found: SubjectRequestQuerySet, *groups: By, in_order: bool = False) -> Iterable[Mapping[str, Any]]:
    """Return the counts for each of the keys of `groups` together; to have them in order may sort every request first."""
    keys = {f"key_{number}": KEYS[by] for number, by in enumerate(groups)}
    # Every request has a brand; its number lies in the index that holds all the rest, so that no request itself is read.
    names: dict[str, Any] = {f"n_{name}": Count("brand", condition) for name, condition in COUNTS.items()}
    rows = dated(found).order_by().values(**keys).annotate(**names)
    return rows.order_by(*keys) if in_order else rows


def summed(rows: Iterable[Counted]) -> Counted:
    """Return the sum of rows that have no request in common."""
    known = list(rows)
    return Counted(None, {name: sum(row.counts[name] for row in known) for name in COUNTS})


def behind(found: SubjectRequestQuerySet, name: str) -> SubjectRequestQuerySet:
    """Narrow `found` to those that the count called `name` has counted.

    Raises:
        KeyError: nothing is counted under that name.
    """
    if name in _PLAIN:
        return found.filter(_PLAIN[name])
    return dated(found).filter(COUNTS[name])


# What stands on the page that a shop publishes; and who reached a stage (`times.STAGES`).
_PLAIN: Final[Mapping[str, Q]] = MappingProxyType(
    {f"published_{name}": metrics.counting(name) for name in metrics.COUNTS}
    | {
        "reached_proven": Q(verified_at__isnull=False),
        "reached_ready": Q(Exists(Transition.objects.filter(dsr=OuterRef("pk"), target=State.REVIEWING))),
        "reached_approved": Q(approved_at__isnull=False),
        "reached_closed": Q(closed_at__isnull=False),
    },
)
LISTED: Final = frozenset(COUNTS) | frozenset(_PLAIN)

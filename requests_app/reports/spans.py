"""The days that a report is about: a month, a quarter, a year, or from one day to another. Each shop has its own midnight."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

_NAMED: Final = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
QUARTER: Final = 3  # months
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100


class NoSpan(Exception):
    """No days are called so."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both among them."""

    first: date
    last: date

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the days of `2026`, `2026-Q4` or `2026-11`.

        Raises:
            NoSpan: it is none of these.
        """
        found = _NAMED.fullmatch(name)
        if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise NoSpan(name)
        year, quarter, month = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        if quarter:
            return cls._months(year, quarter * QUARTER - 2, quarter * QUARTER)
        return cls._months(year, month, month) if month else cls._months(year, 1, 12)

    @classmethod
    def _months(cls, year: int, first: int, last: int) -> Self:
        return cls(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    def within(self, other: "Span") -> "Span":
        """Return the days that both have; where there are none, `last` lies before `first`."""
        return Span(max(self.first, other.first), min(self.last, other.last))

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """Return when these days begin in `zone`, and when the day after them does."""
        there = ZoneInfo(zone)
        return datetime.combine(self.first, time.min, there), datetime.combine(self.last + timedelta(days=1), time.min, there)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // QUARTER}"


def recent(today: date) -> list[str]:
    """Return the names that somebody who looks today will want: this month and the last, and so for quarters and years."""
    months = [today, today.replace(day=1) - timedelta(days=1)]
    begun = Span.named(quarter_of(today)).first
    quarters = [begun, *_before(begun, 3)]
    years = [f"{today.year - back}" for back in range(3)]
    return [*map(month_of, months), *map(quarter_of, quarters), *years]


def _before(begun: date, many: int) -> Iterable[date]:
    for _ in range(many):
        begun = Span.named(quarter_of(begun - timedelta(days=1))).first
        yield begun

"""What a shop says of the duties that it has: only the shop knows whether a condition is met."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

_LEAP: Final = 2024


@dataclass(frozen=True, slots=True)
class Declared:
    """`on`, `off`: rows that the shop has, or has not. `registrations`: countries in which it is registered for its taxes.

    `year_end`: month and day of the end of its financial year.
    """

    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    registrations: tuple[str, ...] = ()
    year_end: tuple[int, int] = (12, 31)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read what stands at a brand."""
        month, day = said.get("financial_year_end", "12-31").split("-")
        return cls(
            frozenset(said.get("on", ())),
            frozenset(said.get("off", ())),
            tuple(said.get("registrations", ())),
            (int(month), int(day)),
        )

    @property
    def ends_with_a_month(self) -> bool:
        """Whether its financial year ends on the last day of a month, in every year."""
        month, day = self.year_end
        return day >= calendar.monthrange(_LEAP, month)[1]

    def year_of(self, day: date) -> date:
        """Return the end of the financial year in which `day` lies; 29 February is the last of February."""
        ends = (_within(year, *self.year_end) for year in (day.year, day.year + 1))
        return next(end for end in ends if end >= day)


def _within(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))

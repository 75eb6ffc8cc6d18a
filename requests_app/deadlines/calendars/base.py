"""What a calendar is: which days are closed at one place, who says so, and up to which year that is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

SATURDAY_SUNDAY: Final = frozenset({5, 6})
_DAY: Final = timedelta(days=1)
_SUNDAY: Final = 6


class CalendarEnds(Exception):
    """The holidays of `day` are not known at the place `code`; `last` is the last year that is, or the first for an early day."""

    def __init__(self, code: str, day: date, last: int) -> None:
        edge = "before" if day.year < last else "beyond"
        super().__init__(f"The calendar {code} is not known {edge} {last}: nobody can say whether {day} is a holiday.")
        self.code, self.day, self.last = code, day, last


@dataclass(frozen=True, slots=True)
class Calendar:
    """The closed days of one place.

    code        as regimes and establishments write it: `DE`, `DE-BY`, `UK-ENG`, `US-FED`
    source      the law, and where its days are taken from
    weekend     weekdays (Monday is 0) on which the place rests
    holidays_of a year's holidays; may include days of the weekend
    first, last the years that are known; `last` is None where no holiday is looked at
    zone        the IANA time zone, None where the place has several
    opened_of   a year's days of the weekend that a decree made days of work; None where that is not done
    cautious    beyond `last`, count as if there were no holiday: a date so found is never later than the law's
    """

    code: str
    source: str
    holidays_of: Callable[[int], Iterable[date]]
    weekend: frozenset[int] = SATURDAY_SUNDAY
    first: int = 2000
    last: int | None = 2050
    zone: str | None = None
    opened_of: Callable[[int], Iterable[date]] | None = None
    cautious: bool = False
    _years: dict[int, frozenset[date]] = field(default_factory=dict, compare=False, repr=False)

    def is_holiday(self, day: date) -> bool:
        """Tell whether `day` is a public holiday.

        Raises:
            CalendarEnds: nobody knows.
        """
        year = day.year
        if year not in self._years:
            self._years[year] = self._holidays(day)
        return day in self._years[year]

    def is_closed(self, day: date) -> bool:
        """Tell whether `day` is a holiday or of the weekend; weekend days that a decree opened stay closed."""
        return day.weekday() in self.weekend or self.is_holiday(day)

    def is_worked(self, day: date) -> bool:
        """Tell whether `day` counts as a business or working day; weekend days that a decree opened do."""
        if self.is_holiday(day):
            return False
        return day.weekday() not in self.weekend or self._is_opened(day)

    def next_open(self, day: date) -> date:
        """Return `day`, or the first day after it that is no holiday and not of the weekend."""
        while self.is_closed(day):
            day += _DAY
        return day

    def next_but_sunday(self, day: date) -> date:
        """Return `day`, or the first day after it that is no holiday and no Sunday: Saturdays stand."""
        while day.weekday() == _SUNDAY or self.is_holiday(day):
            day += _DAY
        return day

    def worked_after(self, day: date, count: int) -> date:
        """Return the `count`-th business or working day after `day`; `day` itself is not counted."""
        while count > 0:
            day += _DAY
            count -= self.is_worked(day)
        return day

    def knows(self, day: date) -> bool:
        return not self._is_beyond(day)

    def careful(self) -> "Calendar":
        """Return this calendar without an end (see `cautious`)."""
        return replace(self, cautious=True, _years={})

    def _holidays(self, day: date) -> frozenset[date]:
        if day.year < self.first:
            raise CalendarEnds(self.code, day, self.first)
        if self._is_beyond(day):
            if not self.cautious:
                raise CalendarEnds(self.code, day, self.last or day.year)
            return frozenset()
        return frozenset(self.holidays_of(day.year))

    def _is_opened(self, day: date) -> bool:
        """Where weekends are traded for holidays, any weekend beyond the known years may be."""
        return self.opened_of is not None and (self._is_beyond(day) or day in self.opened_of(day.year))

    def _is_beyond(self, day: date) -> bool:
        return self.last is not None and day.year > self.last

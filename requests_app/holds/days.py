"""The days on which a record's periods start, from the few that its description names.

A law counts from the last entry in the books or from a filed return; a shop's table holds the day of an order. A day that the
description does not name is taken from one that it names, so that the period never ends too early. A day that it names and that
the record lacks is taken from nowhere: a person is asked.
"""

import calendar
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from requests_app.duties.base import Duty, Shift
from requests_app.holds.declared import Declared

OWN_DAY: Final = ("document_date", "transaction_date", "record_made", "supply_date", "payment_date")
_RETURNS: Final = ("tax_due_date", "return_filed", "return_filed_or_due")  # in the year after, at the latest
_BOOKS: Final = ("last_entry", "financial_year_end", "tax_year_end")
_LIKE_OWN: Final = (
    "relationship_end_or_occasional_transaction", "relationship_end_or_record_made", "customs_release", "customs_entry",
    "objection", "registration", "market_placement",
)  # fmt: skip
_CLAIMS: Final = ("claim_known", "claim_accrual")  # from delivery, where that is known
_OF_CALENDAR: Final = frozenset({Shift.CALENDAR_YEAR_END, Shift.NEXT_JAN_1, Shift.NEXT_JUL_1})
_OF_SELLER: Final = frozenset({Shift.FINANCIAL_YEAR_END, Shift.TAX_YEAR_END, Shift.TAX_PERIOD_END})
_ASKED: Final = ("processing_date", "erasure_or_rectification", "request_received")

Day = date | None


@dataclass(frozen=True, slots=True)
class Named:
    """Answers with the day of an event from what a description names; None: nowhere, or the record lacks it."""

    days: Mapping[str, Day]
    declared: Declared
    asked_on: date

    def all(self) -> dict[str, date]:
        """Return every day that is known, by the duties' names of events and shifts."""
        own, known = self._own(), {event: day for event, day in self.days.items() if day}
        return {event: day for event, day in self._derived(own) if day and event not in self.days} | known

    def _own(self) -> Day:
        return next((self.days[event] for event in OWN_DAY if event in self.days), None)

    def _derived(self, own: Day) -> Iterator[tuple[str, Day]]:
        year = self.declared.year_of(own) if own else None
        yield from ((event, own) for event in (*OWN_DAY, *_LIKE_OWN))
        yield from ((event, year) for event in _BOOKS)
        yield from ((event, year and self.declared.year_of(_after(year))) for event in _RETURNS)
        yield "tax_period_end", own and _quarter(own)
        yield from ((event, self.days.get("delivery_date", own)) for event in _CLAIMS)
        yield from ((event, self.asked_on) for event in _ASKED)


def from_months(duties: Iterable[Duty], named: Container[str], declared: Declared) -> bool:
    """Tell whether days of one month give all these periods the same end; `named` are the events that a description names."""
    return all(_is_alike(duty, named, declared) for duty in duties)


def _is_alike(duty: Duty, named: Container[str], declared: Declared) -> bool:
    """Tell whether all that matters to a row is a year that ends with a month, the day of the request, or nothing that is known."""
    shift, until = duty.start.shift, duty.period.until
    fact = until or (shift if shift in _OF_SELLER else duty.start.event)
    if fact in {*_BOOKS, *_RETURNS} and fact not in named:
        return declared.ends_with_a_month
    if until is None and shift in _OF_CALENDAR:
        return True
    return fact not in named and fact not in {*OWN_DAY, *_LIKE_OWN, *_CLAIMS}


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _quarter(day: date) -> date:
    """Return the last day on which a quarter that holds `day` can end: quarters of a tax begin with any month."""
    months = day.month + 1
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def day_of(value: date | str | None) -> Day:
    """Return the day of a value, of a moment its own day as written; None where it is none."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat((value or "").strip()[:10])
    except ValueError:
        return None

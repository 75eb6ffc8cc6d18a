"""Why a date is what it is: one reason for each step of its computation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from requests_app.values import gettext_noop


class Rule(StrEnum):
    """The rules by which a date moves, or stands where somebody may expect it to move."""

    STARTS = "starts"
    STARTS_COUNTED = "starts_counted"
    RESTARTS = "restarts"
    CALENDAR_MONTH = "calendar_month"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    WORKING_DAY = "working_day"
    HOUR = "hour"
    IMMEDIATE = "immediate"
    TARGET = "target"
    TWO_WORKING_DAYS = "two_working_days"
    PAUSE = "pause"
    STANDSTILL = "standstill"
    PAUSE_OPEN = "pause_open"
    PAUSE_NOT_COUNTED = "pause_not_counted"
    ROLL_WORKING_DAY = "roll_working_day"
    ROLL_SUNDAY = "roll_sunday"
    NOT_ROLLED = "not_rolled"
    ALTERNATIVE = "alternative"
    NOT_GRANTED = "not_granted"
    NOT_IN_FORCE = "not_in_force"
    CALENDAR_ENDS = "calendar_ends"
    FUTURE = "future"


SENTENCES: Final[Mapping[Rule, str]] = MappingProxyType({
    Rule.STARTS: gettext_noop("The time begins; this day itself is not counted (%(event)s)."),
    Rule.STARTS_COUNTED: gettext_noop("The time begins; this day is the first one counted (%(event)s)."),
    Rule.RESTARTS: gettext_noop("The answer to the question begins the time anew (%(event)s)."),
    Rule.CALENDAR_MONTH: gettext_noop(
        "Calendar months: %(length)s. The end is the day of the same number, or the last day of a month without it."
    ),
    Rule.CALENDAR_DAY: gettext_noop("Calendar days: %(length)s. Weekends and holidays count."),
    Rule.BUSINESS_DAY: gettext_noop("Business days: %(length)s, by the calendar %(calendar)s."),
    Rule.WORKING_DAY: gettext_noop("Working days: %(length)s, by the calendar %(calendar)s."),
    Rule.HOUR: gettext_noop("Hours: %(length)s, one after another."),
    Rule.IMMEDIATE: gettext_noop("At once: on the same day."),
    Rule.TARGET: gettext_noop("The law gives no number; the target of this product is %(length)s days."),
    Rule.TWO_WORKING_DAYS: gettext_noop(
        "A period of two days or more holds two working days at least, by the calendar %(calendar)s."
    ),
    Rule.PAUSE: gettext_noop("Days on which the time stood still: %(length)s (%(event)s)."),
    Rule.STANDSTILL: gettext_noop("Days on which the time stood still, as they were given: %(length)s."),
    Rule.PAUSE_OPEN: gettext_noop("The question is still open; days until today: %(length)s (%(event)s)."),
    Rule.PAUSE_NOT_COUNTED: gettext_noop("A question that does not move this date (%(event)s)."),
    Rule.ROLL_WORKING_DAY: gettext_noop(
        "The end falls on a closed day and moves to the next working day, by the calendar %(calendar)s."
    ),
    Rule.ROLL_SUNDAY: gettext_noop(
        "The end falls on a Sunday or holiday and moves to the next day that is neither, by the calendar %(calendar)s."
    ),
    Rule.NOT_ROLLED: gettext_noop("The cautious date stays where it falls, even on a closed day."),
    Rule.ALTERNATIVE: gettext_noop("Another term holds under a condition: %(event)s"),
    Rule.NOT_GRANTED: gettext_noop("This law does not grant the right; its general term is used."),
    Rule.NOT_IN_FORCE: gettext_noop("On this day the law is not in force yet: it begins on %(event)s."),
    Rule.CALENDAR_ENDS: gettext_noop("The holidays of %(calendar)s are not known that far: the date is a cautious one."),
    Rule.FUTURE: gettext_noop("This day has not come yet."),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One step: by `rule` the date went from `start` to `end`. `citation` names the source, empty where it is the step before's.

    The words for it are `sentence` (to be translated) with `values` put in.
    """

    rule: Rule
    start: date
    end: date
    citation: str = ""
    length: int = 0
    event: str = ""
    calendar: str = ""

    @property
    def sentence(self) -> str:
        return SENTENCES[self.rule]

    @property
    def values(self) -> Mapping[str, str | int]:
        return {"length": self.length, "event": self.event, "calendar": self.calendar}

    def __str__(self) -> str:
        return self.sentence % self.values

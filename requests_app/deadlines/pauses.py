"""Questions to the customer, and how long each law lets them stop the clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from requests_app.deadlines.reasons import Reason, Rule
from requests_app.jurisdictions.base import Pause
from requests_app.jurisdictions.vocabulary import Count

_INCLUSIVE: Final = Count.RECEIVED_MINUS_ASKED_PLUS_1
_COUNTED: Final = frozenset({Count.RECEIVED_MINUS_ASKED, _INCLUSIVE})


class ContradictoryPauses(Exception):
    """The days of a question cannot be true together; the text says which."""


class Side(Enum):
    """The two counts: the law's own, and the cautious one."""

    LEGAL = "legal"
    SAFE = "safe"

    def count(self, pause: Pause) -> Count:
        return pause.count_legal if self is Side.LEGAL else pause.count_safe


@dataclass(frozen=True, slots=True)
class Question:
    """What the customer was asked and, if so, when he answered, in days of the controller. `trigger` is the law's name for it."""

    trigger: str
    asked: date
    answered: date | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A question under the pause that the law has for it. `until` is the day of the answer, today while there is none."""

    law: Pause
    asked: date
    until: date
    is_open: bool


def waits(questions: Iterable[Question], pauses: Sequence[Pause], *, received: date, today: date | None) -> tuple[Wait, ...]:
    """Return the questions for which the law has a pause, the first asked first.

    Raises:
        ContradictoryPauses: a question was asked before the request came, answered before it was asked, lies in the future,
            or is still open while nobody says what day it is.
    """
    laws: Mapping[str, Pause] = {pause.trigger.value: pause for pause in pauses}
    asked = sorted(questions, key=lambda one: (one.asked, one.answered or date.max))
    for one in asked:
        for contradiction in _contradictions(one, received, today):
            raise ContradictoryPauses(contradiction)
    return tuple(
        Wait(laws[one.trigger], one.asked, one.answered or today or one.asked, one.answered is None)
        for one in asked if one.trigger in laws
    )  # fmt: skip


def _contradictions(one: Question, received: date, today: date | None) -> Iterator[str]:
    if one.asked < received:
        yield f"A question asked on {one.asked} is older than the request of {received}."
    if one.answered and one.answered < one.asked:
        yield f"A question asked on {one.asked} cannot have been answered on {one.answered}."
    if one.answered is None and today is None:
        yield f"The question asked on {one.asked} is still open: today must be given."
    if today and max(one.asked, one.answered or one.asked) > today:
        yield f"A question asked on {one.asked} and answered on {one.answered} lies after today, {today}."


def restarted(start: date, waiting: Iterable[Wait], side: Side) -> Iterator[Reason]:
    """Yield a step for each answer that begins the time anew."""
    for one in waiting:
        if side.count(one.law) == Count.RESTART and one.until > start:
            yield Reason(Rule.RESTARTS, start, one.until, one.law.cite, event=one.law.trigger)
            start = one.until


def prolonged(start: date, end: date, waiting: Iterable[Wait], side: Side) -> Iterator[Reason]:
    """Yield a step for each question: by how many days the time that began on `start` and would end on `end` ends later.

    A day with two open questions is counted once; days before the time began, and questions asked after it was over, do not count.
    """
    free = start
    for one in waiting:
        count = side.count(one.law)
        if count == Count.RESTART:
            continue
        until = one.until + timedelta(days=count == _INCLUSIVE)
        days = max((until - max(one.asked, free)).days, 0) if count in _COUNTED and one.asked <= end else 0
        free = max(free, until) if days else free
        yield Reason(_rule(one, days), end, end + timedelta(days=days), one.law.cite, days, one.law.trigger)
        end += timedelta(days=days)


def _rule(one: Wait, days: int) -> Rule:
    if not days:
        return Rule.PAUSE_NOT_COUNTED
    return Rule.PAUSE_OPEN if one.is_open else Rule.PAUSE

"""What a duty to keep is: one row of law about how long which data stays, or must go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from requests_app.provenance import Confidence, Slug, Source
from requests_app.schema import Least, Pattern

EVERYWHERE: Final = "*"
ANY_DATA: Final = "any"
Where = Annotated[str, Pattern(r"[A-Z]{2}(-[A-Z0-9]{1,3})?|\*", "a country 'AA', a region 'AA-BB', EU or '*', in quotes")]
Word = Annotated[str, Pattern(r"[a-z0-9]+(_[a-z0-9]+)*", "a name of small letters, digits and underlines")]


class Kind(StrEnum):
    """What a row is good for: see `tables/words.yaml`."""

    STATUTORY_DUTY = "statutory_duty"
    LIMITATION_DEFENCE = "limitation_defence"
    CONTROLLER_RECORD = "controller_record"
    GUIDELINE = "guideline"
    CEILING = "ceiling"
    EXCEPTION = "exception"
    LITIGATION_HOLD = "litigation_hold"


class AttachesTo(StrEnum):
    """Whose place decides whether the row holds."""

    SELLER_ESTABLISHMENT = "seller_establishment"
    REGISTRATION = "registration"
    CONSUMER_RESIDENCE = "consumer_residence"


class OnErasure(StrEnum):
    """What becomes of the data when the person asks for erasure while the row runs."""

    RESTRICT = "restrict"
    BLOCK = "block"
    KEEP_MINIMAL = "keep_minimal"
    DELETE = "delete"


class PeriodUnit(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    UNTIL = "until"


class Until(StrEnum):
    """The events that end a row without a number."""

    LIABILITIES_TIME_BARRED = "liabilities_time_barred"
    RECALL_NO_LONGER_POSSIBLE = "recall_no_longer_possible"
    NOT_RELIED_ON_AND_TIME_BARRED = "not_relied_on_and_time_barred"
    MARKETING_STOPPED = "marketing_stopped"
    EXCEPTION_ENDED = "exception_ended"
    CONDITION_ENDED = "condition_ended"
    HOLD_RELEASED = "hold_released"
    NOT_NEEDED = "not_needed"


class Shift(StrEnum):
    """From the day of the event to the day from which the period runs.

    `financial_year_end`, `tax_year_end` and `tax_period_end` are the ends of the year or period in which the event lies: facts of
    the seller, not of the calendar. `next_jan_1` and `next_jul_1` lie in the year after the event's.
    """

    NONE = "none"
    NEXT_DAY = "next_day"
    CALENDAR_YEAR_END = "calendar_year_end"
    FINANCIAL_YEAR_END = "financial_year_end"
    TAX_YEAR_END = "tax_year_end"
    TAX_PERIOD_END = "tax_period_end"
    NEXT_JAN_1 = "next_jan_1"
    NEXT_JUL_1 = "next_jul_1"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long: `length` of `unit`, or `until` something happens."""

    length: Annotated[int, Least(0)] | None
    unit: PeriodUnit
    until: Until | None = None

    def contradictions(self) -> Iterator[str]:
        is_open = self.unit == PeriodUnit.UNTIL
        if is_open != (self.length is None):
            yield f"length must be {'null' if is_open else 'a number'} for unit {self.unit}"
        if is_open != (self.until is not None):
            yield "until is missing" if is_open else "until belongs to unit until"


@dataclass(frozen=True, slots=True)
class Start:
    """From when. `start_day_counted`: the first day is part of the period, so it ends a day earlier."""

    event: Word
    shift: Shift
    start_day_counted: bool
    text: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One row. `period_seen`: the number itself was read in a source; `condition` must hold for the row to apply."""

    id: Slug
    kind: Kind
    countries: Annotated[tuple[Where, ...], Least(1)]
    attaches_to: AttachesTo
    data_classes: Annotated[tuple[Word, ...], Least(1)]
    period: Keeping
    start: Start
    applies_from: date | None
    applies_until: date | None
    citation: str
    refusal_basis: str
    on_erasure: OnErasure
    minimise_profile: Word
    source: Annotated[tuple[Source, ...], Least(1)]
    confidence: Confidence
    period_seen: bool
    condition: str | None = None
    end_rule: str | None = None
    note: str | None = None
    applies_note: str | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the row holds on `on`; `applies_until` is its last day."""
        return (self.applies_from or date.min) <= on <= (self.applies_until or date.max)

    def concerns(self, data_class: str) -> bool:
        return data_class in self.data_classes or ANY_DATA in self.data_classes

    def contradictions(self) -> Iterator[str]:
        if (self.applies_from or date.min) > (self.applies_until or date.max):
            yield "applies_until lies before applies_from"
        for field, values in (("countries", self.countries), ("data_classes", self.data_classes)):
            if len(set(values)) < len(values):
                yield f"{field} names one twice"
        if EVERYWHERE in self.countries and len(self.countries) > 1:
            yield f"countries must be {EVERYWHERE} alone or name each"


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a record stays while a row runs, what goes at once, and who may still see it."""

    keep: tuple[Word, ...]
    drop: tuple[Word, ...]
    access: str

    def contradictions(self) -> Iterator[str]:
        yield from (f"drop names {name}, which keep names too" for name in self.drop if name in self.keep)

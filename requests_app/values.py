"""Values that every room may hold: frozen, plain Python, no Django."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """The units in which laws count time."""

    CALENDAR_MONTH = "calendar_month"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    WORKING_DAY = "working_day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Period:
    """A statutory length of time: `length` of `unit`, both as the law writes them."""

    length: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing known about a person: a kind (`email`, `phone_number`, `customer_id`) and its value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything by which a person may be looked for."""

    claims: tuple[Claim, ...]

    def of(self, kind: str) -> tuple[str, ...]:
        return tuple(claim.value for claim in self.claims if claim.kind == kind)


@dataclass(frozen=True, slots=True)
class Root:
    """A record that stands for the person in one system: its collection and its primary key, as text, in key order."""

    collection: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: `customer`, `officer`, `administrator` or `system`, and a name that is no personal data of a customer."""

    kind: str
    name: str


SYSTEM: Final = Actor("system", "system")
CUSTOMER: Final = Actor("customer", "customer")


def gettext_noop(words: str) -> str:
    """Mark `words` for translation where no Django is; they are translated where they are shown."""
    return words

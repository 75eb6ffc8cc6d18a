"""Values that every room may hold: frozen, plain Python, no Django."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self


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


CUSTOMER_KIND: Final = "customer"
"""Of the kinds of people that may ask, the one on the customers' side of the wall."""


class Side(StrEnum):
    """The two sides of a wall: what is about customers; what is about people who work, worked or would work for the shop."""

    CUSTOMERS = "customers"
    STAFF = "staff"

    @classmethod
    def of(cls, person_kind: str) -> "Side":
        """Return on which side somebody stands who asks as `person_kind` (`jurisdictions.tables.Person`)."""
        return cls.CUSTOMERS if person_kind == CUSTOMER_KIND else cls.STAFF


class Extent(StrEnum):
    """How much of a person's data an erasure is about."""

    EVERYTHING = "everything"
    MARKETING = "marketing"
    ACCOUNT = "account"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an erasure is about; `order` is the number of the one order, as the customer wrote it, else empty."""

    extent: Extent = Extent.EVERYTHING
    order: str = field(default="", repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the scope that `str` wrote: `everything`, `marketing`, `account` or `order:<number>`.

        Raises:
            ValueError: nothing is called that, or the order has no number.
        """
        name, _colon, order = text.partition(":")
        extent = Extent(name)
        if (extent is Extent.ORDER) != bool(order):
            raise ValueError("only an order has a number, and it must have one")
        return cls(extent, order)

    def __str__(self) -> str:
        return f"{self.extent}:{self.order}" if self.order else str(self.extent)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: `customer`, `officer`, `administrator`, `rule` or `system`.

    The name is no personal data of a customer.
    """

    kind: str
    name: str


SYSTEM: Final = Actor("system", "system")
CUSTOMER: Final = Actor("customer", "customer")


def gettext_noop(words: str) -> str:
    """Mark `words` for translation where no Django is; they are translated where they are shown."""
    return words

"""What a law says beside its clocks: rights, fees, free requests, how far back, identity, regulator."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from requests_app.jurisdictions.clocks import Number, Positive
from requests_app.jurisdictions.vocabulary import FeeKind, LookbackKind, Per, Right
from requests_app.provenance import Url
from requests_app.schema import Least
from requests_app.values import Period


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a law grants a right, in which provision (`text`), and since when (`from` in the file) if later than the law itself.

    `name` is the law's own name for the right, where it has one.
    """

    has: bool
    text: str | None = None
    since: date | None = field(default=None, metadata={"key": "from"})
    name: str | None = None

    def holds(self, on: date) -> bool:
        return self.has and (self.since is None or self.since <= on)

    def contradictions(self) -> Iterator[str]:
        if self.since and not self.has:
            yield "from belongs to a right that the law grants"


@dataclass(frozen=True, slots=True)
class Answer:
    """The term within which a request is answered. `rolls`: an end on a weekend or holiday moves to the next working day."""

    period: Period
    counts_first_day: bool
    rolls: bool
    citation: str


@dataclass(frozen=True, slots=True)
class Fees:
    kind: FeeKind
    text: str | None = None
    may_charge: str | None = None
    announce_before_charging: bool = False
    cite: str | None = None


@dataclass(frozen=True, slots=True)
class FreeRequests:
    """How many requests are free in which time; None where the law counts none."""

    count: Number | None
    per: Per | None
    verified: bool = False
    applies_to: Annotated[tuple[Right, ...], Least(1)] | None = None
    text: str | None = None
    cite: str | None = None

    def contradictions(self) -> Iterator[str]:
        if (self.count is None) != (self.per is None):
            yield "count and per must both be null or both be given"


@dataclass(frozen=True, slots=True)
class Lookback:
    kind: LookbackKind
    text: str | None = None
    extended: str | None = None
    cite: str | None = None


@dataclass(frozen=True, slots=True)
class Identification:
    default: str
    cite: str


@dataclass(frozen=True, slots=True)
class Regulator:
    """To whom a person complains; `list`: the authority depends on the place. `days`: how long after a refusal it hears them."""

    name: str
    url: Url
    second: str | None = None
    list: str | None = None
    days: Positive | None = None

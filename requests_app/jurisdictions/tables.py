"""What the laws' files refer to: calendars, contents of letters, authorities, marketing clocks, scope."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from requests_app import schema
from requests_app.jurisdictions.clocks import MarketingClock
from requests_app.jurisdictions.vocabulary import Right
from requests_app.provenance import Confidence, Country, Slug, Source, Url
from requests_app.schema import Least

FOLDER: Final = Path(__file__).parent / "tables"


class Person(StrEnum):
    """In what part somebody asks. Directors, contractors, those who worked for the shop and those who are retired: as employees."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    APPLICANT = "applicant"
    EMERGENCY_CONTACT = "emergency_contact"
    BENEFICIARY = "beneficiary"


class Letter(StrEnum):
    """The kinds of letter that a law may have a say in."""

    ACKNOWLEDGEMENT = "acknowledgement"
    IDENTITY_REQUEST = "identity_request"
    CLARIFICATION = "clarification"
    FEE_NOTICE = "fee_notice"
    EXTENSION = "extension"
    ANSWER = "answer"
    PARTIAL_ANSWER = "partial_answer"
    REFUSAL = "refusal"
    COMPLETION = "completion"
    APPEAL_GRANTED = "appeal_granted"
    APPEAL_DENIED = "appeal_denied"


class When(StrEnum):
    """Under which laws: those whose file lists the content, all of them, or those whose file lists none of `instead`."""

    LISTED = "listed"
    ALWAYS = "always"
    UNLESS_LISTED = "unless_listed"


@dataclass(frozen=True, slots=True)
class Authority:
    country: Country
    name: str
    url: Url


@dataclass(frozen=True, slots=True)
class Scope:
    """A bound of some laws: whom they leave out, or that they protect the people of their territory only."""

    regimes: Annotated[tuple[Slug, ...], Least(1)]
    because: str
    source: Annotated[tuple[Source, ...], Least(1)]
    confidence: Confidence
    leaves_out: tuple[Person, ...] = ()
    residents_only: bool = False

    def contradictions(self) -> Iterator[str]:
        if not self.leaves_out and not self.residents_only:
            yield "leaves_out or residents_only must say something"


@dataclass(frozen=True, slots=True)
class Row:
    """Which contents these letters on these rights need, when, and why. No rights: all of them."""

    letters: Annotated[tuple[Letter, ...], Least(1)]
    codes: Annotated[tuple[str, ...], Least(1)]
    when: When
    because: str
    rights: tuple[Right, ...] = ()
    instead: tuple[str, ...] = ()

    def contradictions(self) -> Iterator[str]:
        if bool(self.instead) != (self.when == When.UNLESS_LISTED):
            yield "instead belongs to rows of when unless_listed, and to each of them"

    def covers(self, right: str, letter: str) -> bool:
        return letter in self.letters and (not self.rights or right in self.rights)


@dataclass(frozen=True, slots=True)
class Identity:
    """What some laws want to be sure of who asks: facts that agree, by right; a signed declaration; papers; an agent's papers."""

    regimes: Annotated[tuple[Slug, ...], Least(1)]
    because: str
    source: Annotated[tuple[Source, ...], Least(1)]
    confidence: Confidence
    facts: Mapping[str, int] = field(default_factory=dict)
    declares: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    agents_need_papers: bool = True


KINDS: Final[Mapping[str, Any]] = {
    "calendars": Mapping[str, str],
    "content": Mapping[str, str],
    "authorities": tuple[Authority, ...],
    "marketing": tuple[MarketingClock, ...],
    "scope": tuple[Scope, ...],
    "letters": tuple[Row, ...],
    "identity": tuple[Identity, ...],
    "places": Mapping[Country, tuple[str, ...]],
}


def read(name: str, folder: Path = FOLDER) -> Any:
    """Return the table `name`.

    Raises:
        BadFile: names each mistake.
    """
    return schema.read(KINDS[name], folder / f"{name}.yaml")


@cache
def calendars() -> Mapping[str, str]:
    """Return the calendars a clock may name, with what each holds."""
    found: Mapping[str, str] = read("calendars")
    return found


@cache
def content() -> Mapping[str, str]:
    """Return what a letter may have to say: code to words."""
    found: Mapping[str, str] = read("content")
    return found


@cache
def authorities() -> tuple[Authority, ...]:
    found: tuple[Authority, ...] = read("authorities")
    return found


@cache
def marketing() -> tuple[MarketingClock, ...]:
    found: tuple[MarketingClock, ...] = read("marketing")
    return found


@cache
def scope() -> tuple[Scope, ...]:
    found: tuple[Scope, ...] = read("scope")
    return found


@cache
def identity() -> tuple[Identity, ...]:
    """Return what laws want to be sure of who asks."""
    found: tuple[Identity, ...] = read("identity")
    return found


@cache
def letters() -> tuple[Row, ...]:
    """Return the table of right × kind of letter, in the order of its file."""
    found: tuple[Row, ...] = read("letters")
    return found


@cache
def places() -> Mapping[str, tuple[str, ...]]:
    """Return the countries (ISO 3166-1), with their regions where a law depends on them (ISO 3166-2); no regions: any."""
    found: Mapping[str, tuple[str, ...]] = read("places")
    return found

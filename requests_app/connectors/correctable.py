"""What a description says about changing: which fields a person may have corrected, and how a record is restricted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Rule(StrEnum):
    """Who may have a field corrected.

    `yes`: the person proposes, an officer decides. `officer`: so too, and the officer says how it was checked. `never`: nobody.
    """

    YES = "true"
    OFFICER = "officer"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Restriction:
    """How a record is restricted: `field` gets `value`; at the end it gets `release`, or, where that is empty, what it was."""

    field: str
    value: str
    release: str = ""


DEFAULTS: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "user.name": Rule.YES,
        "user.contact": Rule.YES,
        "user.demographic": Rule.OFFICER,
        "user.demographic.date_of_birth": Rule.YES,
        "user.demographic.gender": Rule.YES,
        "user.demographic.language": Rule.YES,
        "user.health_and_medical": Rule.OFFICER,
        "user.job_title": Rule.YES,
        "user.workplace": Rule.YES,
    },
)
"""By data category; one with more parts wins. What is not named is never corrected: numbers, amounts, what somebody did."""


def by_category(categories: Iterable[str]) -> Rule:
    """Return the rule that the categories of a field give it: the strictest of theirs; without one, never."""
    order = [Rule.YES, Rule.OFFICER, Rule.NEVER]
    return max((_rule(category) for category in categories), key=order.index, default=Rule.NEVER)


def _rule(category: str) -> Rule:
    parts = category.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((DEFAULTS[name] for name in names if name in DEFAULTS), Rule.NEVER)

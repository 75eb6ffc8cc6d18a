"""What a regime is, and how its data file is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from requests_app.values import Period, Unit


class BadRegime(Exception):
    """A regime's data file cannot be used; the text names file and field."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A right as one law gives it: the law's own name for it, and the article."""

    name: str
    citation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The term within which a request is answered. `rolls`: an end on a weekend or holiday moves to the next working day."""

    period: Period
    counts_first_day: bool
    rolls: bool
    citation: str


@dataclass(frozen=True, slots=True)
class Regime:
    """One law."""

    slug: str
    name: str
    short: str
    rights: Mapping[str, Grant]
    answer: Answer
    customer_rights: tuple[str, ...]


def read(path: Path) -> Regime:
    """Return the regime that `path` describes.

    Raises:
        BadRegime: a field is missing, unknown or of a wrong kind.
    """
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _regime(path.stem, data)
    except yaml.YAMLError as fault:
        raise BadRegime(f"{path.name}: no YAML") from fault
    except KeyError as fault:
        raise BadRegime(f"{path.name}: {fault.args[0]} is missing") from fault
    except (TypeError, ValueError) as fault:
        raise BadRegime(f"{path.name}: {fault}") from fault


def _regime(slug: str, data: dict[str, Any]) -> Regime:
    if unknown := data.keys() - {"name", "short", "rights", "answer", "customer_rights"}:
        raise ValueError(f"unknown field {min(unknown)}")
    term = data["answer"]
    return Regime(
        slug=slug,
        name=data["name"],
        short=data["short"],
        rights=MappingProxyType({right: Grant(**grant) for right, grant in data["rights"].items()}),
        answer=Answer(
            period=Period(int(term["length"]), Unit(term["unit"])),
            counts_first_day=bool(term["counts_first_day"]),
            rolls=bool(term["rolls"]),
            citation=term["citation"],
        ),
        customer_rights=tuple(data["customer_rights"]),
    )

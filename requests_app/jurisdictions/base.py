"""What a regime is, and how its data file is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from requests_app.values import Period, Unit

_TEXT: Final = "words"
_FLAG: Final = "true or false"
_COUNT: Final = "a whole number above 0"
_LIST: Final = "a list of words"
_UNIT: Final = f"one of {', '.join(Unit)}"
_FIELDS: Final = {"name": _TEXT, "short": _TEXT, "rights": "a mapping", "answer": "a mapping", "customer_rights": _LIST}
_GRANT: Final = {"name": _TEXT, "citation": _TEXT}
_ANSWER: Final = {"length": _COUNT, "unit": _UNIT, "counts_first_day": _FLAG, "rolls": _FLAG, "citation": _TEXT}


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
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise BadRegime(f"{path.name}: no YAML") from fault
    try:
        return _regime(path.stem, data)
    except BadRegime as fault:
        raise BadRegime(f"{path.name}: {fault}") from None


def _regime(slug: str, data: Any) -> Regime:
    data = _checked(data, _FIELDS, "")
    term = _checked(data["answer"], _ANSWER, "answer.")
    grants = {right: _checked(grant, _GRANT, f"rights.{right}.") for right, grant in data["rights"].items()}
    return Regime(
        slug=slug,
        name=data["name"],
        short=data["short"],
        rights=MappingProxyType({right: Grant(**grant) for right, grant in grants.items()}),
        answer=Answer(
            period=Period(term["length"], Unit(term["unit"])),
            counts_first_day=term["counts_first_day"],
            rolls=term["rolls"],
            citation=term["citation"],
        ),
        customer_rights=tuple(data["customer_rights"]),
    )


def _checked(data: Any, fields: Mapping[str, str], place: str) -> dict[str, Any]:
    """Return `data` if it has every one of `fields`, each of its kind, and no other.

    Raises:
        BadRegime: names the first that is wrong.
    """
    if not isinstance(data, dict):
        raise BadRegime(f"{place.removesuffix('.') or 'the file'} must be a mapping")
    if unknown := [str(name) for name in data if name not in fields]:
        raise BadRegime(f"unknown field {place}{min(unknown)}")
    for name, kind in fields.items():
        if name not in data:
            raise BadRegime(f"{place}{name} is missing")
        if not _is(data[name], kind):
            raise BadRegime(f"{place}{name} must be {kind}")
    return data


def _is(value: Any, kind: str) -> bool:
    """Tell whether `value` is of `kind`. YAML's "no" would be a truth, and a text a list of its letters."""
    return {
        _TEXT: isinstance(value, str) and bool(value),
        _FLAG: isinstance(value, bool),
        _COUNT: isinstance(value, int) and not isinstance(value, bool) and value > 0,
        _LIST: isinstance(value, list) and all(isinstance(one, str) for one in value),
        _UNIT: isinstance(value, str) and value in list(Unit),
    }.get(kind, isinstance(value, dict))

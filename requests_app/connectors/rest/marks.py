"""What is kept of a record while it is planned and erased: no more than its key, its facts and what fills the gaps of calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from json import dumps
from typing import Final

from requests_app.connectors.erasing import Key
from requests_app.connectors.rest.deeds import Erase
from requests_app.connectors.rest.endpoints import Endpoint
from requests_app.connectors.rest.held import AROUND, key_of, value_of
from requests_app.connectors.rest.templates import filled_all
from requests_app.connectors.rest.values import at, plain
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.sql.description import Collection

_NOTHING: Final = (None, "")
Fact = tuple[str, date | str | None]
Known = tuple[Fact, ...]
"""Facts of a record, by field, in the order of the description."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record. `whole`: field and value by which it points to what it is a part of; `masked`: what is overwritten already."""

    key: Key
    facts: Known
    whole: tuple[str, str]
    values: Mapping[str, str]
    masked: frozenset[str]


def found_in(endpoint: Endpoint, collection: Collection, erase: Erase, record: Record, *, by_number: bool = False) -> Found:
    """Return what is needed of a record to rule about it and to erase it; `by_number`: single orders are meant.

    Raises:
        NotAsDescribed: a part of it is not there.
    """
    values = {name: held(endpoint, collection, name, record) for name in sorted(erase.gaps()) if collection.has(name)}
    return Found(
        key_of(endpoint, collection, record) or (_digest(record),),
        tuple(_facts(endpoint, collection, record, by_number=by_number)),
        next(_tied(endpoint, collection, record), ("", "")),
        values,
        masked(endpoint, erase, values, record),
    )


def held(endpoint: Endpoint, collection: Collection, name: str, record: Record) -> str:
    return plain(value_of(endpoint, collection.field(name), record)) or ""


def masked(endpoint: Endpoint, erase: Erase, values: Mapping[str, str], record: Record) -> frozenset[str]:
    """Return the fields that hold their masks already."""
    masks = filled_all(erase.blank.masks, values) if erase.blank else {}
    return frozenset(name for name, mask in masks.items() if _holds(at(record, endpoint.paths[name]), mask))


def _holds(value: object, mask: object) -> bool:
    """Tell whether a value is what was written. Nothing is nothing, however a system keeps it: null, or an empty text."""
    return value == mask or (mask in _NOTHING and value in _NOTHING)


def _facts(
    endpoint: Endpoint, collection: Collection, record: Record, *, by_number: bool
) -> Iterator[tuple[str, date | str | None]]:
    keeping = collection.info.keeping
    days = {*keeping.dates.values()}
    for name in keeping.facts(by_number=by_number):
        value = value_of(endpoint, collection.field(name), record)
        yield name, _day(value) if name in days else _text(value)


def _tied(endpoint: Endpoint, collection: Collection, record: Record) -> Iterator[tuple[str, str]]:
    for one in collection.every:
        for reference in one.references:
            if reference.collection == collection.info.keeping.part_of:
                yield reference.field, held(endpoint, collection, one.name, record)


def _text(value: object) -> str | None:
    return None if value is None else plain(value) or dumps(value, default=str)


def _day(value: object) -> date | None:
    """Return the day of a moment as the system writes it: ISO 8601, or seconds since 1970. What is neither is none."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _digest(record: Record) -> str:
    """Name a record that has no key by what it holds."""
    own = {name: value for name, value in record.items() if name != AROUND}
    return blake2b(dumps(own, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()

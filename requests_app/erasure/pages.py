"""A plan as it lies in the vault: one line for each batch of records; and the values by which other systems led here."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from requests_app.connectors.base import Given, Pointer
from requests_app.connectors.erasing import Deed, Key, Planned, Ruling
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile

_AT_ONCE: Final = 1000  # keys or values in one line


def lines(some: Planned) -> Iterator[bytes]:
    """Yield `some` as text, in pieces that fit into memory many times over."""
    ruling = some.ruling
    until = ruling.until.isoformat() if ruling.until else None
    what = [some.collection, ruling.deed, ruling.reason, until, list(ruling.blanked), dict(some.how)]
    for start in range(0, len(some.keys), _AT_ONCE):
        yield _line([*what, [list(key) for key in some.keys[start : start + _AT_ONCE]]])


def planned(file: StoredFile | None) -> Iterator[Planned]:
    """Yield what stands in a plan's file, in the order in which it is done; nothing without a file.

    Raises:
        Missing, Away, Unreadable, KeyGone: the file cannot be read.
    """
    for collection, deed, reason, until, blanked, how, keys in _read(file):
        ruling = Ruling(Deed(deed), reason, date.fromisoformat(until) if until else None, tuple(blanked))
        yield Planned(collection, ruling, tuple(tuple(key) for key in keys), how)


def lead_lines(given: Given) -> Iterator[bytes]:
    """Yield the values of `given` as text, each read once."""
    for pointer, values in given.items():
        batch: list[str] = []
        for value in values():
            batch.append(value)
            if len(batch) == _AT_ONCE:
                yield _lead(pointer, batch)
                batch = []
        yield _lead(pointer, batch)


def leads(file: StoredFile | None) -> Given:
    """Return the values that stand in a file of leads, read again whenever they are asked for."""
    pointers = dict.fromkeys(Pointer(*where) for where, _values in _read(file))
    return {pointer: _values_of(file, pointer) for pointer in pointers}


def _values_of(file: StoredFile | None, pointer: Pointer) -> Callable[[], Iterator[str]]:
    return partial(_values, file, pointer)


def _values(file: StoredFile | None, pointer: Pointer) -> Iterator[str]:
    for where, values in _read(file):
        if Pointer(*where) == pointer:
            yield from values


def _lead(pointer: Pointer, values: Iterable[str]) -> bytes:
    return _line([[pointer.dataset, pointer.collection, pointer.field], list(values)])


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _read(file: StoredFile | None) -> Iterator[Any]:
    if file is None:
        return
    with vault.reading(file) as reader:
        for record in reader.records(0, reader.index.records):
            yield json.loads(record)


def keys_of(some: Iterable[Planned]) -> Iterator[tuple[str, Key]]:
    """Yield the records of a plan, each with its collection."""
    for one in some:
        for key in one.keys:
            yield one.collection, key

"""What an answer to a planted person must hold: told by the generator alone, so that it can judge every reader of the databases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Final

from demo import accounts, letters, papers, shop
from demo.people import Person
from demo.shop import Row, Rows
from demo.tables import MARKETING, NOT_DESCRIBED, ORDERS

Key = tuple[str, ...]
"""A primary key as text, in the order of its columns."""

SYSTEMS: Final = {"orders": ORDERS, "marketing": MARKETING}
"""Those that are databases; the accounts are none."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything planted for one person.

    `keys` maps system and collection to the primary keys of the person's records, collections without a record included.
    `files` holds the SHA-256, in hexadecimal, of each file that must come along.
    """

    keys: Mapping[str, Mapping[str, tuple[Key, ...]]]
    files: tuple[str, ...]

    def records(self) -> int:
        return sum(len(keys) for collections in self.keys.values() for keys in collections.values())


@cache
def expected(person: Person) -> Expected:
    """Return what belongs to `person`, in all systems together."""
    keys, files = _nothing(), list[str]()
    for system, rows in (("orders", _rows_of(shop.planted(), person)), ("marketing", _rows_of(letters.planted(), person))):
        homes: set[Key] = set()
        for table, row in rows:
            if table == "customers":
                homes |= {(str(row[index]),) for index in _columns("orders", table, "billing_address_id", "delivery_address_id")}
            elif table != "addresses":
                files.extend(_digests(table, row))
            if table != "addresses":
                keys[system][table].append(_key(system, table, row))
        if homes:
            keys[system]["addresses"].extend(sorted(homes, key=lambda key: int(key[0])))
    whole = {system: {name: tuple(found) for name, found in collections.items()} for system, collections in keys.items()}
    return Expected(whole | {"accounts": accounts.keys(person)}, tuple(sorted(files)))


def key_columns(system: str, collection: str) -> tuple[str, ...]:
    """Return the names of the columns that make the primary key."""
    if system == "accounts":
        return accounts.KEYS[collection]
    return tuple(column.name for column in SYSTEMS[system].tables[collection].primary_key)


def _nothing() -> dict[str, dict[str, list[Key]]]:
    return {
        system: {table.name: [] for table in metadata.tables.values() if f"{system}.{table.name}" not in NOT_DESCRIBED}
        for system, metadata in SYSTEMS.items()
    }


def _rows_of(planted: Iterator[tuple[Person, Rows]], person: Person) -> Rows:
    for someone, rows in planted:
        if someone == person:
            yield from rows
            return
        for _ in rows:
            pass


def _columns(system: str, table: str, *names: str) -> tuple[int, ...]:
    columns = SYSTEMS[system].tables[table].columns.keys()
    return tuple(columns.index(name) for name in names)


def _key(system: str, table: str, row: Row) -> Key:
    return tuple(str(row[index]) for index in _columns(system, table, *key_columns(system, table)))


def _digests(table: str, row: Row) -> Iterator[str]:
    if table in ("warranties", "identity_checks", "calls") and row[-1] is not None:
        yield sha256(papers.content(row[-1])).hexdigest()
    if table == "repairs" and row[-1] is not None:
        yield sha256(row[-1]).hexdigest()

"""Foreign keys, and those that only the names tell."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from requests_app.connectors.sql.draft import words
from requests_app.connectors.sql.draft.guess import Sureness
from requests_app.connectors.sql.draft.seen import Column, ForeignKey, Table

_PREFIX: Final = re.compile(r"^(id|fk) ")
_SUFFIX: Final = re.compile(r" (id|fk|uid|uuid|no|nr|key|ref)$")
_ENDING: Final = re.compile(r"(ies|es|s|en|n|e|i|y)$")
_PEOPLE: Final = frozenset(
    {"user", "customer", "client", "kund", "member", "owner", "buyer", "account", "shopper", "utilisateur", "usuario", "cliente"}
)


@dataclass(frozen=True, slots=True)
class Tie:
    """Values of `column` of `table` are those of `target_column` of `target`. Without `sureness` it is the database's own."""

    table: str
    column: str
    target: str
    target_column: str
    reason: str = "foreign key"
    sureness: Sureness | None = None


def ties(tables: Mapping[str, Table]) -> list[Tie]:
    """Return every tie between tables whose columns can be compared."""
    real = [tie for table in tables.values() for key in table.foreign_keys if (tie := _of_key(table, key, tables))]
    accounts = [table for table in tables.values() if words.ACCOUNTS.search(words.plain(table.name)) and len(table.key) == 1]
    known = {(tie.table, tie.column) for tie in real}
    named = [
        tie
        for table in tables.values()
        for tie in _of_names(table, list(tables.values()), accounts)
        if (tie.table, tie.column) not in known
    ]
    return [tie for tie in [*real, *named] if _is_comparable(tie, tables)]


def _is_comparable(tie: Tie, tables: Mapping[str, Table]) -> bool:
    plain = not any("." in name for name in (tie.target, tie.target_column))
    return plain and tables[tie.table].column(tie.column).compares_with(tables[tie.target].column(tie.target_column))


def _of_key(table: Table, key: ForeignKey, tables: Mapping[str, Table]) -> Tie | None:
    if key.table not in tables:
        return None
    pairs = list(zip(key.columns, key.targets, strict=True))
    if len(pairs) == 1:
        return Tie(table.name, pairs[0][0], key.table, pairs[0][1])
    further = {column for other in tables[key.table].foreign_keys for column in other.columns}
    column, target = next((pair for pair in pairs if pair[1] in further), pairs[0])
    reason = f"of the composite key ({', '.join(key.columns)}) this column alone is followed: look whether it leads too far"
    return Tie(table.name, column, key.table, target, reason, Sureness.MEDIUM)


def _of_names(table: Table, tables: Sequence[Table], accounts: Sequence[Table]) -> Iterator[Tie]:
    others = [other for other in tables if other is not table and len(other.key) == 1]
    for column in table.columns:
        if (column.name,) == table.key and words.plain(column.name) in {"id", "uuid", "pk"}:
            continue
        stem = _stem_of(words.plain(column.name))
        if stem and (found := _best(stem, others)) and not _is_own_key(table, column, found):
            reason = f"the name says `{found.name}`; the database has no foreign key"
            yield Tie(table.name, column.name, found.name, found.key[0], reason, Sureness.MEDIUM)
        elif stem in _PEOPLE and len(accounts) == 1 and accounts[0] is not table:
            reason = f"`{accounts[0].name}` is the only table of persons; the database has no foreign key"
            yield Tie(table.name, column.name, accounts[0].name, accounts[0].key[0], reason, Sureness.LOW)


def _is_own_key(table: Table, column: Column, found: Table) -> bool:
    """A table of customers whose key is `customer_id` does not point at another table of customers."""
    return (column.name,) == table.key and _last(table.name) == _last(found.name)


def _stem_of(name: str) -> str:
    """Return the word by which a column names a table, or nothing when it names none."""
    if _PREFIX.search(name):
        return _bare(_PREFIX.sub("", name).split(" ")[0])
    return _bare(_SUFFIX.sub("", name).split(" ")[-1]) if _SUFFIX.search(name) else ""


def _best(stem: str, tables: Sequence[Table]) -> Table | None:
    found = [table for table in tables if _last(table.name) == stem and not table.is_view]
    return min(found, key=lambda table: len(table.name)) if found else None


@cache
def _last(table: str) -> str:
    return _bare(words.plain(table).split(" ")[-1])


def _bare(word: str) -> str:
    while len(shorter := _ENDING.sub("", word)) >= 3 and shorter != word:  # noqa: PLR2004  # fewer letters are no word
        word = shorter
    return word

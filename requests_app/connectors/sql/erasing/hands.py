"""A connection that may write: one transaction, in which nothing is kept unless it is committed."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, FromClause, Select, func, select, update
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Config, Problem
from requests_app.connectors.erasing import text_of
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.session import Session, Table
from requests_app.connectors.sql.speech import Column, Prepared

BATCH: Final = 10_000  # keys that are held at once
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Tie:
    """A live foreign key: `columns` of `child` name the record of `parent` whose `named` columns are equal.

    `action`: what the engine does to the child when the parent goes: `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`, `SET DEFAULT`.
    `loose`: every one of `columns` may be NULL.
    """

    child: Table
    columns: tuple[str, ...]
    parent: Table
    named: tuple[str, ...]
    action: str
    loose: bool


class Hand(Session):
    """A session that may make temporary tables and, if it `writes`, change what is found; without a commit nothing happened."""

    defers: ClassVar[bool] = False
    """Whether foreign keys are looked at when a statement, or the transaction, ends."""
    ends: ClassVar[str] = ""
    """What makes a temporary table end with the transaction, where it does not by itself."""
    reads_numbers: ClassVar[bool] = True
    """Whether a column of numbers takes a number's text."""
    joins: ClassVar[bool] = True
    """Whether a DELETE takes other tables."""
    indexed: ClassVar[bool] = True
    """Whether a temporary table needs an index to be joined quickly."""

    def __init__(self, config: Config, timeout: int, gifts: Gifts | None = None, *, writes: bool = False) -> None:
        self.writes = writes
        super().__init__(config, timeout, gifts)

    @abstractmethod
    def run(self, statement: CompilerElement | Prepared | str, values: Mapping[str, Any] | None = None) -> int:
        """Run a statement and return how many rows it touched."""

    @abstractmethod
    def fill(self, name: str, columns: int, rows: Rows) -> None:
        """Add rows to a temporary table."""

    @abstractmethod
    def fact(self, value: ColumnElement[Any], *, is_moment: bool) -> ColumnElement[Any]:
        """A value as a text that is equal only to itself; of a moment, its day (UTC)."""

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def ties(self) -> Sequence[Tie]:
        """Return all foreign keys that the account can see."""

    def refusal(self, error: Exception) -> Problem | None:
        """What the system says when a constraint or a trigger of it refuses a change; without values."""

    def careful(self) -> None:
        """From here on a value that does not fit is an error, not cut."""

    def same(self, one: Table, other: Table) -> bool:
        """Tell whether two names, the one described and the other the engine's own, are of the same table."""
        return one.name == other.name and (not one.schema or one.schema == other.schema)

    def month(self, day: ColumnElement[Any]) -> ColumnElement[Any]:
        """The month of a day's `fact`; what is no day stays as it is."""
        return func.substr(day, 1, 7)

    def keep(self, name: str, statement: CompilerElement | Prepared, values: Mapping[str, Any], key: Sequence[str]) -> int:
        """Put what a statement selects into a new temporary table, and return how many rows that are."""
        found = self._compiled(statement)
        self.run(Prepared(f"CREATE TEMPORARY TABLE {name} AS {found.sql}", found.constants, found.order), values)
        if self.indexed and key:
            self.run(f"CREATE UNIQUE INDEX {name}_key ON {name} ({', '.join(map(self.quoted, key))})")
        return int(self.few(Prepared(f"SELECT count(*) FROM {name}", {}, ()), {})[0][0])  # noqa: S608  # our own name

    def put(self, bare: Any, target: ColumnElement[Any], value: ColumnElement[Any], where: ColumnElement[bool]) -> None:
        """Set a column of most rows of a temporary table to the value of the one row of another table that meets `where`."""
        self.run(update(bare).values({target: value}).where(where))

    def weigh(self, name: str) -> None:
        """Let the engine look at a temporary table as it is now, where it would guess otherwise."""

    def blank_table(self, name: str, columns: Sequence[str]) -> None:
        """Make a temporary table of whole numbers."""
        self.run(f"CREATE TEMPORARY TABLE {name} ({', '.join(f'{column} integer' for column in columns)}){self.ends}")

    def found(self, rows: FromClause, part: str, key: Sequence[str], *, plain: bool) -> Iterator[tuple[int, bytes]]:  # noqa: ARG002
        """Yield the keys of a temporary table, some at a time, as they are digested, with the number in the column `part`.

        `plain`: there is nothing in a key that JSON would write in another way.
        """
        as_text, text = self.speech.as_text, self.speech.text_of
        columns = [rows.c[part], *(text(rows.c[name]) for name in key)]
        order = [rows.c[part], *(rows.c[name] for name in key)]
        found = self.stream(self.speech.compile(select(*columns).order_by(*order)), {})
        for number, some in groupby(found, key=itemgetter(0)):
            while batch := tuple(tuple(map(as_text, row[1:])) for row in islice(some, BATCH)):
                yield int(number), text_of(batch)

    def each(self, statements: Sequence[Select[Any]]) -> Sequence[Sequence[Sequence[Any]]]:
        """Return the rows of each of several statements; each has few."""
        return [self.few(statement) for statement in statements]

    def listed(self, columns: Sequence[Column], keys: Rows) -> FromClause | None:  # noqa: ARG002  # engines that take no lists
        """Keys as a table that needs none to be made; None where the engine cannot be handed them so."""
        return None

    def run_together(self, statements: Sequence[CompilerElement]) -> Sequence[int]:
        """Run statements after which foreign keys must hold, and need not in between; return how many rows each touched."""
        return [self.run(statement) for statement in statements]

    def quoted(self, name: str) -> str:
        return str(self.speech.dialect.identifier_preparer.quote_identifier(name))

    def _compiled(self, statement: CompilerElement | Prepared) -> Prepared:
        return statement if isinstance(statement, Prepared) else self.speech.compile(statement)

    def _prepared(self, statement: CompilerElement | Prepared | str, values: Mapping[str, Any] | None) -> tuple[str, Any]:
        if isinstance(statement, str):
            return statement, None
        prepared = self._compiled(statement)
        return prepared.sql, prepared.parameters(values or {}) or None

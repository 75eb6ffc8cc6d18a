"""One open, read-only snapshot of a SQL system, whatever engine it runs on."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, case, literal, null, select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Config, Form, Misconfigured, SourceFault
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.text import Family, file_name, written

CONNECT_TIMEOUT: Final = 5  # seconds


@dataclass(frozen=True, slots=True)
class Column:
    """A live column. `declared` is its type in the engine's words.

    `exact`: two values are equal only if their bytes are. `collation` is empty where the engine has none or the default.
    """

    name: str
    family: Family
    declared: str
    exact: bool = True
    collation: str = ""


Live = Mapping[str, Mapping[str, Column]]
"""The live columns of each described table that is there, under the names of the description."""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one collection that shall be read: `source` gives its shown columns and its key."""

    collection: Collection
    columns: Mapping[str, Column]
    source: FromClause


class Session(ABC):
    """A connection inside one read-only transaction, and the SQL that only its engine speaks."""

    dialect: ClassVar[Dialect]
    folds_tables: ClassVar[bool] = False
    folds_columns: ClassVar[bool] = True
    lateral: ClassVar[bool] = False

    def __init__(self, config: Config, timeout: int, schema: str) -> None:
        """Connect and begin.

        Raises:
            Exception: of the driver; `fault` translates it.
        """
        self.config, self.timeout, self.schema = config, timeout, schema
        self.connection: Any = self._connect()

    def close(self) -> None:
        self.connection.close()

    @abstractmethod
    def _connect(self) -> Any: ...

    @staticmethod
    @abstractmethod
    def fault(error: Exception, config: Config) -> SourceFault | None:
        """Translate a driver's exception, without its text; None when it is not the driver's."""

    @abstractmethod
    def columns(self, tables: Sequence[str]) -> Live: ...

    @abstractmethod
    def lacks_index(self, table: str, column: Column, *, email: bool) -> str:
        """Return words for the index that finding records by the column (`is_email`, or equality) lacks; empty for a view."""

    @abstractmethod
    def estimate(self, table: str) -> int:
        """About how many rows the table has."""

    @abstractmethod
    def rows(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        """Yield rows; other statements may run in between."""

    def stream(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        """Yield rows without ever holding many; no other statement may run in between."""
        return self.rows(statement)

    def batches(self, records: Records, form: Form) -> Iterator[tuple[bytes, int]]:
        """Yield text of about `BATCH` bytes with its number of records, in the order of the key."""
        shown = records.collection.shown
        cells = [self._cell(records.source.c[field.name], field, records.columns[field.name]) for field in shown]
        statement = select(*cells).select_from(records.source).order_by(*self.order(records))
        families = [written_as(field, records.columns[field.name]) for field in shown]
        return written(self.stream(statement), [field.name for field in shown], families, form)

    def _cell(self, value: ColumnElement[Any], field: Field, column: Column) -> ColumnElement[Any]:
        if column.family is Family.BINARY and field.info.is_file:
            return case((value.is_(null()), null()), else_=literal(file_name(field.name, field.media_type)))
        return value

    @abstractmethod
    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """What to select for `as_text`."""

    @abstractmethod
    def as_text(self, value: Any) -> str: ...

    @abstractmethod
    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """The same value in a form whose equality is that of bytes."""

    @abstractmethod
    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[str]) -> ColumnElement[bool]:
        """A condition that an index can serve and that never holds for more than `spellings`, A to Z in either case."""

    @abstractmethod
    def bind(self, text: str, column: Column) -> ColumnElement[Any] | None:
        """A key's text as a value of the column; None where it cannot be one."""

    def compile(self, statement: CompilerElement) -> tuple[str, Any]:
        """Return SQL and parameters as the driver takes them."""
        compiled: Any = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True})
        if compiled.positional:
            return str(compiled), tuple(compiled.params[name] for name in compiled.positiontup)
        return str(compiled), dict(compiled.params)

    def order(self, records: Records) -> Sequence[ColumnElement[Any]]:
        """The order of the records: that of their key, or of everything in them."""
        return [records.source.c[field.name] for field in records.collection.key] or list(records.source.c)

    def equal(self, one: ColumnElement[Any], other: ColumnElement[Any], columns: Sequence[Column]) -> ColumnElement[bool]:
        """Equality of bytes, of which an index can serve the wider half."""
        if all(column.exact for column in columns):
            return one == other
        return and_(one == other, self.exactly(one) == self.exactly(other))


def written_as(field: Field, column: Column) -> Family:
    """The family in which a column is written: the description may tell a truth from a number, JSON from text."""
    wanted = field.info.data_type
    if column.family is Family.BOOLEAN and wanted in {"integer", "decimal", "float"}:
        return Family.NUMBER
    if column.family is Family.NUMBER and wanted == "boolean":
        return Family.BOOLEAN
    if column.family is Family.TEXT and wanted in {"json", "object"}:
        return Family.JSON
    if column.family is Family.BINARY and field.info.is_file:
        return Family.TEXT
    return column.family


def fits(text: str, family: Family) -> bool:
    """Tell whether `text` can be a value of the family at all, so that no engine has to guess."""
    if family is Family.NUMBER:
        return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii() and len(text) <= _DIGITS
    try:
        _READERS.get(family, str)(text)
    except ValueError:
        return False
    return "\0" not in text


def _moment(text: str) -> date:
    return date.fromisoformat(text) if len(text) == _DAY else datetime.fromisoformat(text)


_DIGITS: Final = 40
_DAY: Final = len("2026-01-01")
_READERS: Final[Mapping[Family, Callable[[str], object]]] = MappingProxyType(
    {Family.MOMENT: _moment, Family.UUID: UUID, Family.BINARY: bytes.fromhex}
)


def option(config: Config, name: str, default: int) -> int:
    """Return a whole number above 0 from the options.

    Raises:
        Misconfigured: it is something else.
    """
    text = config.options.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise Misconfigured(f"{config.name}: the option {name} must be a whole number above 0")
    return int(text)

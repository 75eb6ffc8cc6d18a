"""The SQL that only one engine speaks, without a connection: what is built here may be kept and asked again."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, bindparam, case, literal, null, select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Form
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.shapes import Shape, shaped
from requests_app.connectors.sql.text import Family, Line, file_name, line_of


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
    """The records of one collection that shall be read: `source` gives its shown columns and its key.

    `shapes` are the columns of which only parts travel, by name; `matched` are the columns of `source` that hold which values led
    to the record, each with the field in an array that they stand in.
    """

    collection: Collection
    columns: Mapping[str, Column]
    source: FromClause
    shapes: Mapping[str, Shape]
    matched: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elements:
    """The values inside one column of a row, as text: `value`, of the row joined with `froms`."""

    froms: tuple[FromClause, ...]
    value: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled statement. `order` names its parameters where they go by their place."""

    sql: str
    constants: Mapping[str, Any]
    order: tuple[str, ...] | None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them; `values` fill the slots."""
        if self.order is None:
            return {name: values.get(name, constant) for name, constant in self.constants.items()}
        return tuple(values.get(name, self.constants[name]) for name in self.order)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the records of a collection are read in one form. `line` writes a record; None: the engine has written it."""

    prepared: Prepared
    line: Line | None


class Speech(ABC):
    """The SQL of one engine."""

    dialect: Dialect
    lateral: ClassVar[bool] = False
    quotes: ClassVar[bool | None] = True

    @abstractmethod
    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """What to select for `as_text`."""

    def as_text(self, value: Any) -> str:
        return value.hex() if isinstance(value, bytes) else str(value)

    @abstractmethod
    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """The same value in a form whose equality is that of bytes."""

    @abstractmethod
    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        """A condition that an index can serve and that never holds for more than `spellings`, A to Z in either case."""

    def can_hold(self, text: str, column: Column) -> bool:  # noqa: ARG002  # most engines hold every character
        """Tell whether the column's character set has the text."""
        return True

    def token(self, text: str, column: Column) -> str:
        """Name how a key's text becomes a value of the column; empty where it cannot be one."""
        return "text" if fits(text, column.family) and self.can_hold(text, column) else ""

    def slot(self, name: str, column: Column, how: str) -> ColumnElement[Any]:  # noqa: ARG002  # for engines that convert
        """The place of a value that comes when the statement runs."""
        return bindparam(name, required=False)

    def words(self, name: str) -> ColumnElement[Any]:
        """The place of a text that is compared with text."""
        return bindparam(name, type_=String(), required=False)

    def wire(self, text: str, column: Column) -> Any:
        """The value for a slot, as the driver takes it."""
        return bytes.fromhex(text) if column.family is Family.BINARY else text

    def packed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """A value of any type in the one form in which values of all types stand in one column, and are told apart by bytes."""
        return self.exactly(value)

    @abstractmethod
    def unpacked(self, text: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        """A packed value as one of the column, NULL where it cannot be one; None: compare with the packed column."""

    @abstractmethod
    def elements(self, value: ColumnElement[Any], column: Column, path: Sequence[str]) -> Elements:
        """The values at `path` inside a column that holds JSON or an array; arrays on the way are entered."""

    @abstractmethod
    def listed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """All packed values of a group, as the text of a JSON array."""

    @abstractmethod
    def inline(self, name: str) -> Elements:
        """The texts of a JSON array that comes as a parameter."""

    def spaces(self, collection: Collection) -> tuple[str, ...]:
        """The names before the table's, outermost first."""
        return (collection.schema,)

    def element(self) -> Column:
        """The column that a value inside another one is as good as."""
        return Column("", Family.TEXT, "text")

    def compile(self, statement: CompilerElement) -> Prepared:
        compiled: Any = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True})
        return Prepared(str(compiled), dict(compiled.params), tuple(compiled.positiontup) if compiled.positional else None)

    def shown(self, records: Records) -> str:
        """The statement that reads the records, for a reader: its values are placeholders."""
        shown = [records.source.c[one.name] for one in records.collection.shown]
        statement = select(*shown).select_from(records.source).order_by(*self.order(records))
        return str(statement.compile(dialect=self.dialect))

    def order(self, records: Records) -> Sequence[ColumnElement[Any]]:
        """The order of the records: that of their key, or of everything in them."""
        return [records.source.c[one.name] for one in records.collection.key] or list(records.source.c)

    def equal(self, one: ColumnElement[Any], other: ColumnElement[Any], columns: Sequence[Column]) -> ColumnElement[bool]:
        """Equality of bytes, of which an index can serve the wider half."""
        if all(column.exact for column in columns):
            return one == other
        return and_(one == other, self.exactly(one) == self.exactly(other))

    def reading(self, records: Records, form: Form) -> Reading:
        """How to read the records in the order of the key."""
        shown = records.collection.shown
        cells = [self.cell(records.source.c[one.name], one, records.columns[one.name]) for one in shown]
        families = [written_as(one, records.columns[one.name]) for one in shown]
        line = line_of([one.name for one in shown], families, form)
        return Reading(
            self.compile(self._selected(records, cells)), shaped(line, records.shapes, shown, tuple(records.matched.values()))
        )

    def _selected(self, records: Records, cells: Sequence[ColumnElement[Any]]) -> Select[Any]:
        matched = [records.source.c[name] for name in records.matched]
        return select(*cells, *matched).select_from(records.source).order_by(*self.order(records))

    def cell(self, value: ColumnElement[Any], field: Field, column: Column) -> ColumnElement[Any]:
        if column.family is Family.BINARY and field.info.is_file:
            return case((value.is_(null()), null()), else_=literal(file_name(field.name, field.media_type)))
        return value


def written_as(field: Field, column: Column) -> Family:
    """The family in which a column is written: the description may tell a truth from a number, JSON from text."""
    wanted = field.info.data_type
    if column.family is Family.BOOLEAN and wanted in {"integer", "decimal", "float"}:
        return Family.NUMBER
    if column.family is Family.NUMBER and wanted == "boolean":
        return Family.BOOLEAN
    if column.family is Family.TEXT and (wanted.endswith("[]") or wanted in {"json", "object"}):
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

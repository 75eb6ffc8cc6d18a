"""Where two collections meet: values on one side, a field on the other, each a column of its own or inside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, TableClause, column, literal, quoted_name, select, table, true, tuple_
from sqlalchemy import exists as exists_

from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.gifts import TABLE
from requests_app.connectors.sql.graph import Edge
from requests_app.connectors.sql.speech import Column, Elements

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Values:
    """Values that lead on: `value` of the rows of `froms` that meet `where`; `column` is None where they are packed."""

    froms: tuple[FromClause, ...]
    value: ColumnElement[Any]
    column: Column | None
    where: Condition | None = None

    def selected(self, *values: ColumnElement[Any]) -> Select[Any]:
        statement = select(*values).select_from(*self.froms)
        return statement if self.where is None else statement.where(self.where)


class Joints:
    """The conditions under which records of two collections belong together."""

    def __init__(self, fitted: Fitted) -> None:
        self._fitted, self._speech = fitted, fitted.speech

    def table(self, name: str, also: Sequence[str] = ()) -> FromClause:
        """Return the table of a collection with its described columns, and `also` others, under an alias of its own."""
        return self.bare(name, also).alias()

    def bare(self, name: str, also: Sequence[str] = ()) -> TableClause:
        collection = self._fitted.description.collection(name)
        names = dict.fromkeys([*self._fitted.live[name], *also])
        columns: Any = (column(quoted_name(field, quote=self._speech.quotes)) for field in names)
        spaces = [part for part in self._fitted.speech.spaces(collection) if part]
        schema = ".".join(map(self._speech.dialect.identifier_preparer.quote_identifier, spaces))
        found: TableClause = table(quoted_name(collection.table, quote=self._speech.quotes), *columns, schema=_verbatim(schema))
        return found

    def inside(self, name: str, field: Field, found: FromClause) -> Elements:
        """Return the values of a field that lies inside a column of `found`."""
        return self._speech.elements(found.c[field.column], self._fitted.live[name][field.column], field.path[1:])

    def held(self, name: str, field: Field, rows: FromClause) -> Values:
        """Return the values of a field of `rows`, which are of the collection."""
        above = rows.alias()
        if not field.is_many:
            return Values((above,), above.c[field.column], self._fitted.live[name][field.column])
        found = self.inside(name, field, above)
        return Values((above, *found.froms), self._speech.packed(found.value), None)

    def given(self, number: int, *, inline: bool) -> Values:
        """Return the values of a pointer that another system supplies."""
        if inline:
            found = self._speech.inline(f"given_{number}")
            return Values(found.froms, self._speech.packed(found.value), None)
        rows = table(TABLE, column("pointer"), column("value")).alias()
        return Values((rows,), self._speech.packed(rows.c.value), None, rows.c.pointer == number)

    def is_among(self, values: Values, name: str, field_name: str, found: FromClause) -> Condition:
        """The condition that a field of `found` has one of the values."""
        field = self._field(name, field_name)
        if field.is_many:
            inside = self.inside(name, field, found)
            return self.exists(inside.froms, self.is_listed(values, inside.value), found)
        mine, own, exactly = found.c[field.column], self._fitted.live[name][field.column], self._speech.exactly
        if values.column is None:
            typed = self._speech.unpacked(values.value, own)
            if typed is None:
                return self._speech.packed(mine).in_(values.selected(values.value))
            if own.exact:
                return mine.in_(values.selected(typed))
            return tuple_(mine, exactly(mine)).in_(values.selected(typed, exactly(typed)))
        if own.exact and values.column.exact:
            return mine.in_(values.selected(values.value))
        return tuple_(mine, exactly(mine)).in_(values.selected(values.value, exactly(values.value)))

    def is_listed(self, values: Values, text: ColumnElement[Any]) -> Condition:
        """The condition that a value inside a column is one of the values."""
        theirs = values.value if values.column is None else self._speech.packed(values.value)
        return self._speech.packed(text).in_(values.selected(theirs))

    def is_not_among(self, values: Values, edge: Edge, found: FromClause) -> Condition:
        """The opposite of `is_among` along an edge, which NULL meets."""
        field = self._field(edge.target, edge.target_field)
        if field.is_many or values.column is None:
            return self.is_among(values, edge.target, edge.target_field, found).is_not(true())
        own = self._fitted.live[edge.target][field.column]
        where = self._speech.equal(values.value, found.c[field.column], (values.column, own))
        return ~self.exists(values.froms, where, found)

    def is_nowhere(self, edge: Edge, found: FromClause) -> Condition:
        """The condition that no record of the edge's source leads to the record."""
        source = self.table(edge.source)
        froms, joined = self.joined(edge, source, found)
        return ~self.exists((source, *froms), joined, found)

    def joined(self, edge: Edge, source: FromClause, target: FromClause) -> tuple[tuple[FromClause, ...], Condition]:
        """The condition that an edge leads from one record to the other, and what must be joined to ask it."""
        one, other = self._field(edge.source, edge.source_field), self._field(edge.target, edge.target_field)
        if not one.is_many and not other.is_many:
            ends = (self._fitted.live[edge.source][one.column], self._fitted.live[edge.target][other.column])
            return (), self._speech.equal(source.c[one.column], target.c[other.column], ends)
        froms_one, value = self._value(edge.source, one, source)
        froms_other, other_value = self._value(edge.target, other, target)
        return (*froms_one, *froms_other), self._speech.packed(value) == self._speech.packed(other_value)

    def exists(self, froms: Sequence[FromClause], where: Condition, *outer: FromClause) -> Condition:
        return exists_(select(literal(1)).select_from(*froms).where(where).correlate(*outer))

    def _value(self, name: str, field: Field, found: FromClause) -> tuple[tuple[FromClause, ...], ColumnElement[Any]]:
        if not field.is_many:
            return (), found.c[field.column]
        inside = self.inside(name, field, found)
        return inside.froms, inside.value

    def _field(self, name: str, field: str) -> Field:
        return self._fitted.description.collection(name).field(field)


def _verbatim(schema: str) -> Any:
    """A schema that is quoted already; it may have parts."""
    return quoted_name(schema, quote=False) if schema else None

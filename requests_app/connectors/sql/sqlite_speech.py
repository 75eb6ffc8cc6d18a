"""What is particular in the SQL of SQLite."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, cast, collate, func, literal, type_coerce
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect

from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.speech import Column, Elements, Speech
from requests_app.connectors.sql.text import Family


class SqliteSpeech(Speech):
    """The SQL of SQLite: a value has its own type, whatever its column's."""

    dialect: Dialect = SQLiteDialect_pysqlite()

    def spaces(self, collection: Collection) -> tuple[str, ...]:  # noqa: ARG002  # a file is one space
        return ()

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return collate(type_coerce(value, String()), "BINARY")

    def is_email(self, value: ColumnElement[Any], _: Column, spellings: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        return func.lower(value).in_(spellings)  # SQLite's own lower() knows A to Z alone, and its result has no collation

    def wire(self, text: str, column: Column) -> Any:
        if column.family is Family.NUMBER:
            whole = text.removeprefix("-").isdecimal() and -(2**63) <= int(text) < 2**63
            return int(text) if whole else float(text)
        return super().wire(text, column)

    def unpacked(self, text: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:  # noqa: ARG002  # it compares any two
        return text

    def elements(self, value: ColumnElement[Any], column: Column, path: Sequence[str]) -> Elements:  # noqa: ARG002
        document: ColumnElement[Any] = case((func.json_valid(value), value))
        one = _each(document)
        froms = [one]
        for name in path:
            step = '$."' + name.replace('"', '\\"') + '"'
            below = case((one.c.type == "object", type_coerce(one.c.value, String()).op("->")(literal(step))))
            one = _each(below)
            froms.append(one)
        found = case((one.c.type.not_in(["null", "object", "array"]), cast(_word(one), String())))
        return Elements(tuple(froms), found)

    def listed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json_group_array(cast(value, String()))

    def inline(self, name: str) -> Elements:
        one = func.json_each(bindparam(name, required=False)).table_valued("value")
        return Elements((one,), cast(one.c.value, String()))


def _each(document: ColumnElement[Any]) -> Any:
    """The elements of an array; what is none is its own only one."""
    listed = case((func.json_type(document) == "array", document), else_=literal("[") + document + literal("]"))
    return func.json_each(listed).table_valued("value", "type")


def _word(one: Any) -> ColumnElement[Any]:
    return case((one.c.type == "true", "true"), (one.c.type == "false", "false"), else_=one.c.value)

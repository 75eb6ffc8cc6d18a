"""What is particular in the SQL of MariaDB and MySQL."""

from collections.abc import Sequence
from functools import reduce
from itertools import product
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from sqlalchemy import (
    BINARY,
    ColumnElement,
    Integer,
    Numeric,
    String,
    and_,
    bindparam,
    case,
    cast,
    collate,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects.mysql import CHAR
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import Dialect

from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.speech import Column, Elements, Speech
from requests_app.connectors.sql.text import Family

_CODECS: Final = {"ascii": "ascii", "latin1": "cp1252", "latin2": "iso8859-2", "latin5": "iso8859-9", "latin7": "iso8859-13"}
_LONGEST: Final = 1000  # characters of a value that leads to another record: an index holds no more than 768


class MariaSpeech(Speech):
    """The SQL of MariaDB and MySQL."""

    dialect: Dialect = MySQLDialect_pymysql()

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(cast(value, CHAR(charset="utf8mb4")), BINARY())

    def packed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(cast(value, CHAR(_LONGEST, charset="utf8mb4")), BINARY())

    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        # REPLACE looks at bytes, where LOWER would touch more than A to Z; the index serves the wider half.
        text: ColumnElement[Any] = cast(value, CHAR(charset="utf8mb4"))
        lowered = reduce(lambda old, pair: func.replace(old, *pair), zip(ascii_uppercase, ascii_lowercase, strict=True), text)
        exact = cast(lowered, BINARY()).in_([cast(one, BINARY()) for one in spellings])
        if column.collation.endswith("_ci"):
            return and_(value.in_(spellings), exact)
        return and_(func.lower(text).in_([func.lower(one) for one in spellings]), exact)

    def can_hold(self, text: str, column: Column) -> bool:
        try:
            text.encode(_CODECS.get(_charset(column), "utf-8"))
        except UnicodeEncodeError:
            return False
        return True

    def unpacked(self, text: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        words = _decoded(text)
        if column.family in {Family.NUMBER, Family.BOOLEAN} and "int" in column.declared:
            return case((words.op("REGEXP")("^-?[0-9]{1,18}$"), cast(words, Integer())))
        if column.family is Family.NUMBER:
            return case((words.op("REGEXP")(r"^-?[0-9]+(\\.[0-9]+)?$"), cast(words, Numeric(65, 30))))
        if column.family is Family.TEXT and column.collation:
            held = words if _charset(column) == "utf8mb4" else _converted(words, _charset(column))
            return collate(held, column.collation)
        return None

    def elements(self, value: ColumnElement[Any], column: Column, path: Sequence[str]) -> Elements:  # noqa: ARG002
        # A path enters no array by itself: every way of arrays and objects is asked for, and more than one way gives a list.
        names = ['."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in path]
        ways = product(("", "[*]"), repeat=len(names) + 1)
        paths = ["$" + "".join(array + name for array, name in zip(way, [*names, ""], strict=True)) for way in ways]
        found = func.json_extract(case((func.json_valid(value), value)), *paths)
        return _table(found)

    def listed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json_arrayagg(_decoded(value))

    def inline(self, name: str) -> Elements:
        return _table(cast(bindparam(name, required=False), CHAR(charset="utf8mb4")))

    def spaces(self, collection: Collection) -> tuple[str, ...]:
        return (collection.schema or collection.database,)

    def element(self) -> Column:
        return Column("", Family.TEXT, "longtext", exact=False, collation="utf8mb4_bin")

    def cell(self, value: ColumnElement[Any], field: Field, column: Column) -> ColumnElement[Any]:
        return value + 0 if column.declared.startswith("bit(") else super().cell(value, field, column)


def _table(document: ColumnElement[Any]) -> Elements:
    columns: ColumnElement[Any] = literal_column(
        "'$[*]' COLUMNS (value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')"
    )
    one = func.json_table(document, columns).table_valued("value")
    return Elements((one,), type_coerce(one.c.value, String()))


def _charset(column: Column) -> str:
    return column.collation.partition("_")[0]


def _decoded(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return _converted(text, "utf8mb4")


def _converted(text: ColumnElement[Any], charset: str) -> ColumnElement[Any]:
    return func.convert(text.op("USING", precedence=1)(literal_column(charset)))

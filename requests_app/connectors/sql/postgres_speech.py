"""What is particular in the SQL of PostgreSQL: the engine itself writes JSON and CSV."""

from collections.abc import Sequence
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Text,
    and_,
    bindparam,
    case,
    cast,
    collate,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType

from requests_app.connectors.base import Form
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.shapes import shaped
from requests_app.connectors.sql.speech import Column, Elements, Prepared, Reading, Records, Speech, fits
from requests_app.connectors.sql.text import BLANKS, STARTS, Family, Line, csv_line_of_texts, file_name, json_line_of_texts

# A quote and a delimiter that JSON escapes: what the engine writes comes through unchanged.
_JSON_COPY: Final = "COPY ({}) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02', ENCODING 'UTF8')"
_CSV_COPY: Final = "COPY ({}) TO STDOUT (FORMAT csv, ENCODING 'UTF8'{})"
_LIVE: Final = f"^[{BLANKS}]*[{STARTS}]".replace("\0", "")  # PostgreSQL keeps no NUL
_WHOLE: Final = frozenset({"smallint", "integer", "bigint", "oid"})
_UNPACKED: Final = {
    Family.UUID: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    Family.BINARY: r"^\\x([0-9a-f]{2})*$",
    Family.MOMENT: "^([0-9]{4,}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2})",
    Family.BOOLEAN: "^(true|false)$",
}


class Declared(UserDefinedType[Any]):
    """A type in the engine's own words."""

    cache_ok = True

    def __init__(self, words: str) -> None:
        self.words = words

    def get_col_spec(self, **_: Any) -> str:
        return self.words


class PostgresSpeech(Speech):
    """The SQL of PostgreSQL."""

    dialect: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    lateral: ClassVar[bool] = True

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(value, Text)

    def as_text(self, value: Any) -> str:
        return str(value)

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return collate(cast(value, Text), "C")

    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        text = cast(value, Text)
        exact = collate(func.translate(text, ascii_uppercase, ascii_lowercase), "C").in_(spellings)
        if column.declared.endswith("citext"):
            return and_(value.in_([cast(one, Declared(column.declared)) for one in spellings]), exact)
        if column.collation:
            return exact
        # A Turkish locale lowers I to a letter of its own: so the capitals are asked for as well.
        capitals = [func.translate(one, ascii_lowercase, ascii_uppercase) for one in spellings]
        return and_(func.lower(value).in_([func.lower(one) for one in (*spellings, *capitals)]), exact)

    def token(self, text: str, column: Column) -> str:
        if not fits(text.removeprefix("\\x") if column.family is Family.BINARY else text, column.family):
            return ""
        if column.family is Family.NUMBER:
            return "whole" if "." not in text and -(2**63) <= Decimal(text) < 2**63 else "decimal"
        return "text"

    def slot(self, name: str, column: Column, how: str) -> ColumnElement[Any]:
        value: ColumnElement[Any] = bindparam(name, type_=Text(), required=False)
        if column.family is Family.NUMBER:
            return cast(value, BigInteger() if how == "whole" else Numeric())
        return value if how == "email" else cast(value, Declared(column.declared))

    def wire(self, text: str, column: Column) -> Any:  # noqa: ARG002  # the server converts
        return text

    def unpacked(self, text: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        if column.family is Family.TEXT:
            return collate(text, column.collation or "default")
        if column.family is Family.NUMBER:
            if column.declared in _WHOLE:
                return case((text.op("~")("^-?[0-9]{1,18}$"), cast(text, BigInteger)))
            return case((text.op("~")(r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"), cast(text, Declared(column.declared))))
        if column.family in _UNPACKED:
            return case((text.op("~")(_UNPACKED[column.family]), cast(text, Declared(column.declared))))
        return None

    def elements(self, value: ColumnElement[Any], column: Column, path: Sequence[str]) -> Elements:
        # The path is lax: it enters arrays by itself, and a value that is none counts as its own array.
        steps = "".join('."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in path)
        found = func.jsonb_path_query(_document(value, column), cast(literal(f"${steps}[*]", Text()), Declared("jsonpath")))
        one = found.table_valued("value").render_derived()
        return Elements((one,), collate(cast(one.c.value, JSONB).op("#>>", return_type=Text())(literal_column("'{}'")), "C"))

    def listed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(func.jsonb_agg(value), Text)

    def inline(self, name: str) -> Elements:
        one = (
            func.jsonb_array_elements_text(cast(bindparam(name, type_=Text(), required=False), JSONB))
            .table_valued("value")
            .render_derived()
        )
        return Elements((one,), collate(cast(one.c.value, Text), "C"))

    def element(self) -> Column:
        return Column("", Family.TEXT, "text", collation="C")

    def reading(self, records: Records, form: Form) -> Reading:
        if records.shapes:
            return self._by_cells(records, form)
        write = self._json_copy if form is Form.JSON else self._csv_copy
        return Reading(write(records), None)

    def _json_copy(self, records: Records) -> Prepared:
        cells = [self._json_cell(records, field).label(field.name) for field in records.collection.shown]
        inner = select(*cells).select_from(records.source).order_by(*self.order(records)).subquery("r")
        found = self.compile(select(func.row_to_json(literal_column("r.*"))).select_from(inner))
        return Prepared(_JSON_COPY.format(found.sql), found.constants, None)

    def _csv_copy(self, records: Records) -> Prepared:
        shown = records.collection.shown
        cells = [self._csv_cell(records, field).label(f"c{index}") for index, field in enumerate(shown)]
        texts = [f"c{index}" for index, field in enumerate(shown) if _is_text(records, field)]
        found = self.compile(select(*cells).select_from(records.source).order_by(*self.order(records)))
        quoted = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
        return Prepared(_CSV_COPY.format(found.sql, quoted), found.constants, None)

    def _by_cells(self, records: Records, form: Form) -> Reading:
        """The engine writes the cells; the records, of which only parts travel, are put together here."""
        shown = records.collection.shown
        cells = [self._text_cell(records, field, form) for field in shown]
        line: Line = (
            json_line_of_texts([field.name for field in shown])
            if form is Form.JSON
            else csv_line_of_texts([_is_text(records, field) for field in shown], [field.name in records.shapes for field in shown])
        )
        return Reading(
            self.compile(self._selected(records, cells)), shaped(line, records.shapes, shown, tuple(records.matched.values()))
        )

    def _text_cell(self, records: Records, field: Field, form: Form) -> ColumnElement[Any]:
        if field.name in records.shapes:
            value, own = records.source.c[field.name], records.columns[field.name]
            return _on_one_line(value) if own.family is not Family.TEXT else value
        if form is Form.JSON:
            return cast(func.to_json(self._json_cell(records, field)), Text)
        return cast(self._csv_cell(records, field), Text)

    def _json_cell(self, records: Records, field: Field) -> ColumnElement[Any]:
        value, own = records.source.c[field.name], records.columns[field.name]
        if own.family is Family.BINARY:
            return _base64(value, field)
        if own.declared == "bpchar":
            return cast(value, Text)  # without the blanks that fill it up
        if own.declared == "json" or own.family is Family.OTHER:
            return cast(_on_one_line(value), JSON)
        return value

    def _csv_cell(self, records: Records, field: Field) -> ColumnElement[Any]:
        value, own = records.source.c[field.name], records.columns[field.name]
        if own.family is Family.NUMBER:
            return value
        if own.family is Family.BOOLEAN:
            return cast(value, Text)
        if own.family is Family.MOMENT:
            return func.btrim(cast(func.to_json(value), Text), '"')
        if own.family is Family.BINARY:
            return _guarded(_base64(value, field))
        if own.family is Family.OTHER:
            return _guarded(cast(_on_one_line(value), JSON).op("#>>")(literal_column("'{}'")))
        return _guarded(_on_one_line(value) if own.declared == "json" else cast(value, Text))

    def order(self, records: Records) -> Sequence[ColumnElement[Any]]:
        return super().order(records) if records.collection.key else [cast(func.row_to_json(literal_column("u.*")), Text)]


def _document(value: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    if column.family is Family.TEXT:
        return case((value.op("~")(r"^\s*[\[{\"]"), cast(value, JSONB)))
    return func.to_jsonb(value)


def _is_text(records: Records, field: Field) -> bool:
    return records.columns[field.name].family not in {Family.NUMBER, Family.BOOLEAN, Family.MOMENT}


def _guarded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((value.op("~")(literal(_LIVE, Text())), func.concat("'", value)), else_=value)


def _base64(value: ColumnElement[Any], field: Field) -> ColumnElement[Any]:
    """The content in base64; of a file column the name under which the content travels."""
    if field.info.is_file:
        return case((value.is_(null()), null()), else_=literal(file_name(field.name, field.media_type), Text()))
    return func.replace(func.encode(value, "base64"), "\n", "")


def _on_one_line(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """JSON of a value; the `json` type keeps line feeds between values as they were typed."""
    return func.translate(cast(func.to_json(value), Text), "\n\r\t", "   ")

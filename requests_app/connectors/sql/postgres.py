"""PostgreSQL: the engine itself writes JSON and CSV, by COPY, in one REPEATABLE READ snapshot."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar, Final

import psycopg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    literal_column,
    make_url,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType

from requests_app.connectors.base import Config, Form, Misconfigured, NotAsDescribed, Refused, SourceFault, TooSlow, Unreachable
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Column, Live, Records, Session, fits
from requests_app.connectors.sql.text import BATCH, BLANKS, STARTS, Family, file_name

_FAMILIES: Final = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric", "float4", "float8", "oid"), Family.NUMBER),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext"), Family.TEXT),
    **dict.fromkeys(("date", "timestamp", "timestamptz", "time", "timetz"), Family.MOMENT),
    **dict.fromkeys(("json", "jsonb"), Family.JSON),
    "bool": Family.BOOLEAN,
    "bytea": Family.BINARY,
    "uuid": Family.UUID,
}
_COLUMNS: Final = """
SELECT c.relname, a.attname, t.typname, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(t.oid, NULL) END,
       coalesce(l.collisdeterministic, true) AND t.typname <> 'citext',
       CASE WHEN l.collname = 'default' THEN '' ELSE coalesce(l.collname, '') END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
JOIN pg_catalog.pg_type t ON t.oid = coalesce(nullif(d.typbasetype, 0), d.oid)
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
WHERE c.relname = ANY (%(tables)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN %(schema)s = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = %(schema)s END
"""
_INDEXED: Final = """
SELECT c.relkind::text, array(
  SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 1, true) FROM pg_catalog.pg_index i
  WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL)
FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(%(table)s)
"""
_SETTINGS: Final = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "jit": "off",
    "cursor_tuple_fraction": "1",
    "lock_timeout": "5s",
}
# A quote and a delimiter that JSON escapes: what the engine writes comes through unchanged.
_JSON_COPY: Final = "COPY ({}) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02', ENCODING 'UTF8')"
_CSV_COPY: Final = "COPY ({}) TO STDOUT (FORMAT csv, ENCODING 'UTF8'{})"
_REFUSED: Final = (
    "password authentication failed",
    "no pg_hba.conf entry",
    "does not exist",
    "permission denied",
    "not permitted to log in",
)
_BY_CLASS: Final[dict[str, tuple[type[SourceFault], str]]] = {
    "28": (Refused, "the system refuses our name or password"),
    "3D": (Refused, "the system has no such database"),
    "42501": (Refused, "the account may not read what is described"),
    **dict.fromkeys(("42P01", "42703", "42704", "3F"), (NotAsDescribed, "the system lacks something that the description names")),
    "57014": (TooSlow, "the system did not finish in time"),
    "55P03": (TooSlow, "a table is locked"),
}


_LIVE: Final = f"^[{BLANKS}]*[{STARTS}]".replace("\0", "")  # PostgreSQL keeps no NUL
_TO_UPPER: Final = str.maketrans(ascii_lowercase, ascii_uppercase)


class _Declared(UserDefinedType[Any]):
    """A type in the engine's own words."""

    cache_ok = True

    def __init__(self, words: str) -> None:
        self.words = words

    def get_col_spec(self, **_: Any) -> str:
        return self.words


class Postgres(Session):
    """A snapshot of PostgreSQL."""

    dialect: ClassVar[Dialect] = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    folds_columns: ClassVar[bool] = False
    lateral: ClassVar[bool] = True

    def _connect(self) -> Any:
        url = make_url(self.config.url).set(drivername="postgresql+psycopg")
        arguments, keywords = self.dialect.create_connect_args(url)
        keywords = {**keywords, "connect_timeout": CONNECT_TIMEOUT, "client_encoding": "UTF8", "application_name": "dsar"}
        connection = psycopg.connect(*arguments, **keywords, autocommit=True, prepare_threshold=None)
        try:
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        self._cursors = count()
        return connection

    def _begin(self, connection: Any) -> None:
        settings = _SETTINGS | {"statement_timeout": f"{self.timeout}s"}
        if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            raise Misconfigured(f"{self.config.name}: the database does not say how its text is encoded (SQL_ASCII)")
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
        connection.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])

    @staticmethod
    def fault(error: Exception, config: Config) -> SourceFault | None:
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate or ""
        for start, (kind, words) in sorted(_BY_CLASS.items(), key=lambda item: -len(item[0])):
            if state.startswith(start):
                return kind(f"{config.name}: {words}")
        if not state and any(words in str(error) for words in _REFUSED):
            return Refused(f"{config.name}: the system refuses our name, password or database")
        if isinstance(error, psycopg.OperationalError) or state[:2] in {"08", "53", "57", "58"}:
            return Unreachable(f"{config.name}: the system cannot be reached or stopped answering")
        return SourceFault(f"{config.name}: the system could not answer (SQLSTATE {state or 'unknown'})")

    def columns(self, tables: Sequence[str]) -> Live:
        live: dict[str, dict[str, Column]] = {}
        for table, name, kind, declared, exact, collation in self.connection.execute(
            _COLUMNS, {"tables": list(tables), "schema": self.schema}
        ):
            family = _FAMILIES.get(kind, Family.OTHER)
            live.setdefault(table, {})[name] = Column(name, family, declared, exact, collation)
        return live

    def lacks_index(self, table: str, column: Column, *, email: bool) -> str:
        found = self.connection.execute(_INDEXED, {"table": self._regclass(table)}).fetchone()
        kind, starts = found or ("v", [])
        bare = {start.replace("::text", "").replace('"', "").replace("((", "(").replace("))", ")") for start in starts}
        by_lower = email and not column.declared.endswith("citext")
        wanted = f"lower({column.name})" if by_lower else column.name
        return "" if kind == "v" or wanted in bare else wanted

    def estimate(self, table: str) -> int:
        explain = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {self._regclass(table)}"  # noqa: S608  # the name is quoted
        plan = self.connection.execute(explain).fetchone()[0]
        return int(plan[0]["Plan"]["Plan Rows"])

    def _regclass(self, table: str) -> str:
        quote = self.dialect.identifier_preparer.quote_identifier
        return f"{quote(self.schema)}.{quote(table)}" if self.schema else quote(table)

    def rows(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        with self.connection.cursor(name=f"dsar_{next(self._cursors)}") as cursor:
            cursor.itersize = 1000
            cursor.execute(*self.compile(statement))
            yield from cursor

    def batches(self, records: Records, form: Form) -> Iterator[tuple[bytes, int]]:
        sql, parameters = self._copy(records, form)
        lines: list[Any] = []
        size = 0
        with self.connection.cursor().copy(sql, parameters) as copy:
            for line in copy:
                lines.append(line)
                size += len(line)
                if size >= BATCH:
                    yield b"".join(lines), len(lines)
                    lines, size = [], 0
        if lines:
            yield b"".join(lines), len(lines)

    def _copy(self, records: Records, form: Form) -> tuple[str, Any]:
        keys = self.order(records)
        shown = records.collection.shown
        if form is Form.JSON:
            cells = [self._json_cell(records, field).label(field.name) for field in shown]
            inner = select(*cells).select_from(records.source).order_by(*keys).subquery("r")
            sql, parameters = self.compile(select(func.row_to_json(literal_column("r.*"))).select_from(inner))
            return _JSON_COPY.format(sql), parameters
        cells = [self._csv_cell(records, field).label(f"c{index}") for index, field in enumerate(shown)]
        texts = [f"c{index}" for index, field in enumerate(shown) if _is_text(records, field)]
        sql, parameters = self.compile(select(*cells).select_from(records.source).order_by(*keys))
        return _CSV_COPY.format(sql, f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""), parameters

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

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(value, Text)

    def as_text(self, value: Any) -> str:
        return str(value)

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return collate(cast(value, Text), "C")

    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[str]) -> ColumnElement[bool]:
        text = cast(value, Text)
        exact = collate(func.translate(text, ascii_uppercase, ascii_lowercase), "C").in_(spellings)
        if column.declared.endswith("citext"):
            return and_(value.in_([cast(literal(one, String()), _Declared(column.declared)) for one in spellings]), exact)
        if column.collation:
            return exact
        # A Turkish locale lowers I to a letter of its own: so the capitals are asked for as well.
        cases = dict.fromkeys([*spellings, *(one.translate(_TO_UPPER) for one in spellings)])
        return and_(func.lower(value).in_([func.lower(literal(one, Text())) for one in cases]), exact)

    def bind(self, text: str, column: Column) -> ColumnElement[Any] | None:
        if not fits(text.removeprefix("\\x") if column.family is Family.BINARY else text, column.family):
            return None
        if column.family is Family.NUMBER:
            whole = "." not in text and -(2**63) <= Decimal(text) < 2**63
            return cast(literal(text, String()), BigInteger() if whole else Numeric())
        return cast(literal(text, String()), _Declared(column.declared))


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

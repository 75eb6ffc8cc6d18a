"""Any other engine that SQLAlchemy has a dialect for: its own SQL, without what only some engines can do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, ColumnElement, Select, String, Uuid, and_, cast, collate, create_engine, func, inspect, make_url, types
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, NoSuchModuleError, NoSuchTableError, OperationalError

from requests_app.connectors.base import Config, Misconfigured, SourceFault, Unreachable
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.session import Found, Keys, Session, Table
from requests_app.connectors.sql.speech import Column, Elements, Prepared, Speech
from requests_app.connectors.sql.text import Family

_FAMILIES: Final = (
    (types.Boolean, Family.BOOLEAN),
    ((types.Integer, types.Numeric, types.Float), Family.NUMBER),
    (JSON, Family.JSON),
    (Uuid, Family.UUID),
    ((types.Date, types.DateTime, types.Time), Family.MOMENT),
    (types.LargeBinary, Family.BINARY),
    (String, Family.TEXT),
)
_PACKAGES: Final = {
    "oracle": "oracledb",
    "mssql": "pyodbc",
    "redshift": "sqlalchemy-redshift",
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "databricks": "databricks-sqlalchemy",
    "duckdb": "duckdb-engine",
    "clickhouse": "clickhouse-sqlalchemy",
    "db2": "ibm-db-sa",
    "trino": "trino",
}
_ISOLATED: Final = ("REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE")
_LONGEST: Final = 1000  # characters of a value that leads to another record
_BYTES: Final = {"mssql": "Latin1_General_BIN2", "sqlite": "BINARY", "postgresql": "C"}
"""Collations whose equality is that of bytes, where an engine's own may be another."""


class GenericSpeech(Speech):
    """The SQL of a dialect, as far as all have it: no values inside columns, and none from other systems."""

    quotes: ClassVar[bool | None] = None

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        text = cast(value, String(_LONGEST))
        return collate(text, _BYTES[self.dialect.name]) if self.dialect.name in _BYTES else text

    def is_email(self, value: ColumnElement[Any], _: Column, spellings: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
        # REPLACE, where LOWER would touch more than A to Z; an index on lower() serves the wider half.
        pairs = zip(ascii_uppercase, ascii_lowercase, strict=True)
        lowered = reduce(lambda old, pair: func.replace(old, *pair), pairs, self.exactly(value))
        return and_(func.lower(value).in_([func.lower(one) for one in spellings]), lowered.in_(spellings))

    def slot(self, name: str, column: Column, how: str) -> ColumnElement[Any]:
        return self.words(name) if how == "email" or column.family is Family.TEXT else super().slot(name, column, how)

    def wire(self, text: str, column: Column) -> Any:
        if column.family is Family.NUMBER:
            return Decimal(text) if "." in text else int(text)
        if column.family is Family.MOMENT:
            return date.fromisoformat(text[:10]) if column.declared == "DATE" else text
        return super().wire(text, column)

    def unpacked(self, text: ColumnElement[Any], column: Column) -> ColumnElement[Any] | None:
        del text, column
        return None  # compare with the packed column

    def elements(self, value: ColumnElement[Any], column: Column, path: Sequence[str]) -> Elements:
        del value, path
        raise Misconfigured(f"values inside the column `{column.name}` cannot be looked for in {self.dialect.name}")

    def listed(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        raise Misconfigured(f"values inside columns cannot be looked for in {self.dialect.name} ({type(value).__name__})")

    def inline(self, name: str) -> Elements:
        del name
        raise Misconfigured(f"{self.dialect.name} takes no values from other systems")

    def spaces(self, collection: Collection) -> tuple[str, ...]:
        return (collection.database, collection.schema) if collection.database and collection.schema else (collection.schema,)


class Generic(Session):
    """A transaction of any engine, as isolated as it can be; it is always rolled back."""

    folds_columns: ClassVar[bool] = True

    def _connect(self) -> Any:
        engine = _engine(self.config)
        self.speech = GenericSpeech(engine.dialect)
        if self.gifts.are_many:
            raise Misconfigured(f"{self.config.name}: {engine.dialect.name} takes no values from other systems")
        self._engine = engine
        connection = engine.connect()
        try:
            levels = connection.dialect.get_isolation_level_values(connection.connection.dbapi_connection)
        except NotImplementedError:
            levels = ()
        level = next((level for level in _ISOLATED if level in levels), None)
        return connection.execution_options(isolation_level=level) if level else connection

    def close(self) -> None:
        self.connection.close()
        self._engine.dispose()

    @classmethod
    def fault(cls, error: Exception, config: Config) -> SourceFault | None:
        if not isinstance(error, DBAPIError):
            return None
        if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
            return Unreachable(f"{config.name}: the system cannot be reached, or stopped answering")
        return SourceFault(f"{config.name}: the system could not answer")

    def columns(self, tables: Sequence[Table]) -> tuple[Sequence[Any], ...]:
        return tuple(row for number, table in enumerate(tables) for row in self._columns(number, table))

    def _columns(self, number: int, table: Table) -> Iterator[Sequence[Any]]:
        try:
            for column in inspect(self.connection).get_columns(table.name, table.schema or None):
                yield number, column["name"], _family(column["type"]), str(column["type"].__class__.__name__)
        except NoSuchTableError:
            return

    def understood(self, tables: Sequence[Table], rows: Sequence[Sequence[Any]]) -> Found:
        live: dict[Table, dict[str, Column]] = {}
        for number, name, family, declared in rows:
            exact = family is not Family.TEXT or self.speech.dialect.name not in _BYTES
            live.setdefault(tables[number], {})[name] = Column(name, family, declared, exact)
        return live

    def keys(self, tables: Sequence[Table]) -> Keys:
        found: dict[Table, tuple[str, ...]] = {}
        for table in tables:
            try:
                names = inspect(self.connection).get_pk_constraint(table.name, table.schema or None)["constrained_columns"]
            except (NoSuchTableError, NotImplementedError):
                continue
            if names:
                found[table] = tuple(names)
        return found

    def lacks_index(self, table: Table, column: Column, *, email: bool) -> str:
        del email
        seen = inspect(self.connection)
        schema = table.schema or None
        firsts = [index["column_names"][:1] for index in seen.get_indexes(table.name, schema)]
        firsts.append(seen.get_pk_constraint(table.name, schema)["constrained_columns"][:1])
        is_view = table.name in seen.get_view_names(schema)
        return "" if is_view or [column.name] in firsts else column.name

    def estimate(self, table: Table) -> int:
        quote = self.speech.dialect.identifier_preparer.quote
        name = ".".join(quote(part) for part in (table.schema, table.name) if part)
        return int(self.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar())  # noqa: S608  # quoted

    def rows(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        sql, parameters = self._asked(statement, values)
        streamed = self.connection.execution_options(stream_results=True)
        for row in streamed.exec_driver_sql(sql, parameters or None):
            yield [_plain(value) for value in row]


def _engine(config: Config) -> Any:
    try:
        url = make_url(config.url)
        return create_engine(url)
    except NoSuchModuleError:
        backend = make_url(config.url).get_backend_name()
    except ImportError as error:
        raise Misconfigured(f"{config.name}: the driver `{error.name}` is not installed: pip install {error.name}") from None
    package = _PACKAGES.get(backend)
    if package is None:
        raise Misconfigured(f"{config.name}: the address is no URL of a database that we know")
    raise Misconfigured(f"{config.name}: the dialect of {backend} is not installed: pip install {package}")


def _family(kind: Any) -> Family:
    return next((family for kinds, family in _FAMILIES if isinstance(kind, kinds)), Family.OTHER)


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return bytes(value) if isinstance(value, memoryview | bytearray) else value

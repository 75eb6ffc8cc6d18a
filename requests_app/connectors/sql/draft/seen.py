"""A live schema as it is found: tables, columns, keys. Names and types only; no record is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Inspector, create_engine, inspect, make_url, types
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from requests_app.connectors.base import Config, Misconfigured, Refused, SourceFault, Unreachable

_DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_TIMEOUTS: Final = {"postgresql": {"connect_timeout": 5}, "mysql": {"connect_timeout": 5}, "mariadb": {"connect_timeout": 5}}
_TYPES: Final[Sequence[tuple[type[Any], str]]] = (
    # The first that fits wins: what is special stands before what it is a kind of.
    (types.Boolean, "boolean"),
    (types.Integer, "integer"),
    (types.Float, "float"),
    (types.Numeric, "decimal"),
    (types.DateTime, "datetime"),
    (types.Date, "date"),
    (types.Time, "time"),
    (types.LargeBinary, "binary"),
    (types._Binary, "binary"),  # noqa: SLF001  # the parent of BINARY and VARBINARY has no public name
    (types.JSON, "json"),
    (types.Uuid, "uuid"),
    (types.String, "string"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `data_type` is empty where no plain word fits its type."""

    name: str
    data_type: str
    length: int = 0

    @property
    def is_text(self) -> bool:
        return self.data_type in {"string", ""}

    def compares_with(self, other: "Column") -> bool:
        mine, theirs = (_COMPARED.get(one.data_type, one.data_type) for one in (self, other))
        return mine == theirs != ""


_COMPARED: Final = {"decimal": "number", "integer": "number", "float": "number", "date": "moment", "datetime": "moment"}


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table that hold the key of `table`."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()
    is_view: bool = False

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class Schema:
    """What an account sees of a database. `others` are schemas that were not looked into."""

    database: str
    engine: str
    name: str
    tables: tuple[Table, ...]
    others: tuple[str, ...] = ()

    def named(self) -> dict[str, Table]:
        return {table.name: table for table in self.tables}


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """Give a connection that only reads.

    Raises:
        Misconfigured: `url` is none, of an unknown system, or its driver is missing.
        SourceFault: the system cannot be reached or refuses us. No text of a driver is repeated, which may hold the password.
    """
    address = _address(url)
    fault: SourceFault | None = None
    try:
        engine = _engine(address)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except DBAPIError as error:
        fault = _told(error, address, url)
    except SQLAlchemyError:
        fault = SourceFault(f"{address.get_backend_name()}: the system could not answer")
    if fault:
        raise fault


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        drivername = _DRIVERS.get(address.drivername, address.drivername)
        if drivername == "sqlite":
            return _readable(address)
        return address.set(drivername=drivername)
    except (ArgumentError, ValueError):
        raise Misconfigured("This is no URL of a database: postgresql://user:password@host/name, for instance.") from None


def _readable(address: URL) -> URL:
    """Return the address of the SQLite file opened read-only: a file that is not there must not be made."""
    path = Path(address.database or "").absolute()
    if not path.is_file():
        raise Unreachable(f"The file {path.name or '(none)'} is not there.")
    return address.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})


def _engine(address: URL) -> Engine:
    try:
        engine = create_engine(address, connect_args=_TIMEOUTS.get(address.get_backend_name(), {}))
    except NoSuchModuleError:
        raise Misconfigured(f"No driver for `{address.drivername}` is known here.") from None
    except ImportError as error:
        raise Misconfigured(f"The driver `{error.name}` for `{address.drivername}` is not installed.") from None
    return engine.execution_options(postgresql_readonly=True) if address.get_backend_name() == "postgresql" else engine


def _told(error: DBAPIError, address: URL, url: str) -> SourceFault:
    """Translate a driver's exception as the search does, or into the plainest words where the engine is no acquaintance."""
    sessions = import_module("requests_app.connectors.sql.opening").ENGINES
    session = sessions.get(address.get_backend_name())
    config = Config(address.get_backend_name(), url, Path())
    fault = session.fault(error.orig, config) if session and isinstance(error.orig, Exception) else None
    if isinstance(fault, SourceFault):
        return fault
    return Refused(f"{config.name}: the system cannot be reached, or refuses our name, password or question")


def look(connection: Connection, schema: str) -> Schema:
    """Return the tables and views of `schema`, or of the usual one.

    Raises:
        Misconfigured: there are none, or no such schema.
    """
    seen = inspect(connection)
    dialect = connection.dialect
    if schema and schema not in seen.get_schema_names():
        raise Misconfigured(
            f"There is no schema of that name, or it is hidden from the account. Seen: {', '.join(_own_schemas(seen))}."
        )
    names, views = (sorted(get(schema or None)) for get in (seen.get_table_names, seen.get_view_names))
    tables = tuple(_table(seen, name, schema, is_view=name in views) for name in [*names, *views])
    if not tables:
        raise Misconfigured("The account sees no tables there: another database, another --schema, or a right to read is missing.")
    url = connection.engine.url
    database = Path(url.database or "").stem if dialect.name == "sqlite" else url.database or ""
    usual = schema or seen.default_schema_name
    return Schema(database, dialect.name, schema, tables, tuple(name for name in _own_schemas(seen) if name != usual))


def _own_schemas(seen: Inspector) -> list[str]:
    ours = (
        name
        for name in seen.get_schema_names()
        if not name.startswith(("pg_", "information_schema", "mysql", "sys", "performance_"))
    )
    return list(ours) if seen.dialect.name == "postgresql" else [seen.default_schema_name or "main"]


def _table(seen: Inspector, name: str, schema: str, *, is_view: bool) -> Table:
    at = schema or None
    indexes: list[Any] = [] if is_view else list(seen.get_indexes(name, at))
    once = [] if is_view else [found["column_names"] for found in seen.get_unique_constraints(name, at)]
    once += [found["column_names"] for found in indexes if found.get("unique")]
    return Table(
        name,
        tuple(_column(found) for found in seen.get_columns(name, at)),
        () if is_view else tuple(seen.get_pk_constraint(name, at)["constrained_columns"]),
        () if is_view else tuple(_foreign_keys(seen, name, at)),
        frozenset(names[0] for names in once if len(names) == 1 and names[0]),
        frozenset(found["column_names"][0] for found in indexes if found["column_names"] and found["column_names"][0]),
        is_view,
    )


def _foreign_keys(seen: Inspector, name: str, schema: str | None) -> Iterator[ForeignKey]:
    for found in seen.get_foreign_keys(name, schema):
        if found.get("referred_schema") in {None, schema}:
            yield ForeignKey(tuple(found["constrained_columns"]), found["referred_table"], tuple(found["referred_columns"]))


def _column(found: Any) -> Column:
    kind = found["type"]
    word = next((word for known, word in _TYPES if isinstance(kind, known)), "")
    length = getattr(kind, "length", None) if word == "string" else None
    return Column(found["name"], word, length or 0)

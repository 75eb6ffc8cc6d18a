"""MariaDB and MySQL: a consistent read-only snapshot, rows streamed, text written here."""

from collections.abc import Iterator, Sequence
from functools import reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar, Final

import pymysql
from pymysql.converters import conversions
from pymysql.cursors import SSCursor
from sqlalchemy import BINARY, ColumnElement, Select, and_, cast, func, literal, make_url
from sqlalchemy.dialects.mysql import CHAR
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine import Dialect

from requests_app.connectors.base import Config, NotAsDescribed, Refused, SourceFault, TooSlow, Unreachable
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Column, Live, Session, fits
from requests_app.connectors.sql.text import Family

_FAMILIES: Final = {
    **dict.fromkeys(
        ("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year", "bit"), Family.NUMBER
    ),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), Family.TEXT),
    **dict.fromkeys(("date", "datetime", "timestamp", "time"), Family.MOMENT),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), Family.BINARY),
    "json": Family.JSON,
    "uuid": Family.UUID,
}
_AS_WRITTEN: Final = {kind: convert for kind, convert in conversions.items() if not isinstance(kind, int)}
"""Numbers and moments come as the server writes them: no digit is lost, and a date of the year 0 is no fault."""
_COLUMNS: Final = """
SELECT table_name, column_name, data_type, column_type, coalesce(collation_name, '') FROM information_schema.columns
WHERE table_schema = coalesce(nullif(%s, ''), database()) AND lower(table_name) IN %s
"""
_INDEXED: Final = """
SELECT t.table_type, coalesce(sum(s.seq_in_index = 1 AND lower(s.column_name) = lower(%s)), 0), coalesce(max(t.table_rows), 0)
FROM information_schema.tables t LEFT JOIN information_schema.statistics s
  ON s.table_schema = t.table_schema AND s.table_name = t.table_name
WHERE t.table_schema = coalesce(nullif(%s, ''), database()) AND lower(t.table_name) = lower(%s) GROUP BY t.table_type
"""
_CODECS: Final = {"ascii": "ascii", "latin1": "cp1252", "latin2": "iso8859-2", "latin5": "iso8859-9", "latin7": "iso8859-13"}
_ENDLESS: Final = 4294967295  # rounds of a recursive query: MariaDB would cut it short without an error
_FAULTS: Final[dict[type[SourceFault], tuple[str, frozenset[int]]]] = {
    Refused: ("refuses our name, password, database or rights", frozenset({1044, 1045, 1049, 1142, 1143, 1227, 1370, 1698, 4151})),
    NotAsDescribed: ("lacks something that the description names", frozenset({1054, 1146, 1356, 1412})),
    TooSlow: ("did not finish in time, or a table is locked", frozenset({1205, 1213, 1969, 3024})),
    Unreachable: (
        "cannot be reached or stopped answering",
        frozenset({1040, 1053, 1152, 1158, 1159, 2002, 2003, 2005, 2006, 2013}),
    ),
}


class Maria(Session):
    """A snapshot of MariaDB or MySQL. Tables of an engine without transactions are read as they are at that moment."""

    dialect: ClassVar[Dialect] = MySQLDialect_pymysql()

    def _connect(self) -> Any:
        arguments, keywords = self.dialect.create_connect_args(make_url(self.config.url).set(drivername="mysql+pymysql"))
        ours = {
            "charset": "utf8mb4",
            "autocommit": True,
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": self.timeout + CONNECT_TIMEOUT,
            "conv": _AS_WRITTEN,
        }
        connection = pymysql.connect(*arguments, **{**keywords, **ours})
        try:
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin(self, connection: Any) -> None:
        maria = "MariaDB" in connection.get_server_info()
        limits = {
            "max_statement_time" if maria else "max_execution_time": self.timeout if maria else self.timeout * 1000,
            "max_recursive_iterations" if maria else "cte_max_recursion_depth": _ENDLESS,
            "lock_wait_timeout": CONNECT_TIMEOUT,
        }
        settings = ", ".join(f"SESSION {name} = {value}" for name, value in limits.items())
        with connection.cursor() as cursor:
            cursor.execute(f"SET {settings}, SESSION sql_mode = '', SESSION time_zone = '+00:00'")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    @staticmethod
    def fault(error: Exception, config: Config) -> SourceFault | None:
        if not isinstance(error, pymysql.Error):
            return None
        code = error.args[0] if error.args else None
        for kind, (words, codes) in _FAULTS.items():
            if code in codes:
                return kind(f"{config.name}: the system {words}")
        if isinstance(error, pymysql.InterfaceError):
            return Unreachable(f"{config.name}: the system stopped answering")
        return SourceFault(f"{config.name}: the system could not answer (error {code if isinstance(code, int) else 'unknown'})")

    def columns(self, tables: Sequence[str]) -> Live:
        live: dict[str, dict[str, Column]] = {}
        with self.connection.cursor() as cursor:
            cursor.execute(_COLUMNS, [self.schema, [name.lower() for name in tables] or [""]])
            for table, name, kind, declared, collation in cursor:
                family = Family.BOOLEAN if declared == "tinyint(1)" else _FAMILIES.get(kind, Family.OTHER)
                exact = family is not Family.TEXT  # even a binary collation ignores blanks at the end
                live.setdefault(table, {})[name] = Column(name, family, declared, exact, collation)
        return live

    def lacks_index(self, table: str, column: Column, *, email: bool) -> str:
        kind, indexes, _ = self._table(table, column.name)
        folding = not email or column.collation.endswith("_ci")
        if kind == "VIEW" or (int(indexes) and folding):
            return ""
        return column.name if folding else f"{column.name} (with a collation that ignores case)"

    def estimate(self, table: str) -> int:
        return int(self._table(table, "")[2])

    def _table(self, table: str, column: str) -> Sequence[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(_INDEXED, [column, self.schema, table])
            return tuple(cursor.fetchone() or ("VIEW", 0, 0))

    def rows(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        with self.connection.cursor() as cursor:
            cursor.execute(*self.compile(statement))
            yield from cursor

    def stream(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        cursor = self.connection.cursor(SSCursor)
        cursor.execute(*self.compile(statement))
        yield from cursor
        cursor.close()

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def as_text(self, value: Any) -> str:
        return value.hex() if isinstance(value, bytes) else str(value)

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(cast(value, CHAR(charset="utf8mb4")), BINARY())

    def is_email(self, value: ColumnElement[Any], column: Column, spellings: Sequence[str]) -> ColumnElement[bool]:
        # REPLACE looks at bytes, where LOWER would touch more than A to Z; the index serves the wider half.
        text: ColumnElement[Any] = cast(value, CHAR(charset="utf8mb4"))
        lowered = reduce(lambda old, pair: func.replace(old, *pair), zip(ascii_uppercase, ascii_lowercase, strict=True), text)
        exact = cast(lowered, BINARY()).in_([cast(literal(one), BINARY()) for one in spellings])
        if column.collation.endswith("_ci"):
            return and_(value.in_([one for one in spellings if _can_hold(column, one)]), exact)
        return and_(func.lower(text).in_([func.lower(one) for one in spellings]), exact)

    def bind(self, text: str, column: Column) -> ColumnElement[Any] | None:
        if not fits(text, column.family) or not _can_hold(column, text):
            return None
        return literal(bytes.fromhex(text) if column.family is Family.BINARY else text)

    def _cell(self, value: ColumnElement[Any], field: Field, column: Column) -> ColumnElement[Any]:
        return value + 0 if column.declared.startswith("bit(") else super()._cell(value, field, column)


def _can_hold(column: Column, text: str) -> bool:
    """Tell whether the column's character set has the text; the server would refuse to compare it otherwise."""
    try:
        text.encode(_CODECS.get(column.collation.partition("_")[0], "utf-8"))
    except UnicodeEncodeError:
        return False
    return True

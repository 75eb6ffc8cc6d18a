"""A connection to MariaDB or MySQL: a consistent read-only snapshot, rows streamed, text written here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pymysql
from pymysql.constants import CLIENT
from pymysql.converters import conversions
from pymysql.cursors import SSCursor
from sqlalchemy import Select, make_url

from requests_app.connectors.base import Config, NotAsDescribed, Refused, SourceFault, TooSlow, Unreachable
from requests_app.connectors.sql.gifts import TABLE
from requests_app.connectors.sql.mariadb_speech import MariaSpeech
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Found, Keys, Session, Table
from requests_app.connectors.sql.speech import Column, Prepared, Speech
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
SELECT lower(table_schema), lower(table_name), table_name, column_name, data_type, column_type, coalesce(collation_name, '')
FROM information_schema.columns WHERE (lower(table_schema), lower(table_name)) IN %s
"""
_KEYS: Final = """
SELECT lower(table_schema), lower(table_name), index_name, column_name, nullable FROM information_schema.statistics
WHERE NOT non_unique AND (lower(table_schema), lower(table_name)) IN %s
ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index
"""
_INDEXED: Final = """
SELECT t.table_type, coalesce(sum(s.seq_in_index = 1 AND lower(s.column_name) = lower(%s)), 0), coalesce(max(t.table_rows), 0)
FROM information_schema.tables t LEFT JOIN information_schema.statistics s
  ON s.table_schema = t.table_schema AND s.table_name = t.table_name
WHERE lower(t.table_schema) = %s AND lower(t.table_name) = %s GROUP BY t.table_type
"""
_LONG: Final = 1 << 30  # bytes of a list that the server puts together: it would cut it short without an error
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

    speech: Speech = MariaSpeech()

    def _connect(self) -> Any:
        url = make_url(self.config.url).set(drivername="mysql+pymysql")
        arguments, keywords = self.speech.dialect.create_connect_args(url)
        ours = {
            "charset": "utf8mb4",
            "autocommit": True,
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": self.timeout + CONNECT_TIMEOUT,
            "conv": _AS_WRITTEN,
            "client_flag": CLIENT.FOUND_ROWS,  # a row that is overwritten by what it held counts too
        }
        connection = pymysql.connect(*arguments, **{**keywords, **ours})
        self._database = (url.database or "").lower()
        try:
            if self.gifts.are_many:
                self._hand_over(connection)
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {TABLE} (pointer int, value longtext) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
            )
            for batch in self.gifts.batches():
                cursor.executemany(f"INSERT INTO {TABLE} VALUES (%s, %s)", batch)  # noqa: S608  # our own name

    def _begin(self, connection: Any) -> None:
        maria = "MariaDB" in connection.get_server_info()
        limits = {
            "max_statement_time" if maria else "max_execution_time": self.timeout if maria else self.timeout * 1000,
            "max_recursive_iterations" if maria else "cte_max_recursion_depth": _ENDLESS,
            "group_concat_max_len": _LONG,
            "lock_wait_timeout": CONNECT_TIMEOUT,
        }
        settings = ", ".join(f"SESSION {name} = {value}" for name, value in limits.items())
        with connection.cursor() as cursor:
            cursor.execute(f"SET {settings}, SESSION sql_mode = '', SESSION time_zone = '+00:00'")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    @classmethod
    def fault(cls, error: Exception, config: Config) -> SourceFault | None:
        if not isinstance(error, pymysql.Error):
            return None
        code = error.args[0] if error.args else None
        for kind, (words, codes) in _FAULTS.items():
            if code in codes:
                return kind(f"{config.name}: the system {words}")
        if isinstance(error, pymysql.InterfaceError):
            return Unreachable(f"{config.name}: the system stopped answering")
        return SourceFault(f"{config.name}: the system could not answer (error {code if isinstance(code, int) else 'unknown'})")

    def columns(self, tables: Sequence[Table]) -> tuple[Sequence[Any], ...]:
        with self.connection.cursor() as cursor:
            cursor.execute(_COLUMNS, [[self._at(table) for table in tables] or [("", "")]])
            return tuple(cursor)

    def understood(self, tables: Sequence[Table], rows: Sequence[Sequence[Any]]) -> Found:
        live: dict[tuple[str, str], dict[str, dict[str, Column]]] = {}
        for schema, folded, table, name, kind, declared, collation in rows:
            family = Family.BOOLEAN if declared == "tinyint(1)" else _FAMILIES.get(kind, Family.OTHER)
            exact = family is not Family.TEXT  # even a binary collation ignores blanks at the end
            found = live.setdefault((schema, folded), {}).setdefault(table, {})
            found[name] = Column(name, family, declared, exact, collation)
        return {table: live[at][table.name] for table in tables if table.name in live.get(at := self._at(table), {})}

    def keys(self, tables: Sequence[Table]) -> Keys:
        found: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        with self.connection.cursor() as cursor:
            cursor.execute(_KEYS, [[self._at(table) for table in tables] or [("", "")]])
            for schema, table, index, name, nullable in cursor:
                found.setdefault((schema, table), {}).setdefault(index, []).append((name, nullable))
        full = {at: [columns for columns in found[at].values() if not any(null for _, null in columns)] for at in found}
        return {table: tuple(name for name, _ in full[at][0]) for table in tables if full.get(at := self._at(table))}

    def _at(self, table: Table) -> tuple[str, str]:
        return (table.schema or table.database or self._database).lower(), table.name.lower()

    def lacks_index(self, table: Table, column: Column, *, email: bool) -> str:
        kind, indexes, _ = self._table(table, column.name)
        folding = not email or column.collation.endswith("_ci")
        if kind == "VIEW" or (int(indexes) and folding):
            return ""
        return column.name if folding else f"{column.name} (with a collation that ignores case)"

    def estimate(self, table: Table) -> int:
        return int(self._table(table, "")[2])

    def _table(self, table: Table, column: str) -> Sequence[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(_INDEXED, [column, *self._at(table)])
            return tuple(cursor.fetchone() or ("VIEW", 0, 0))

    def rows(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        with self.connection.cursor() as cursor:
            cursor.execute(*self._asked(statement, values))
            yield from cursor

    def stream(self, prepared: Prepared, values: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        cursor = self.connection.cursor(SSCursor)
        cursor.execute(*self._asked(prepared, values))
        yield from cursor
        cursor.close()

"""A SQLite file opened read-only: one read transaction, text written here."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from sqlalchemy import Select, make_url

from requests_app.connectors.base import Config, NotAsDescribed, Refused, SourceFault, TooSlow, Unreachable
from requests_app.connectors.sql.gifts import TABLE
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Found, Keys, Session, Table
from requests_app.connectors.sql.speech import Column, Prepared, Speech
from requests_app.connectors.sql.sqlite_speech import SqliteSpeech
from requests_app.connectors.sql.text import Family

_FAMILIES: Final = (
    # The first that stands in the declared type wins: SQLite's own rule of affinity, and the names that others give.
    ("BOOL", Family.BOOLEAN),
    ("JSON", Family.JSON),
    ("DATE", Family.MOMENT),
    ("TIME", Family.MOMENT),
    ("INT", Family.NUMBER),
    ("CHAR", Family.TEXT),
    ("CLOB", Family.TEXT),
    ("TEXT", Family.TEXT),
    ("UUID", Family.TEXT),
    ("BLOB", Family.BINARY),
    ("BINARY", Family.BINARY),
    ("REAL", Family.NUMBER),
    ("FLOA", Family.NUMBER),
    ("DOUB", Family.NUMBER),
    ("NUM", Family.NUMBER),
    ("DEC", Family.NUMBER),
)
_COLUMNS: Final = """
SELECT lower(m.name), c.name, c.type, m.type = 'table' AND instr(lower(m.sql), 'collate') = 0
FROM sqlite_master m, pragma_table_xinfo(m.name) c
WHERE m.type IN ('table', 'view') AND lower(m.name) IN (SELECT lower(value) FROM json_each(?))
"""
_KEYS: Final = """
SELECT lower(m.name), '', 0, c.name, 1 FROM sqlite_master m, pragma_table_info(m.name) c
WHERE m.type = 'table' AND c.pk > 0 AND lower(m.name) IN (SELECT lower(value) FROM json_each(?1))
UNION ALL
SELECT lower(m.name), i.name, 1, c.name, c."notnull" FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) x
JOIN pragma_table_info(m.name) c ON c.cid = x.cid
WHERE i."unique" AND NOT i.partial AND m.type = 'table' AND lower(m.name) IN (SELECT lower(value) FROM json_each(?1))
"""
_INDEXED: Final = """
SELECT i.name, lower(x.name), lower(m.sql) FROM pragma_index_list(?1) i, pragma_index_xinfo(i.name) x
LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name WHERE x.seqno = 0 AND NOT i.partial
UNION ALL SELECT '', lower(c.name), '' FROM pragma_table_info(?1) c WHERE c.pk = 1
"""
_STEPS: Final = 10_000  # of SQLite's virtual machine between two looks at the clock


class Sqlite(Session):
    """A snapshot of a SQLite file. It has no schemas: what a description says of them is passed over."""

    speech: Speech = SqliteSpeech()
    folds_tables: ClassVar[bool] = True
    mode = "ro"

    def _connect(self) -> Any:
        connection = self._opened(self.mode)
        try:
            if self.gifts.are_many:
                connection.execute(f"CREATE TEMPORARY TABLE {TABLE} (pointer INTEGER, value TEXT)")
                for batch in self.gifts.batches():
                    connection.executemany(f"INSERT INTO {TABLE} VALUES (?, ?)", batch)  # noqa: S608  # our own name
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened(self, mode: str) -> sqlite3.Connection:
        path = Path(make_url(self.config.url).database or "").absolute()
        connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=CONNECT_TIMEOUT, isolation_level=None)
        connection.text_factory = _decoded
        self._deadline = monotonic() + self.timeout
        connection.set_progress_handler(lambda: monotonic() > self._deadline, _STEPS)
        return connection

    def _begin(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read takes the snapshot

    @classmethod
    def fault(cls, error: Exception, config: Config) -> SourceFault | None:
        if not isinstance(error, sqlite3.Error):
            return None
        code, text = getattr(error, "sqlite_errorcode", None), str(error)
        if code == sqlite3.SQLITE_INTERRUPT:
            return TooSlow(f"{config.name}: the system did not finish in time")
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_PERM}:
            return Refused(f"{config.name}: the file is no database that we may read")
        if code == sqlite3.SQLITE_ERROR and text.startswith(("no such table", "no such column")):
            return NotAsDescribed(f"{config.name}: the system lacks something that the description names")
        if isinstance(error, sqlite3.OperationalError):
            return Unreachable(f"{config.name}: the file cannot be opened or read, or is locked")
        return SourceFault(f"{config.name}: the system could not answer")

    def columns(self, tables: Sequence[Table]) -> tuple[Sequence[Any], ...]:
        return tuple(self.connection.execute(_COLUMNS, [json.dumps([table.name for table in tables])]))

    def understood(self, tables: Sequence[Table], rows: Sequence[Sequence[Any]]) -> Found:
        live: dict[str, dict[str, Column]] = {}
        for table, name, declared, exact in rows:
            family = _family(declared)
            bytewise = bool(exact) or family not in {Family.TEXT, Family.OTHER}
            live.setdefault(table, {})[name] = Column(name, family, declared or "any", bytewise)
        return {table: live[table.name.lower()] for table in tables if table.name.lower() in live}

    def keys(self, tables: Sequence[Table]) -> Keys:
        """A column of a primary key may be NULL here; one that is an integer alone never is."""
        found: dict[tuple[str, int, str], list[tuple[str, bool]]] = {}
        for table, index, rank, name, full in self.connection.execute(_KEYS, [json.dumps([table.name for table in tables])]):
            found.setdefault((table, rank, index), []).append((name, bool(full)))
        best: dict[str, tuple[str, ...]] = {}
        for (table, _, _), columns in sorted(found.items()):
            if all(full for _, full in columns):
                best.setdefault(table, tuple(name for name, _ in columns))
        return {table: best[table.name.lower()] for table in tables if table.name.lower() in best}

    def lacks_index(self, table: Table, column: Column, *, email: bool) -> str:
        name = column.name.lower()
        found = list(self.connection.execute(_INDEXED, [table.name]))
        is_view = not self.connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table.name]
        ).fetchone()
        if not email:
            return "" if is_view or any(first == name for _, first, _ in found) else column.name
        served = any(
            first is None and f"(lower({name})" in (sql or "").replace(" ", "").replace('"', "") for _, first, sql in found
        )
        return "" if is_view or served else f"lower({column.name})"

    def estimate(self, table: Table) -> int:
        quoted = self.speech.dialect.identifier_preparer.quote_identifier(table.name)
        return int(self.connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608  # the name is quoted

    def rows(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        self._deadline = monotonic() + self.timeout
        for row in self.connection.execute(*self._asked(statement, values)):
            yield row
            self._deadline = monotonic() + self.timeout


def _family(declared: str) -> Family:
    return next((family for part, family in _FAMILIES if part in declared.upper()), Family.OTHER)


def _decoded(raw: bytes) -> Any:
    """Text; what is not UTF-8 stays bytes, so that nothing is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw

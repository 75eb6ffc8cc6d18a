"""SQLite: a file opened read-only, one read transaction, text written here."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Select, String, collate, func, literal, make_url, type_coerce
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect

from requests_app.connectors.base import Config, NotAsDescribed, Refused, SourceFault, TooSlow, Unreachable
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Column, Live, Session, fits
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
SELECT m.name, c.name, c.type, m.type = 'table' AND instr(lower(m.sql), 'collate') = 0
FROM sqlite_master m, pragma_table_xinfo(m.name) c
WHERE m.type IN ('table', 'view') AND lower(m.name) IN (SELECT lower(value) FROM json_each(?))
"""
_INDEXED: Final = """
SELECT i.name, lower(x.name), lower(m.sql) FROM pragma_index_list(?1) i, pragma_index_xinfo(i.name) x
LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name WHERE x.seqno = 0 AND NOT i.partial
UNION ALL SELECT '', lower(c.name), '' FROM pragma_table_info(?1) c WHERE c.pk = 1
"""
_STEPS: Final = 10_000  # of SQLite's virtual machine between two looks at the clock


class Sqlite(Session):
    """A snapshot of a SQLite file."""

    dialect: ClassVar[Dialect] = SQLiteDialect_pysqlite()
    folds_tables: ClassVar[bool] = True

    def _connect(self) -> Any:
        path = Path(make_url(self.config.url).database or "").absolute()
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=CONNECT_TIMEOUT, isolation_level=None)
        connection.text_factory = _decoded
        self._deadline = monotonic() + self.timeout
        connection.set_progress_handler(lambda: monotonic() > self._deadline, _STEPS)
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read takes the snapshot
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def fault(error: Exception, config: Config) -> SourceFault | None:
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

    def columns(self, tables: Sequence[str]) -> Live:
        live: dict[str, dict[str, Column]] = {}
        for table, name, declared, exact in self.connection.execute(_COLUMNS, [json.dumps(tables)]):
            family = _family(declared)
            bytewise = bool(exact) or family not in {Family.TEXT, Family.OTHER}
            live.setdefault(table, {})[name] = Column(name, family, declared or "any", bytewise)
        return live if self.schema in {"", "main"} else {}

    def lacks_index(self, table: str, column: Column, *, email: bool) -> str:
        name = column.name.lower()
        found = list(self.connection.execute(_INDEXED, [table]))
        is_view = not self.connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).fetchone()
        if not email:
            return "" if is_view or any(first == name for _, first, _ in found) else column.name
        served = any(
            first is None and f"(lower({name})" in (sql or "").replace(" ", "").replace('"', "") for _, first, sql in found
        )
        return "" if is_view or served else f"lower({column.name})"

    def estimate(self, table: str) -> int:
        quoted = self.dialect.identifier_preparer.quote_identifier(table)
        return int(self.connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608  # the name is quoted

    def rows(self, statement: Select[Any]) -> Iterator[Sequence[Any]]:
        self._deadline = monotonic() + self.timeout
        for row in self.connection.execute(*self.compile(statement)):
            yield row
            self._deadline = monotonic() + self.timeout

    def text_of(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def as_text(self, value: Any) -> str:
        return value.hex() if isinstance(value, bytes) else str(value)

    def exactly(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return collate(type_coerce(value, String()), "BINARY")

    def is_email(self, value: ColumnElement[Any], _: Column, spellings: Sequence[str]) -> ColumnElement[bool]:
        return func.lower(value).in_(spellings)  # SQLite's own lower() knows A to Z alone, and its result has no collation

    def bind(self, text: str, column: Column) -> ColumnElement[Any] | None:
        if not fits(text, column.family):
            return None
        if column.family is Family.NUMBER:
            whole = text.removeprefix("-").isdecimal() and -(2**63) <= int(text) < 2**63
            return literal(int(text) if whole else float(text))
        return literal(bytes.fromhex(text) if column.family is Family.BINARY else text)


def _family(declared: str) -> Family:
    return next((family for part, family in _FAMILIES if part in declared.upper()), Family.OTHER)


def _decoded(raw: bytes) -> Any:
    """Text; what is not UTF-8 stays bytes, so that nothing is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw

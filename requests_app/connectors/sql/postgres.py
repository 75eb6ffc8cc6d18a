"""A connection to PostgreSQL: one REPEATABLE READ snapshot, read by COPY."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar, Final

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Select, make_url

from requests_app.connectors.base import (
    Config,
    Incomplete,
    Misconfigured,
    NotAsDescribed,
    Refused,
    SourceFault,
    TooSlow,
    Unreachable,
)
from requests_app.connectors.sql import pool
from requests_app.connectors.sql.copying import copied
from requests_app.connectors.sql.gifts import TABLE
from requests_app.connectors.sql.postgres_speech import PostgresSpeech
from requests_app.connectors.sql.session import CONNECT_TIMEOUT, Found, Keys, Session, Table
from requests_app.connectors.sql.speech import Column, Prepared, Reading, Speech
from requests_app.connectors.sql.text import BATCH, Family

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
SELECT w.number, a.attname, t.typname, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(t.oid, NULL) END,
       coalesce(l.collisdeterministic, true) AND t.typname <> 'citext',
       CASE WHEN l.collname = 'default' THEN '' ELSE coalesce(l.collname, '') END
FROM unnest(%(tables)s::text[], %(schemas)s::text[]) WITH ORDINALITY w (name, schema, number)
JOIN pg_catalog.pg_class c ON c.relname = w.name
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
JOIN pg_catalog.pg_type t ON t.oid = coalesce(nullif(d.typbasetype, 0), d.oid)
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN w.schema = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = w.schema END
ORDER BY w.number, a.attnum
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
_KEYS: Final = """
SELECT DISTINCT ON (w.number) w.number, array(
  SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE k.place <= i.indnkeyatts ORDER BY k.place)
FROM unnest(%(tables)s::text[], %(schemas)s::text[]) WITH ORDINALITY w (name, schema, number)
JOIN pg_catalog.pg_class c ON c.relname = w.name
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
WHERE CASE WHEN w.schema = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = w.schema END
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]) AND NOT a.attnotnull)
ORDER BY w.number, i.indisprimary DESC, i.indnkeyatts, i.indexrelid
"""
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
    **dict.fromkeys(("40001", "40P01"), (Incomplete, "the system changed while it was asked")),
}


class Postgres(Session):
    """A snapshot of PostgreSQL."""

    speech: Speech = PostgresSpeech()
    folds_columns: ClassVar[bool] = False
    mode: ClassVar[str] = "READ ONLY"
    settings: ClassVar[Mapping[str, str]] = _SETTINGS

    def _connect(self) -> Any:
        self._cursors = count()
        if not self.gifts.are_many and (kept := pool.taken(self.config.url)) and self._begun(kept):
            return kept
        url = make_url(self.config.url).set(drivername="postgresql+psycopg")
        arguments, keywords = self.speech.dialect.create_connect_args(url)
        keywords = {**keywords, "connect_timeout": CONNECT_TIMEOUT, "client_encoding": "UTF8", "application_name": "dsar"}
        connection = psycopg.connect(*arguments, **keywords, autocommit=True, prepare_threshold=None)
        try:
            if self.gifts.are_many:
                self._hand_over(connection)
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begun(self, kept: Any) -> bool:
        """Begin a snapshot on a kept connection; False where it has died meanwhile."""
        try:
            self._begin(kept)
        except psycopg.Error:
            kept.close()
            return False
        return True

    def close(self) -> None:
        """Keep the connection for the next question if it ended well; what is half-read, failed or holds given values is closed."""
        try:
            if self.connection.info.transaction_status == TransactionStatus.INTRANS:
                self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.connection.close()
        if self.connection.info.transaction_status == TransactionStatus.IDLE and not self.gifts.are_many:
            pool.keep(self.config.url, self.connection)
        else:
            self.connection.close()

    def _begin(self, connection: Any) -> None:
        settings = {**self.settings, "statement_timeout": f"{self.timeout}s"}
        if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            raise Misconfigured(f"{self.config.name}: the database does not say how its text is encoded (SQL_ASCII)")
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
        connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ, {self.mode}; SELECT {calls}")

    def _hand_over(self, connection: Any) -> None:
        connection.execute(f"CREATE TEMPORARY TABLE {TABLE} (pointer int, value text)")
        with connection.cursor().copy(f"COPY {TABLE} FROM STDIN") as copy:
            for batch in self.gifts.batches():
                for row in batch:
                    copy.write_row(row)
        connection.execute(f"ANALYZE {TABLE}")

    @classmethod
    def fault(cls, error: Exception, config: Config) -> SourceFault | None:
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

    def columns(self, tables: Sequence[Table]) -> tuple[Sequence[Any], ...]:
        return tuple(self.connection.execute(_COLUMNS, _wanted(tables)))

    def understood(self, tables: Sequence[Table], rows: Sequence[Sequence[Any]]) -> Found:
        live: dict[Table, dict[str, Column]] = {}
        for number, name, kind, declared, exact, collation in rows:
            column = Column(name, _FAMILIES.get(kind, Family.OTHER), declared, exact, collation)
            live.setdefault(tables[number - 1], {})[name] = column
        return live

    def keys(self, tables: Sequence[Table]) -> Keys:
        return {tables[number - 1]: tuple(names) for number, names in self.connection.execute(_KEYS, _wanted(tables))}

    def lacks_index(self, table: Table, column: Column, *, email: bool) -> str:
        found = self.connection.execute(_INDEXED, {"table": self._regclass(table)}).fetchone()
        kind, starts = found or ("v", [])
        bare = {start.replace("::text", "").replace('"', "").replace("((", "(").replace("))", ")") for start in starts}
        by_lower = email and not column.declared.endswith("citext")
        wanted = f"lower({column.name})" if by_lower else column.name
        return "" if kind == "v" or wanted in bare else wanted

    def estimate(self, table: Table) -> int:
        explain = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {self._regclass(table)}"  # noqa: S608  # the name is quoted
        plan = self.connection.execute(explain).fetchone()[0]
        return int(plan[0]["Plan"]["Plan Rows"])

    def _regclass(self, table: Table) -> str:
        quote = self.speech.dialect.identifier_preparer.quote_identifier
        return ".".join(quote(name) for name in (table.schema, table.name) if name)

    def rows(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        with self.connection.cursor(name=f"dsar_{next(self._cursors)}") as cursor:
            cursor.itersize = 1000
            cursor.execute(*self._asked(statement, values))
            yield from cursor

    def few(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        return list(self.connection.execute(*self._asked(statement, values)))

    def batches(self, reading: Reading, values: Mapping[str, Any]) -> Iterator[tuple[bytes, int]]:
        if reading.line is not None:
            yield from super().batches(reading, values)
            return
        sql, values = reading.prepared.sql, reading.prepared.parameters(values)
        statement = psycopg.ClientCursor(self.connection).mogrify(sql, values).encode()
        lines: list[Any] = []
        size = 0
        for line in copied(self.connection, statement):
            lines.append(line)
            size += len(line)
            if size >= BATCH:
                yield b"".join(lines), len(lines)
                lines, size = [], 0
        if lines:
            yield b"".join(lines), len(lines)


def _wanted(tables: Sequence[Table]) -> dict[str, list[str]]:
    return {"tables": [table.name for table in tables], "schemas": [table.schema for table in tables]}

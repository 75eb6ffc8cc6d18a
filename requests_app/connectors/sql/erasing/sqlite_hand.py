"""Writing in SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final

from sqlalchemy import ColumnElement, String, case, cast, func
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.erasing.hands import Hand, Rows, Tie
from requests_app.connectors.sql.erasing.tongues import register
from requests_app.connectors.sql.session import Table
from requests_app.connectors.sql.speech import Prepared
from requests_app.connectors.sql.sqlite import Sqlite

_LITE_TIES: Final = """
SELECT m.name, f.id, f."table", f."from", f."to", f.on_delete, c."notnull", p.name
FROM sqlite_master m, pragma_foreign_key_list(m.name) f
JOIN pragma_table_info(m.name) c ON c.name = f."from"
LEFT JOIN pragma_table_info(f."table") p ON p.pk = f.seq + 1
WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq
"""


_EMPTY: Final = "NOT NULL constraint failed"


class SqliteHand(Hand, Sqlite):
    """A transaction of SQLite that keeps every other writer out from its beginning. What it overwrites is gone from the file."""

    defers = True
    joins = False
    reads_numbers = False

    def _connect(self) -> Any:
        self.mode = "rw" if self.writes else "ro"
        connection = super()._connect()
        register(connection)
        return connection

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Begin; not with `query_only`, which would forbid temporary tables too: for a plan the file is open for reading only."""
        if self.writes:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA defer_foreign_keys = ON")
        else:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def run(self, statement: CompilerElement | Prepared | str, values: Mapping[str, Any] | None = None) -> int:
        self._deadline = monotonic() + self.timeout
        sql, parameters = self._prepared(statement, values)
        return int(self.connection.execute(sql, parameters or ()).rowcount)

    def fill(self, name: str, columns: int, rows: Rows) -> None:
        places = ", ".join("?" * columns)
        self.connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608  # our own name

    def fact(self, value: ColumnElement[Any], *, is_moment: bool) -> ColumnElement[Any]:
        text: ColumnElement[Any] = cast(value, String)
        return func.substr(text, 1, 10) if is_moment else text

    def month(self, day: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((func.date(day) == day, super().month(day)), else_=day)

    def refusal(self, error: Exception) -> Problem | None:
        if not isinstance(error, sqlite3.IntegrityError):
            return None
        words, _, where = str(error).partition(": ")
        told = words if words.endswith("constraint failed") else error.sqlite_errorname
        return Problem("constraint", where if words == _EMPTY else self.config.name, f"the system refuses the change: {told}")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def same(self, one: Table, other: Table) -> bool:
        return one.name.lower() == other.name.lower()

    def ties(self) -> Sequence[Tie]:
        found: dict[tuple[str, int], list[Any]] = {}
        for row in self.connection.execute(_LITE_TIES):
            found.setdefault((row[0], row[1]), []).append(row)
        return [
            Tie(
                Table(child),
                tuple(row[3] for row in rows),
                Table(rows[0][2]),
                tuple(row[4] or row[7] for row in rows),
                rows[0][5],
                not any(row[6] for row in rows),
            )
            for (child, _), rows in found.items()
        ]

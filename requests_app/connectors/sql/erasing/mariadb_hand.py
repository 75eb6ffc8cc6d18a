"""Writing in MariaDB and MySQL."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pymysql
from sqlalchemy import ColumnElement, cast, collate, func
from sqlalchemy.dialects.mysql import CHAR
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.erasing.hands import Hand, Rows, Tie
from requests_app.connectors.sql.mariadb import Maria
from requests_app.connectors.sql.session import Table
from requests_app.connectors.sql.speech import Prepared

_MY_TIES: Final = """
SELECT lower(k.table_schema), k.table_name, lower(k.referenced_table_schema), k.referenced_table_name, r.delete_rule,
  k.column_name, k.referenced_column_name, k.constraint_name, c.is_nullable = 'YES'
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
JOIN information_schema.columns c
  ON c.table_schema = k.table_schema AND c.table_name = k.table_name AND c.column_name = k.column_name
WHERE k.referenced_table_name IS NOT NULL AND (k.table_schema = %s OR k.referenced_table_schema = %s)
ORDER BY 1, 2, k.constraint_name, k.ordinal_position
"""
_STRICT: Final = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO'"


_REFUSALS: Final = frozenset({1644, 3819, 4025})  # a trigger's own signal, and conditions


class MariaHand(Hand, Maria):
    """A transaction of MariaDB or MySQL: what it puts into its temporary tables, it has locked."""

    def _begin(self, connection: Any) -> None:
        super()._begin(connection)
        level = "REPEATABLE READ" if self.writes else "READ COMMITTED"
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
            cursor.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {level}")
            cursor.execute("START TRANSACTION READ WRITE")

    def run(self, statement: CompilerElement | Prepared | str, values: Mapping[str, Any] | None = None) -> int:
        with self.connection.cursor() as cursor:
            return int(cursor.execute(*self._prepared(statement, values)))

    def keep(self, name: str, statement: CompilerElement | Prepared, values: Mapping[str, Any], key: Sequence[str]) -> int:
        found = self._compiled(statement)
        index = f" (PRIMARY KEY ({', '.join(map(self.quoted, key))}))" if key else ""
        sql = f"CREATE TEMPORARY TABLE {name}{index} ENGINE=InnoDB AS {found.sql}"
        return self.run(Prepared(sql, found.constants, found.order), values)

    def fill(self, name: str, columns: int, rows: Rows) -> None:
        places = ", ".join(["%s"] * columns)
        with self.connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608  # our own name

    def fact(self, value: ColumnElement[Any], *, is_moment: bool) -> ColumnElement[Any]:
        return collate(cast(func.date(value) if is_moment else value, CHAR(charset="utf8mb4")), "utf8mb4_bin")

    def refusal(self, error: Exception) -> Problem | None:
        code = error.args[0] if isinstance(error, pymysql.Error) and error.args else None
        if isinstance(error, pymysql.IntegrityError | pymysql.DataError) or code in _REFUSALS:
            return Problem("constraint", self.config.name, f"the system refuses the change: error {code}")
        return None

    def commit(self) -> None:
        self.connection.commit()

    def careful(self) -> None:
        self.run(_STRICT)

    def same(self, one: Table, other: Table) -> bool:
        return self._at(one) == self._at(other)

    def ties(self) -> Sequence[Tie]:
        found: dict[tuple[str, str, str], list[Any]] = {}
        with self.connection.cursor() as cursor:
            cursor.execute(_MY_TIES, [self._database, self._database])
            for row in cursor:
                found.setdefault((row[0], row[1], row[7]), []).append(row)
        return [
            Tie(
                Table(rows[0][1], rows[0][0]),
                tuple(row[5] for row in rows),
                Table(rows[0][3], rows[0][2]),
                tuple(row[6] for row in rows),
                rows[0][4],
                all(int(row[8]) for row in rows),
            )
            for rows in found.values()
        ]

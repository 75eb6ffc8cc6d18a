"""Writing in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

import psycopg
from sqlalchemy import ColumnElement, Date, FromClause, Select, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import CompilerElement

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import blocks, keys_of, text_of
from requests_app.connectors.sql.erasing.hands import Hand, Rows, Tie
from requests_app.connectors.sql.postgres import Postgres
from requests_app.connectors.sql.postgres_speech import Declared
from requests_app.connectors.sql.session import Table
from requests_app.connectors.sql.speech import Column, Prepared
from requests_app.connectors.sql.text import Family

_PG_TIES: Final = """
SELECT cn.nspname, c.relname, pn.nspname, p.relname, k.confdeltype::text,
  array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x (n, i)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.n ORDER BY x.i),
  array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x (n, i)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = p.oid AND a.attnum = x.n ORDER BY x.i),
  NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey) AND a.attnotnull),
  pg_catalog.pg_table_is_visible(c.oid), pg_catalog.pg_table_is_visible(p.oid)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE k.contype = 'f' AND NOT c.relispartition AND NOT p.relispartition AND k.conparentid = 0
"""
_PG_ACTIONS: Final = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


_REFUSALS: Final = frozenset({"22", "23", "44", "P0"})


class PostgresHand(Hand, Postgres):
    """A transaction of PostgreSQL: it fails if what it changes is no longer what it saw first."""

    defers = True
    indexed = False
    ends = " ON COMMIT DROP"
    mode = "READ WRITE"
    settings = MappingProxyType({**Postgres.settings, "default_statistics_target": "10"})  # few rows tell enough of a passing table

    def run(self, statement: CompilerElement | Prepared | str, values: Mapping[str, Any] | None = None) -> int:
        return int(self.connection.execute(*self._prepared(statement, values)).rowcount)

    def keep(self, name: str, statement: CompilerElement | Prepared, values: Mapping[str, Any], key: Sequence[str]) -> int:
        del key
        found = self._compiled(statement)
        sql = f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {found.sql}"
        return self.run(Prepared(sql, found.constants, found.order), values)

    def put(self, bare: Any, target: ColumnElement[Any], value: ColumnElement[Any], where: ColumnElement[bool]) -> None:
        """Write the table anew: rows that are overwritten would be read again and again beside those that replace them."""
        columns = [func.coalesce(value, one).label(one.name) if one is target else one for one in bare.c]
        with self.connection.pipeline():
            self.keep(f"{bare.name}_new", select(*columns).select_from(bare.outerjoin(value.table, where)), {}, ())
            self.run(f"DROP TABLE {bare.name}")
            self.run(f"ALTER TABLE {bare.name}_new RENAME TO {bare.name}")

    def each(self, statements: Sequence[Select[Any]]) -> Sequence[Sequence[Sequence[Any]]]:
        with self.connection.pipeline():
            answers = [self.connection.execute(*self._asked(one, None)) for one in statements]
        return [list(one) for one in answers]

    def listed(self, columns: Sequence[Column], keys: Rows) -> FromClause | None:
        """Numbers and UUIDs come as arrays; of texts a temporary table knows the collation."""
        if any(one.family not in {Family.NUMBER, Family.UUID} for one in columns):
            return None
        lists = [f"{{{','.join([key[at] for key in keys])}}}" for at, _ in enumerate(columns)]
        typed = [cast(literal(some, Text()), Declared(f"{one.declared}[]")) for some, one in zip(lists, columns, strict=True)]
        rows: FromClause = func.unnest(*typed).table_valued(*(f"k{number}" for number, _ in enumerate(columns))).render_derived()
        return rows

    def weigh(self, name: str) -> None:
        self.run(f"ANALYZE {name}")

    def found(self, rows: FromClause, part: str, key: Sequence[str], *, plain: bool) -> Iterator[tuple[int, bytes]]:
        """The engine writes the keys; what Python would escape otherwise is written again."""
        parts: list[ColumnElement[str]] = [cast(rows.c[name], Text) for name in key]
        inside = reduce(lambda one, other: one + literal_column("'\", \"'") + other, parts)
        line = literal_column("'[\"'", Text) + inside + literal_column("'\"], '")
        if not plain:
            line = cast(func.json_build_array(*parts), Text) + literal_column("', '")
        text = func.string_agg(line, aggregate_order_by(literal_column("''"), *(rows.c[name] for name in key)))
        for number, found in self.few(select(rows.c[part], text).group_by(rows.c[part])):
            for block in blocks(found.encode()):
                yield number, block if _is_plain(block) else text_of(keys_of(block))

    def run_together(self, statements: Sequence[CompilerElement]) -> Sequence[int]:
        parts = [f"w{number} AS ({self.speech.compile(one).sql} RETURNING 1)" for number, one in enumerate(statements)]
        counts = [f"(SELECT count(*) FROM w{number})" for number, _ in enumerate(statements)]  # noqa: S608  # our own names
        (row,) = self.few(Prepared(f"WITH {', '.join(parts)} SELECT {', '.join(counts)}", {}, None))
        return [int(count) for count in row]

    def fill(self, name: str, columns: int, rows: Rows) -> None:
        """Write plain texts in one block; what COPY escapes goes row by row."""
        text = "\n".join(map("\t".join, rows)) + "\n" if rows else ""
        plain = "\\" not in text and text.count("\n") == len(rows) and text.count("\t") == len(rows) * (columns - 1)
        with self.connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            if plain:
                copy.write(text.encode())
            else:
                for row in rows:
                    copy.write_row(row)

    def fact(self, value: ColumnElement[Any], *, is_moment: bool) -> ColumnElement[Any]:
        return self.speech.exactly(cast(value, Date) if is_moment else value)

    def refusal(self, error: Exception) -> Problem | None:
        if not isinstance(error, psycopg.Error) or (error.sqlstate or "")[:2] not in _REFUSALS:
            return None
        told = error.diag
        where = ".".join(name for name in (told.table_name, told.column_name) if name)
        words = f"`{told.constraint_name}`" if told.constraint_name else f"SQLSTATE {error.sqlstate}"
        return Problem("constraint", where or self.config.name, f"the system refuses the change: {words}")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def ties(self) -> Sequence[Tie]:
        return [
            Tie(
                Table(child, "" if child_seen else child_schema),
                tuple(columns),
                Table(parent, "" if parent_seen else parent_schema),
                tuple(named),
                _PG_ACTIONS[action],
                loose,
            )
            for child_schema, child, parent_schema, parent, action, columns, named, loose, child_seen, parent_seen in self.few(
                Prepared(_PG_TIES, {}, None)
            )
        ]


def _is_plain(text: bytes) -> bool:
    return text.isascii() and b"\\" not in text and b"\x7f" not in text

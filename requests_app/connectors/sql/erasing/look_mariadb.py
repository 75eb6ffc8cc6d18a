"""What the information schema of MariaDB and MySQL says about writing."""

import re
from collections.abc import Sequence
from typing import Any, Final

import pymysql

from requests_app.connectors.sql.erasing.facts import Check, ColumnFacts, TableFacts, Trigger, Unique
from requests_app.connectors.sql.session import Session, Table

_TABLES: Final = """
SELECT lower(t.table_schema), lower(t.table_name), t.table_type LIKE '%%VIEW', coalesce(e.transactions, 'YES') = 'YES'
FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine
WHERE (lower(t.table_schema), lower(t.table_name)) IN %s
"""
_COLUMNS: Final = """
SELECT lower(table_schema), lower(table_name), column_name, is_nullable = 'YES', data_type,
  coalesce(character_maximum_length, 0), character_octet_length,
  CASE WHEN extra LIKE '%%GENERATED%%' THEN 'generated' WHEN NOT find_in_set('update', privileges) THEN 'no_right' ELSE '' END
FROM information_schema.columns WHERE (lower(table_schema), lower(table_name)) IN %s
"""
_UNIQUES: Final = """
SELECT lower(table_schema), lower(table_name), index_name, column_name FROM information_schema.statistics
WHERE NOT non_unique AND (lower(table_schema), lower(table_name)) IN %s
ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index
"""
_CHECKS: Final = (
    # MariaDB names the table; MySQL does so elsewhere.
    """
SELECT lower(constraint_schema), lower(table_name), constraint_name, check_clause FROM information_schema.check_constraints
WHERE (lower(constraint_schema), lower(table_name)) IN %s
""",
    """
SELECT lower(k.constraint_schema), lower(k.table_name), k.constraint_name, c.check_clause
FROM information_schema.check_constraints c JOIN information_schema.table_constraints k
  ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name
WHERE k.constraint_type = 'CHECK' AND k.enforced = 'YES' AND (lower(k.constraint_schema), lower(k.table_name)) IN %s
""",
)
_TRIGGERS: Final = """
SELECT lower(event_object_schema), lower(event_object_table), trigger_name, lower(event_manipulation)
FROM information_schema.triggers WHERE (lower(event_object_schema), lower(event_object_table)) IN %s
"""
_GRANTED: Final = "SHOW GRANTS"
_TEXTS: Final = frozenset({"char", "varchar", "binary", "varbinary"})


def look(session: Session, tables: Sequence[Table]) -> list[TableFacts]:
    """Return what is there, in the order of the tables."""

    def asked(sql: str) -> list[Sequence[Any]]:
        with session.connection.cursor() as cursor:
            cursor.execute(sql, [at or [("", "")]])
            return list(cursor)

    at = _places(session, tables)
    kinds = {(schema, name): (int(view), int(safe)) for schema, name, view, safe in asked(_TABLES)}
    columns, uniques, triggers = asked(_COLUMNS), asked(_UNIQUES), asked(_TRIGGERS)
    checks = _checks(session, asked)
    grants = _grants(session)
    found = []
    for table, place in zip(tables, at, strict=True):
        if place in kinds:
            own = [row[2:] for row in columns if tuple(row[:2]) == place]
            found.append(
                TableFacts(
                    table,
                    bool(kinds[place][0]),
                    {row[0]: _column(row) for row in own},
                    _uniques([row[2:] for row in uniques if tuple(row[:2]) == place]),
                    checks=tuple(_check(row[2], row[3], own) for row in checks if tuple(row[:2]) == place),
                    triggers=tuple(Trigger(row[2], row[3]) for row in triggers if tuple(row[:2]) == place and row[3] != "insert"),
                    may_delete=_may_delete(grants, *place),
                    transactional=bool(kinds[place][1]),
                )
            )
    return found


def _places(session: Session, tables: Sequence[Table]) -> list[tuple[str, str]]:
    """Schemas and names in small letters."""
    with session.connection.cursor() as cursor:
        cursor.execute("SELECT database()")
        (here,) = cursor.fetchone()
    return [((one.schema or one.database or here or "").lower(), one.name.lower()) for one in tables]


def _column(row: Sequence[Any]) -> ColumnFacts:
    name, nullable, kind, characters, _, fixed = row
    return ColumnFacts(name, bool(int(nullable)), int(characters) if kind in _TEXTS else 0, fixed)


def _uniques(rows: Sequence[Sequence[Any]]) -> tuple[Unique, ...]:
    indexes: dict[str, list[str]] = {}
    for index, column in rows:
        indexes.setdefault(index, []).append(column)
    return tuple(Unique(tuple(columns)) for columns in indexes.values())


def _checks(session: Session, asked: Any) -> list[Sequence[Any]]:
    maria = "MariaDB" in session.connection.get_server_info()
    return list(asked(_CHECKS[0] if maria else _CHECKS[1]))


def _check(name: str, text: str, columns: Sequence[Sequence[Any]]) -> Check:
    words = set(re.findall(r"\w+", text.lower()))
    return Check(name, text, tuple(row[0] for row in columns if row[0].lower() in words))


def _grants(session: Session) -> list[str]:
    """What the account may do, in the server's words; nothing where it does not say."""
    with session.connection.cursor() as cursor:
        try:
            cursor.execute(_GRANTED)
        except pymysql.Error:
            return []
        return [str(row[0]) for row in cursor]


def _may_delete(grants: Sequence[str], schema: str, table: str) -> bool:
    """Roles of MySQL 8 are not followed: where one is granted, the attempt tells."""
    if not grants or any(" ON " not in line.upper() for line in grants):
        return True
    for line in grants:
        told = re.match(r"GRANT (.+?) ON (?:TABLE )?(\S+)\.(\S+) TO ", line, re.IGNORECASE)
        if told and re.search(r"\bALL PRIVILEGES\b|\bDELETE\b(?! HISTORY)", told[1], re.IGNORECASE):
            spaces, names = (told[number].strip("`'\"").lower().replace("\\_", "_") for number in (2, 3))
            if re.fullmatch(re.escape(spaces).replace("%", ".*").replace("\\*", ".*"), schema) and names in {"*", table}:
                return True
    return False

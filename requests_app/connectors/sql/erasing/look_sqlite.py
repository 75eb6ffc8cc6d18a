"""What SQLite's own tables say about writing."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url

from requests_app.connectors.sql.erasing.facts import Check, ColumnFacts, TableFacts, Trigger, Unique
from requests_app.connectors.sql.session import Session, Table

_TABLES: Final = "SELECT lower(name), type = 'view', sql FROM sqlite_master WHERE type IN ('table', 'view')"
_COLUMNS: Final = """
SELECT lower(m.name), c.name, NOT c."notnull" AND NOT (c.pk AND m.sql LIKE '%without rowid%'), c.type, c.hidden
FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type IN ('table', 'view')
"""
_UNIQUES: Final = """
SELECT lower(m.name), i.name, x.name, s.sql FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x
LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name
WHERE m.type = 'table' AND i."unique" AND x.key ORDER BY i.origin <> 'pk', i.name, x.seqno
"""
_TRIGGERS: Final = "SELECT lower(tbl_name), name, sql FROM sqlite_master WHERE type = 'trigger'"
_EVENT: Final = re.compile(r"\b(DELETE|UPDATE|INSERT)\b(?:\s+OF\s.+?\s|\s+)ON\b", re.IGNORECASE | re.DOTALL)
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/", re.DOTALL)


def look(session: Session, tables: Sequence[Table]) -> list[TableFacts]:
    """Return what is there, in the order of the tables; conditions on rows are read from the words that made the table."""
    rows = {sql: list(session.connection.execute(sql)) for sql in (_TABLES, _COLUMNS, _UNIQUES, _TRIGGERS)}
    kinds = {name: (bool(view), str(sql or "")) for name, view, sql in rows[_TABLES]}
    found = []
    for table in tables:
        name = table.name.lower()
        if name in kinds:
            own = [row[1:] for row in rows[_COLUMNS] if row[0] == name]
            found.append(
                TableFacts(
                    table,
                    kinds[name][0],
                    {column: _column(column, null, kind, hidden) for column, null, kind, hidden in own},
                    tuple(_uniques([row[1:] for row in rows[_UNIQUES] if row[0] == name], [row[0] for row in own])),
                    checks=tuple(_checks(kinds[name][1], [row[0] for row in own])) if not kinds[name][0] else (),
                    triggers=tuple(_triggers([row[1:] for row in rows[_TRIGGERS] if row[0] == name])),
                    may_delete=_may_write(session),
                )
            )
    return found


def _column(name: str, nullable: int, kind: str, hidden: int) -> ColumnFacts:
    """A declared length binds nothing here, and is kept to all the same: other engines will be strict."""
    length = re.search(r"\(\s*(\d+)\s*\)", kind or "") if re.search("CHAR|BINARY", kind or "", re.IGNORECASE) else None
    return ColumnFacts(name, bool(nullable), int(length[1]) if length else 0, "generated" if hidden in {2, 3} else "")


def _uniques(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> Iterator[Unique]:
    indexes: dict[str, list[str]] = {}
    for index, column, sql in rows:
        names = [column] if column else _named(str(sql), columns)
        indexes.setdefault(index, []).extend(name for name in names if name not in indexes[index])
    return (Unique(tuple(names)) for names in indexes.values())


def _named(sql: str, columns: Sequence[str]) -> list[str]:
    words = set(re.findall(r"\w+", sql.partition("(")[2].lower()))
    return [name for name in columns if name.lower() in words]


def _triggers(rows: Sequence[Sequence[Any]]) -> Iterator[Trigger]:
    for name, sql in rows:
        event = _EVENT.search(_QUOTED.sub(" ", str(sql)))
        if event and event[1].lower() != "insert":
            yield Trigger(name, event[1].lower())


def _checks(sql: str, columns: Sequence[str]) -> Iterator[Check]:
    """Find the conditions in the words of a table, passing over what is quoted."""
    bare = _QUOTED.sub(lambda quoted: "\0" * len(quoted[0]), sql)
    for number, start in enumerate(re.finditer(r"\bCHECK\s*\(", bare, re.IGNORECASE)):
        text = sql[start.end() : _closed(bare, start.end())]
        yield Check(f"check {number + 1}", text, tuple(_named(f"({text}", columns)))


def _closed(text: str, at: int) -> int:
    depth = 1
    while depth and at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at - 1


def _may_write(session: Session) -> bool:
    return os.access(Path(make_url(session.config.url).database or ""), os.W_OK)

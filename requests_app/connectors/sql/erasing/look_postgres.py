"""What PostgreSQL's catalog says about writing."""

from collections.abc import Sequence
from typing import Final

from requests_app.connectors.sql.erasing.facts import Check, ColumnFacts, TableFacts, Trigger, Unique
from requests_app.connectors.sql.session import Session, Table

_TABLES: Final = """
SELECT w.number, c.oid::bigint, c.relkind IN ('v', 'm'), pg_catalog.has_table_privilege(c.oid, 'DELETE')
FROM unnest(%(tables)s::text[], %(schemas)s::text[]) WITH ORDINALITY w (name, schema, number)
JOIN pg_catalog.pg_class c ON c.relname = w.name
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN w.schema = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = w.schema END
"""
_COLUMNS: Final = """
SELECT a.attrelid::bigint, a.attname, NOT a.attnotnull AND NOT t.typnotnull,
  CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4
       WHEN b.typname IN ('varchar', 'bpchar') AND t.typtypmod > 4 THEN t.typtypmod - 4 ELSE 0 END,
  CASE WHEN a.attgenerated <> '' OR a.attidentity = 'a' THEN 'generated'
       WHEN NOT pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE') THEN 'no_right' ELSE '' END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
WHERE a.attrelid = ANY (%(oids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
"""
_UNIQUES: Final = """
SELECT i.indrelid::bigint, array(
    SELECT DISTINCT a.attname::text FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid > 0
    UNION SELECT a.attname::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])),
  pg_catalog.pg_get_indexdef(i.indexrelid) LIKE '%% NULLS NOT DISTINCT%%'
FROM pg_catalog.pg_index i
WHERE (i.indisunique OR i.indisexclusion) AND i.indrelid = ANY (%(oids)s::bigint[]::oid[])
ORDER BY i.indisprimary DESC, i.indexrelid
"""
_CHECKS: Final = """
SELECT k.conrelid::bigint, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid), array(
  SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.conrelid = ANY (%(oids)s::bigint[]::oid[])
"""
_TRIGGERS: Final = """
SELECT tgrelid::bigint, tgname, tgtype & 8 <> 0, tgtype & 16 <> 0 FROM pg_catalog.pg_trigger
WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = ANY (%(oids)s::bigint[]::oid[])
"""


def look(session: Session, tables: Sequence[Table]) -> list[TableFacts]:
    """Return what is there, in the order of the tables; a domain's own checks are not seen."""
    named = {"tables": [one.name for one in tables], "schemas": [one.schema for one in tables]}
    found = {number - 1: (oid, is_view, may) for number, oid, is_view, may in session.connection.execute(_TABLES, named)}
    wanted = {"oids": [oid for oid, _, _ in found.values()]}
    with session.connection.pipeline():
        answers = [session.connection.execute(sql, wanted) for sql in (_COLUMNS, _UNIQUES, _CHECKS, _TRIGGERS)]
    columns, uniques, checks, triggers = map(list, answers)
    return [
        TableFacts(
            tables[number],
            is_view,
            {name: ColumnFacts(name, bool(null), int(length), fixed) for at, name, null, length, fixed in columns if at == oid},
            tuple(Unique(tuple(names), bool(alike)) for at, names, alike in uniques if at == oid),
            checks=tuple(Check(name, text, tuple(names)) for at, name, text, names in checks if at == oid),
            triggers=tuple(
                Trigger(name, event)
                for at, name, on_delete, on_update in triggers
                if at == oid
                for event, fires in (("delete", on_delete), ("update", on_update))
                if fires
            ),
            may_delete=bool(may_delete),
        )
        for number, (oid, is_view, may_delete) in sorted(found.items())
    ]

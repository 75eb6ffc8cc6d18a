"""What the live schema lets stand in a field, in the words of `connectors.changing`."""

from typing import Final

from requests_app.connectors.changing import Kind, Limit
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.erasing.facts import TableFacts
from requests_app.connectors.sql.erasing.strategies import is_key
from requests_app.connectors.sql.speech import Column
from requests_app.connectors.sql.text import Family

_KINDS: Final = {Family.NUMBER: Kind.NUMBER, Family.BOOLEAN: Kind.BOOLEAN, Family.TEXT: Kind.TEXT}


def limit(collection: Collection, field: Field, column: Column, facts: TableFacts | None) -> Limit:
    """Return what may stand in a described field of a live table."""
    live = facts.columns.get(column.name) if facts else None
    lengths = [length for length in (field.length, live.length if live else 0) if length]
    return Limit(
        _kind(field, column), live is None or live.nullable, min(lengths, default=0), _fixed(collection, field, column, facts)
    )


def _kind(field: Field, column: Column) -> Kind:
    if column.family is Family.NUMBER and field.info.data_type == "boolean":
        return Kind.BOOLEAN
    if field.info.data_type == "date" or column.declared.lower() == "date":
        return Kind.DATE
    return _KINDS.get(column.family, Kind.OTHER)


def _fixed(collection: Collection, field: Field, column: Column, facts: TableFacts | None) -> str:
    if facts is None or facts.is_view:
        return "is_view"
    live = facts.columns.get(column.name)
    reasons = {
        "no_key": not collection.key,
        "read_only": field.read_only,
        "kind": field.is_many or _kind(field, column) is Kind.OTHER,
        "is_key": is_key(collection, field, column, facts),
        live.fixed if live else "": bool(live and live.fixed),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")

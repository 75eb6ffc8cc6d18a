"""The JSON Schema of a collection, from its description."""

import json
from typing import Final

from requests_app.bundle.linked import terms, type_of
from requests_app.connectors.base import CollectionInfo, FieldInfo
from requests_app.sources.words import said

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TYPES: Final = {"string": "string", "integer": "integer", "float": "number", "boolean": "boolean"}


def schema(info: CollectionInfo, language: str, withheld: frozenset[str] = frozenset()) -> bytes:
    """Return the schema of `data/<system>/<collection>.json`: a list of records, each with every described field.

    In the fields of `withheld` words may stand for what was withheld.
    """
    known = terms(info)
    fields = {field.name: _property(field, language, known.get(field.name, ""), withheld) for field in info.fields}
    value = {
        "$schema": DIALECT,
        "title": said(info.title, language),
        "x-schema-org-type": type_of(info),
        "type": "array",
        "items": {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False},
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _property(field: FieldInfo, language: str, linked: str, withheld: frozenset[str]) -> dict[str, object]:
    described: dict[str, object] = {"title": said(field.title, language)}
    if field.data_type in TYPES:
        told = ["string"] if field.name in withheld and TYPES[field.data_type] != "string" else []
        described["type"] = [TYPES[field.data_type], *told, "null"]
    if field.categories:
        described["x-data-categories"] = list(field.categories)
    if linked:
        described["x-schema-org"] = linked
    return described

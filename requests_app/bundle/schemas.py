"""The JSON Schema of a collection, from its description."""

import json
from typing import Final

from requests_app.bundle.words import said
from requests_app.connectors.base import CollectionInfo, FieldInfo

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TYPES: Final = {"string": "string", "integer": "integer", "float": "number", "boolean": "boolean"}


def schema(info: CollectionInfo, language: str) -> bytes:
    """Return the schema of `data/<system>/<collection>.json`: a list of records, each with every described field."""
    fields = {field.name: _property(field, language) for field in info.fields}
    value = {
        "$schema": DIALECT,
        "title": said(info.title, language),
        "type": "array",
        "items": {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False},
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _property(field: FieldInfo, language: str) -> dict[str, object]:
    described: dict[str, object] = {"title": said(field.title, language)}
    if field.data_type in TYPES:
        described["type"] = [TYPES[field.data_type], "null"]
    if field.categories:
        described["x-data-categories"] = list(field.categories)
    return described

"""Seeding the table of brands, once."""

import json
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from requests_app.brands import shape
from requests_app.brands.models import Brand

_FIELDS = frozenset(field.name for field in Brand._meta.concrete_fields) - {"id"}  # noqa: SLF001  # Django's documented API


class BadBrand(Exception):
    """A brand's file cannot be used; the text names file and field."""


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the fields of the brand that `path` describes, and its systems.

    Raises:
        BadBrand: no YAML, an unknown field, no slug, or a field that is not of its shape.
    """
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise BadBrand(f"{path.name}: no YAML") from fault
    if not isinstance(data, dict) or "slug" not in data:
        raise BadBrand(f"{path.name}: slug is missing")
    systems = data.pop("sources", []) or []
    if not isinstance(systems, list) or not all(isinstance(one, dict) for one in systems):
        raise BadBrand(f"{path.name}: sources: must be a list of systems")
    if unknown := data.keys() - _FIELDS:
        raise BadBrand(f"{path.name}: unknown field {min(unknown, key=str)}")
    data = json.loads(json.dumps(data, default=str))  # what YAML takes for a date is kept as it was written
    if wrong := next(shape.problems(data), None):
        raise BadBrand(f"{path.name}: {wrong[0]}: {wrong[1]}")
    try:
        Brand(**data).full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as fault:
        field, said = next(iter(fault.message_dict.items()))
        raise BadBrand(f"{path.name}: {field}: {said[0]}") from fault
    return data, systems


@transaction.atomic
def seed(fields: dict[str, Any]) -> tuple[Brand, bool]:
    """Write the brand if the table lacks it; what somebody changed there stays."""
    brand = Brand(**fields)
    brand.full_clean(validate_unique=False)
    return Brand.objects.get_or_create(slug=fields["slug"], defaults=fields)

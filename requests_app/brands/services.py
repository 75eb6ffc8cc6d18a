"""Seeding the table of brands, once."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from requests_app.brands.models import Brand

_FIELDS = frozenset(field.name for field in Brand._meta.concrete_fields) - {"id"}  # noqa: SLF001  # Django's documented API


class BadBrand(Exception):
    """A brand's file cannot be used; the text names file and field."""


def read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the fields of the brand that `path` describes, and its systems.

    Raises:
        BadBrand: no YAML, an unknown field, or no slug.
    """
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise BadBrand(f"{path.name}: no YAML") from fault
    if not isinstance(data, dict) or "slug" not in data:
        raise BadBrand(f"{path.name}: slug is missing")
    systems = data.pop("sources", [])
    if unknown := data.keys() - _FIELDS:
        raise BadBrand(f"{path.name}: unknown field {min(unknown)}")
    return data, systems


@transaction.atomic
def seed(fields: dict[str, Any]) -> tuple[Brand, bool]:
    """Write the brand if the table lacks it; what somebody changed there stays."""
    brand = Brand(**fields)
    brand.full_clean(validate_unique=False)
    return Brand.objects.get_or_create(slug=fields["slug"], defaults=fields)

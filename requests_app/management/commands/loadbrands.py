"""`manage.py loadbrands`: seed the table of brands from brands/*.yaml; then the table is the truth."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from requests_app.brands import services as brands
from requests_app.brands.look import moved
from requests_app.brands.models import Brand
from requests_app.connecting.files import from_files
from requests_app.duties import DUTIES
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import Right
from requests_app.sources import services as sources


class Command(BaseCommand):
    help = (
        "Seed the table of brands from a folder of files; brands that are there already stay as they are. What a file says of a "
        "system becomes a version of that system whenever it has changed."
    )

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        for path in sorted(settings.DSAR_BRANDS.glob("*.yaml")):
            try:
                fields, systems = brands.read(path)
                _check_rights(path, fields)
                _check_laws(path, fields)
                brand, made = brands.seed(fields)
                _seed_systems(path, brand, systems, made=made)
            except brands.BadBrand as fault:
                raise CommandError(str(fault)) from fault
            except ValidationError as fault:
                raise CommandError(f"{path.name}: {fault.messages[0]}") from fault
            if made:
                self.stdout.write(f"{brand.slug}: seeded with {len(systems)} systems")
                for name, becomes, ratio in moved(brand.look):
                    told = f"{fields['look'][name]} cannot be read on its ground ({ratio:.1f}:1), shown as {becomes}"
                    self.stdout.write(f"{brand.slug}: look: {name}: {told}")


def _check_rights(path: Path, fields: dict[str, Any]) -> None:
    """Raises: BadBrand: no law has a right of that name."""
    if unknown := set(fields.get("rights", {}).get("voluntary", [])) - set(Right):
        raise brands.BadBrand(f"{path.name}: rights: voluntary: no such right: {min(unknown)}")


def _check_laws(path: Path, fields: dict[str, Any]) -> None:
    """Raises: BadBrand: no law or duty has that name."""
    named = [("regime", fields.get("regime", "")), *(("laws_on", law) for law in fields.get("laws_on", []))]
    if unknown := [f"{field}: no such law: {law}" for field, law in named if law not in REGIMES]:
        raise brands.BadBrand(f"{path.name}: {unknown[0]}")
    said = fields.get("duties", {})
    if missing := {*said.get("on", []), *said.get("off", [])} - set(DUTIES):
        raise brands.BadBrand(f"{path.name}: duties: no such duty: {min(missing)}")


def _seed_systems(path: Path, brand: Brand, systems: list[dict[str, Any]], *, made: bool) -> None:
    """Raises: BadBrand: a system has a field that systems have not, or lacks one."""
    try:
        if made:
            sources.seed(brand, systems)
        from_files(brand, systems)
    except (FieldError, KeyError, TypeError, ValueError) as fault:
        raise brands.BadBrand(f"{path.name}: sources: {fault}") from fault

"""`manage.py loadbrands`: seed the table of brands from brands/*.yaml; then the table is the truth."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from requests_app.brands import services as brands
from requests_app.sources import services as sources


class Command(BaseCommand):
    help = "Seed the table of brands from a folder of files; brands that are there already stay as they are."

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        for path in sorted(settings.DSAR_BRANDS.glob("*.yaml")):
            try:
                fields, systems = brands.read(path)
                brand, made = brands.seed(fields)
            except (brands.BadBrand, ValidationError) as fault:
                raise CommandError(f"{path.name}: {fault}") from fault
            if made:
                sources.seed(brand, systems)
                self.stdout.write(f"{brand.slug}: seeded with {len(systems)} systems")

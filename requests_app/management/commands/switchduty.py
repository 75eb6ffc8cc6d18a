"""`manage.py switchduty`: let a shop say that it has a duty to keep, that it has it not, or nothing any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.duties import DUTIES
from requests_app.values import Actor

STATES = ("on", "off", "unsaid")


class Command(BaseCommand):
    help = "BRAND on|off|unsaid DUTY: whether a duty to keep is one of the shop's. Plans made from now on follow it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("brand")
        parser.add_argument("state", choices=STATES)
        parser.add_argument("duty")

    @transaction.atomic
    def handle(self, *_: Any, brand: str, state: str, duty: str, **__: Any) -> None:
        shop = Brand.objects.select_for_update().filter(slug=brand).first()
        if shop is None:
            raise CommandError(f"There is no brand {brand}.")
        if duty not in DUTIES:
            raise CommandError(f"There is no duty {duty}: `manage.py law show` lists them.")
        for name in ("on", "off"):
            said = {*shop.duties.get(name, [])} - {duty} | ({duty} if name == state else set())
            shop.duties = {**shop.duties, name: sorted(said)}
        shop.save(update_fields=["duties"])
        record("duty.switched", by=Actor("administrator", "command line"), brand=brand, duty=duty, state=state)
        told = [f"{name}: {', '.join(shop.duties[name]) or 'none'}" for name in ("on", "off")]
        self.stdout.write(f"{brand}: {'; '.join(told)}")

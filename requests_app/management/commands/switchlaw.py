"""`manage.py switchlaw`: let a law that is known at second hand only apply at a brand, or no longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.jurisdictions import REGIMES
from requests_app.provenance import Confidence
from requests_app.values import Actor


class Command(BaseCommand):
    help = "BRAND on|off LAW: whether a law of low confidence applies to new requests. Open ones keep theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("brand")
        parser.add_argument("state", choices=["on", "off"])
        parser.add_argument("law")

    @transaction.atomic
    def handle(self, *_: Any, brand: str, state: str, law: str, **__: Any) -> None:
        shop = Brand.objects.select_for_update().filter(slug=brand).first()
        if shop is None:
            raise CommandError(f"There is no brand {brand}.")
        if law not in REGIMES:
            raise CommandError(f"There is no law {law}: `manage.py law show` lists them.")
        if REGIMES[law].confidence != Confidence.LOW:
            raise CommandError(f"{law} is on by itself: what its file says was read in a source.")
        shop.laws_on = sorted({*shop.laws_on, law} if state == "on" else {*shop.laws_on} - {law})
        shop.save(update_fields=["laws_on"])
        record("law.switched", by=Actor("administrator", "command line"), brand=brand, law=law, state=state)
        self.stdout.write(f"{brand}: {', '.join(shop.laws_on) or 'no law of low confidence'}")

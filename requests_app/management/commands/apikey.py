"""`manage.py apikey`: keys for a shop's own site and tools."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_app.api import services
from requests_app.api.models import ApiKey, Scope
from requests_app.brands.models import Brand
from requests_app.values import Actor

_HERE = Actor("administrator", "command line")


class Command(BaseCommand):
    help = "Make, list and revoke the keys with which a shop's machines ask the API. A key is shown once, when it is made."

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        make = deeds.add_parser("make")
        make.add_argument("label", help="what it is for")
        make.add_argument("--brand", required=True, metavar="SLUG")
        make.add_argument("--scope", action="append", required=True, choices=Scope.values, dest="scopes")
        make.add_argument("--days", type=int, help="how long it works; without, until it is revoked")
        deeds.add_parser("list")
        deeds.add_parser("revoke").add_argument("prefix")

    def handle(self, *_: Any, deed: str, **options: Any) -> None:
        deeds: dict[str, Callable[..., None]] = {"make": self._make, "list": self._list, "revoke": self._revoke}
        deeds[deed](**options)

    def _make(self, *, label: str, brand: str, scopes: list[str], days: int | None, **_: Any) -> None:
        shop = Brand.objects.filter(slug=brand).first()
        if shop is None:
            raise CommandError(f"There is no brand {brand!r}.")
        lasts = timedelta(days=days) if days else None
        token = services.make(shop, {Scope(scope) for scope in scopes}, label=label, by=_HERE, lasts=lasts)
        self.stdout.write(f"Keep this key; it is not shown again:\n{token}")

    def _list(self, **_: Any) -> None:
        for key in ApiKey.objects.select_related("brand"):
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            state = "revoked" if key.revoked_at else "works"
            self.stdout.write(f"{key.prefix}  {key.brand.slug}  {state}  used {used}  {','.join(key.scopes)}  {key.label}")

    def _revoke(self, *, prefix: str, **_: Any) -> None:
        if not services.revoke(prefix, by=_HERE):
            raise CommandError(f"There is no key {prefix!r} that works.")
        self.stdout.write(f"{prefix} works no longer.")

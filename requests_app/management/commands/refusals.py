"""The list of refusals of a shop: its key, its file, and taking somebody off who agreed anew."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.emails import NotAnAddress
from requests_app.optouts import lists, register
from requests_app.optouts.digests import NotANumber, digest_of, shown_key
from requests_app.values import Actor, Claim

_DEEDS = {"key": "print the key for the shop's mailer", "write": "write the list as a file", "lift": "take somebody off"}
_BY = Actor("administrator", "command line")


class Command(BaseCommand):
    """See docs/how-to/honour-the-suppression-list.md."""

    help = "The list of refusals of a shop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        for name, help_ in (
            ("key", "print the key for the shop's mailer"),
            ("write", "write the list as a file"),
            ("lift", "take off"),
        ):
            deed = deeds.add_parser(name, help=help_)
            deed.add_argument("brand")
            if name == "write":
                deed.add_argument("folder", type=Path)
            if name == "lift":
                deed.add_argument("address", help="an e-mail address or a telephone number")
                deed.add_argument("channel", nargs="+", choices=[one.value for one in Channel])

    def handle(self, *_: Any, **said: Any) -> None:
        brand = Brand.objects.filter(slug=said["brand"]).first()
        if brand is None:
            raise CommandError("There is no such brand.")
        if said["deed"] == "key":
            self.stdout.write(shown_key(brand))
        elif said["deed"] == "write":
            entries, digest = lists.write(brand, datetime.now(UTC).date().isoformat(), said["folder"])
            self.stdout.write(f"{entries} entries, SHA-256 {digest}")
        else:
            self._lift(brand, said["address"], [Channel(one) for one in said["channel"]])

    def _lift(self, brand: Brand, address: str, channels: list[Channel]) -> None:
        try:
            digest = digest_of(brand, Claim("email" if "@" in address else "phone_number", address))
        except (NotAnAddress, NotANumber):
            raise CommandError("That is neither an address nor a number with its country's code.") from None
        self.stdout.write(f"{register.lift(brand, digest, channels, by=_BY)} entries lifted")

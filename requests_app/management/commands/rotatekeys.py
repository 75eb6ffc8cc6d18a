"""`manage.py rotatekeys`: what the old master key wraps is wrapped under the present one. It may run again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.keys import store
from requests_app.keys.crypto import Undecipherable
from requests_app.officers import factors


class Command(BaseCommand):
    """Say how many request keys and second factors were wrapped anew, and fail if one can be opened by no key."""

    help = "Wrap request keys and officers' second factors under the present master key (docs/operating.md, Changing secrets)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="say nothing unless something is wrong")

    def handle(self, *_: Any, **options: Any) -> None:
        keys, lost = 0, 0
        for owner in store.owners():
            try:
                keys += store.rewrap(owner)
            except Undecipherable:
                lost += 1
        seconds, unread = factors.rewrap()
        if not options["quiet"]:
            self.stdout.write(f"{keys} request keys and {seconds} second factors are wrapped anew.")
        if lost or unread:
            raise CommandError(f"{lost} request keys and {unread} second factors open under no key that is configured.")

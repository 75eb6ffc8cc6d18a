"""`manage.py clock`, where Django is already running; the launcher answers it without."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_app.deadlines.command import BadRequest, describe, today, write


class Command(BaseCommand):
    help = "Compute the dates of a request under a law, with the reasons for each, as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        describe(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            write(argparse.Namespace(**options), self.stdout, today=today())  # type: ignore[arg-type]  # it writes
        except BadRequest as reason:
            raise CommandError(str(reason)) from None

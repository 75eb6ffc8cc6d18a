"""`manage.py erasures`: what was erased since a moment, and erasing it again after a backup of a system was restored."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from requests_app.connectors.base import SourceFault
from requests_app.erasure.again import done_since, reapply
from requests_app.erasure.models import Plan
from requests_app.keys.store import KeyGone
from requests_app.values import Actor

COMMAND_LINE = Actor("administrator", "command line")


def moment(text: str) -> datetime:
    """Raises: ArgumentTypeError: `text` is no moment like 2026-11-22T08:00."""
    read = parse_datetime(text)
    if read is None:
        raise ArgumentTypeError(f"{text} is no moment like 2026-11-22T08:00")
    return make_aware(read) if is_naive(read) else read


class Command(BaseCommand):
    help = "List what was erased, and erase it again in a system that was restored from a backup."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        for name, says in (("since", "list what was erased since a moment"), ("reapply", "erase it again, as it was approved")):
            one = commands.add_parser(name, help=says)
            one.add_argument("moment", type=moment, help="when the backup was made, like 2026-11-22T08:00")
            one.add_argument("--source", default="", help="only this system")

    def handle(self, *_: Any, command: str, moment: datetime, source: str, **__: Any) -> None:
        plans = done_since(moment).filter(**({"source__name": source} if source else {}))
        (self._since if command == "since" else self._reapply)(plans.iterator(chunk_size=100))

    def _since(self, plans: Iterator[Plan]) -> None:
        for plan in plans:
            self.stdout.write(f"{plan.done_at:%Y-%m-%dT%H:%M:%SZ}  {plan.dsr.reference}  {plan.source.name}  {plan.records}")

    def _reapply(self, plans: Iterator[Plan]) -> None:
        """Raises: CommandError: something could not be erased again; all else was."""
        erasures = records = 0
        open_ones = []
        for plan in plans:
            try:
                again = reapply(plan, by=COMMAND_LINE)
            except (SourceFault, KeyGone) as fault:
                open_ones.append(f"{plan.dsr.reference}  {plan.source.name}  {getattr(fault, 'code', 'key_gone')}")
            else:
                erasures, records = erasures + bool(again), records + again
        self.stdout.write(f"{erasures} erasures applied again, {records} records")
        if open_ones:
            raise CommandError("\n".join(["a person must look at these:", *open_ones]))

"""`manage.py importcases`: open cases of another tool, from a CSV, each in a transaction of its own."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_app.arrivals import services, words
from requests_app.arrivals.cases import ORDERS
from requests_app.arrivals.judging import Judge
from requests_app.arrivals.reading import Raw, Unreadable, table
from requests_app.arrivals.services import COMMAND_LINE
from requests_app.audit.services import record
from requests_app.brands.models import Brand


class Command(BaseCommand):
    help = "Import open cases of another tool from a CSV. See docs/how-to/import-open-cases.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--brand", required=True, metavar="SLUG")
        parser.add_argument("--dates", choices=ORDERS, default="", help="in which order dates are written that are not ISO 8601")
        parser.add_argument("--tell", action="store_true", help="write to everybody proven that the request is now handled here")
        parser.add_argument("--dry-run", action="store_true", help="say what would be filed, and file nothing")

    def handle(self, *_: Any, file: Path, brand: str, dates: str, tell: bool, dry_run: bool, **__: Any) -> None:
        shop = Brand.objects.filter(slug=brand).first()
        if shop is None:
            raise CommandError(f"There is no brand {brand!r}.")
        judge = Judge(shop, dates)
        try:
            with file.open("rb") as opened:
                found = table(opened)
                if found.left_out:
                    self.stdout.write(f"Columns that nobody here reads: {', '.join(found.left_out)}")
                counted = self._dry(judge, found.rows) if dry_run else self._filed(judge, found.rows, tell=tell)
        except OSError as fault:
            raise CommandError("The file cannot be opened.") from fault
        except Unreadable as fault:
            raise CommandError(words.of_file(fault)) from None
        if not dry_run:
            record("import.ended", by=COMMAND_LINE, brand=shop.slug, filed=counted["filed"], refused=counted["refused"])
        self.stdout.write(f"{counted['filed']} {'would be ' if dry_run else ''}filed, {counted['refused']} not.")

    def _dry(self, judge: Judge, rows: Any) -> Counter[str]:
        counted: Counter[str] = Counter()
        for judged in judge.all(rows):
            counted[self._say(judged.raw, judged.verdict, judged.column, judged.facts)] += 1
        return counted

    def _filed(self, judge: Judge, rows: Any, *, tell: bool) -> Counter[str]:
        counted: Counter[str] = Counter()
        for raw in rows:
            judged, dsr = services.file_row(raw, judge, by=None, tells=tell)
            facts = dict(judged.facts) | ({"reference": dsr.reference} if dsr else {})
            counted[self._say(raw, judged.verdict, judged.column, facts)] += 1
        return counted

    def _say(self, raw: Raw, verdict: str, column: str, facts: Any) -> str:
        """Say of a row what names nobody, and return under what it counts."""
        if verdict:
            where = f"{column}: " if column else ""
            open_one = f" ({facts['reference']})" if "reference" in facts else ""
            self.stdout.write(f"row {raw.number}: not filed: {where}{words.of_row(verdict)}{open_one}")
            return "refused"
        late = ", late" if facts["late"] else ""
        reference = facts.get("reference", "would be filed")
        self.stdout.write(f"row {raw.number}: {reference}: {facts['right']}, {facts['law']}, due {facts['legal']}{late}")
        return "filed"

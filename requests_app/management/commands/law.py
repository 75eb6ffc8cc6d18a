"""`manage.py law`: what is known of the laws and the duties to keep, whether their files are right, and what is missing."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_app import duties, jurisdictions
from requests_app.duties.base import Duty
from requests_app.duties.checking import mistakes as of_duties
from requests_app.duties.showing import of_duty
from requests_app.jurisdictions import coverage, showing
from requests_app.jurisdictions.checking import mistakes as of_laws
from requests_app.jurisdictions.vocabulary import Right
from requests_app.schema import BadFile


class Command(BaseCommand):
    help = "show NAME: a law or a duty to keep. check: the mistakes in their files. coverage: what is known, and what is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        show = deeds.add_parser("show", help="all that is known of one law or duty to keep")
        show.add_argument("name")
        show.add_argument("--right", choices=[right.value for right in Right])
        deeds.add_parser("check", help="read every file, print counts and mistakes")
        covered = deeds.add_parser("coverage", help="what is known, by law, right and clock")
        covered.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, deed: str, **options: Any) -> None:
        today = datetime.now(tz=UTC).date()
        try:
            {"show": self._show, "check": self._check, "coverage": self._coverage}[deed](today, options)
        except BadFile as fault:
            raise CommandError(str(fault)) from None

    def _show(self, today: date, options: dict[str, Any]) -> None:
        name, right = options["name"], Right(options["right"]) if options["right"] else None
        if name in jurisdictions.REGIMES:
            self._write(showing.of_regime(jurisdictions.REGIMES[name], today, right))
        elif name in duties.DUTIES:
            self._write(of_duty(duties.DUTIES[name]))
        else:
            near = get_close_matches(name, (*jurisdictions.REGIMES, *duties.DUTIES))
            raise CommandError(f"No law and no duty to keep is called {name}." + (f" Near: {', '.join(near)}." if near else ""))

    def _check(self, _today: date, _options: dict[str, Any]) -> None:
        if found := of_laws() + of_duties():
            raise CommandError("\n".join((*found, f"{len(found)} mistakes")))
        laws = list(jurisdictions.REGIMES.values())
        own = [law for law in laws if not law.is_overlay]
        self.stdout.write(f"{len(laws)} laws: {len(own)} of their own, {len(laws) - len(own)} that add to one")
        self.stdout.write(f"{sum(len(law.clocks) for law in laws)} clocks, {sum(len(law.pauses) for law in laws)} pauses")
        self.stdout.write(f"{len(duties.DUTIES)} duties to keep")
        self.stdout.write("no mistakes")

    def _coverage(self, today: date, options: dict[str, Any]) -> None:
        laws = [coverage.of_regime(law, today) for law in jurisdictions.REGIMES.values()]
        rows = [_row(duty, today) for duty in duties.DUTIES.values()]
        if options["as_json"]:
            self.stdout.write(json.dumps({"on": today.isoformat(), "regimes": laws, "duties": rows}, ensure_ascii=False, indent=1))
            return
        for law in laws:
            self._write(_lines(law))
        self._write(f"{row['id']}: {row['confidence']}; missing: {', '.join(row['missing'])}" for row in rows if row["missing"])
        self._write(_totals(laws, rows))

    def _write(self, lines: Any) -> None:
        self.stdout.write("\n".join(lines))


def _lines(law: dict[str, Any]) -> list[str]:
    has = [right for right in law["rights"] if right["has"]]
    since = law["in_force_from"] or "with its parent"
    head = f"{law['id']}: in force {since}; confidence {law['confidence']}; evidence {law['evidence']}; {law['sources']} sources"
    gaps = [f"  missing: {', '.join(law['missing'])}"] if law["missing"] else []
    return [head, *(_line(right) for right in has), *gaps]


def _line(right: dict[str, Any]) -> str:
    clocks = "; ".join(f"{one['kind']} {'' if one['length'] is None else one['length']} {one['unit']}" for one in right["clocks"])
    lacks = [*right["missing"], *(f"{gap} of {one['kind']}" for one in right["clocks"] for gap in one["missing"])]
    return f"  {right['right']}: {clocks}" + (f"  [missing: {', '.join(lacks)}]" if lacks else "")


def _row(duty: Duty, today: date) -> dict[str, Any]:
    return {
        "id": duty.id,
        "countries": list(duty.countries),
        "kind": duty.kind.value,
        "citation": duty.citation,
        "in_force": duty.in_force(today),
        "confidence": duty.confidence.value,
        "period_seen": duty.period_seen,
        "sources": len(duty.source),
        "missing": [] if duty.period_seen else ["the period was not read in a source"],
    }


def _totals(laws: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[str]:
    granted = [right for law in laws for right in law["rights"] if right["has"]]
    sure = Counter(law["confidence"] for law in laws)
    seen = sum(row["period_seen"] for row in rows)
    bare = sum(bool(right["missing"]) for right in granted)
    return [
        "",
        f"{len(laws)} laws ({', '.join(f'{count} {name}' for name, count in sorted(sure.items()))})",
        f"{len(granted)} rights granted, {bare} without their provision",
        f"{len(rows)} duties to keep, the period of {seen} read in a source",
    ]

"""`manage.py trail`: seal the audit trail, take it out for somebody who checks it, and prove what is in it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_app.audit import anchors, export, sealing
from requests_app.audit.models import TrailSeal
from requests_app.audit.proofs import continues
from requests_app.audit.signing import signer
from requests_app.keys.signature import fingerprint, public_key


class Command(BaseCommand):
    help = "Seal, export and prove the audit trail. What comes out is checked with tools/verify.py."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("seal", help="seal what waits, looking through everything, and anchor the new heads")
        commands.add_parser("export", help="write the whole trail, a JSON line each").add_argument("file", type=Path)
        commands.add_parser("key", help="print the public key that seals are checked with")
        sizes = commands.add_parser("continues", help="prove that the tree of one size begins with that of another")
        for name in ("first", "second"):
            sizes.add_argument(name, type=int, help="how many events: the size of a head")

    def handle(self, *_: Any, command: str, **given: Any) -> None:
        getattr(self, f"_{command}")(**{name: given[name] for name in ("file", "first", "second") if name in given})

    def _seal(self) -> None:
        sealed = sealing.seal(whole=True)
        self.stdout.write(f"{sealed} events sealed, {anchors.anchor()} heads anchored")

    def _export(self, file: Path) -> None:
        with file.open("w", encoding="utf-8") as out:
            out.writelines(export.lines(datetime.now(UTC)))

    def _key(self) -> None:
        self.stdout.write(public_key(signer()).decode(), ending="")
        sys.stderr.write(f"SHA-256 {fingerprint(signer())}\n")

    def _continues(self, first: int, second: int) -> None:
        """Raises: CommandError: no head of that size was sealed."""
        try:
            self.stdout.write(json.dumps(continues(first, second)))
        except TrailSeal.DoesNotExist:
            raise CommandError("No head of that size was sealed.") from None

"""The certificate on paper: the words of the account as a PDF that prints Latin, Greek and Cyrillic letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import override

from requests_app.correspondence.sheet import Sheet
from requests_app.erasure import phrases


def paper(said: Mapping[str, Any], time_zone: str) -> bytes:
    """Return the certificate as a PDF, in its own language and at the clock of the shop."""
    with override(said["language"]), timezone.override(ZoneInfo(time_zone)):
        sheet = Sheet(
            title=f"{phrases.title()} {said['reference']}", author=said["brand"]["name"], language=said["language"],
            made_at=datetime.fromisoformat(said["made_at"]), foot=f"{said['brand']['name']} · {said['reference']}",
        )  # fmt: skip
        sheet.add_page()
        sheet.say(said["brand"]["name"], size=11)
        sheet.say(phrases.title(), size=18, bold=True, above=2)
        sheet.ln(4)
        for label, value in phrases.facts(said):
            sheet.row(label, value)
        for system in said["systems"]:
            _system(sheet, system)
        sheet.say(phrases.proof(), size=8, above=8)
        return bytes(sheet.output())


def _system(sheet: Sheet, system: Mapping[str, Any]) -> None:
    sheet.say(system["title"], size=12, bold=True, above=6)
    sheet.say(phrases.standing(system), size=9)
    for line in system["classes"]:
        sheet.say(line["title"], bold=True, above=2)
        sheet.say(" ".join(phrases.words(line)), size=9)

"""Which text of a shop's privacy policy was in force on a day: the one of that day governs what was collected then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from requests_app.brands.models import Brand

_KEYS: Final = frozenset({"version", "since", "url"})


@dataclass(frozen=True, slots=True)
class Policy:
    """One text: what it is called, its first day, and where it can be read."""

    version: str
    since: date
    url: str = ""


def policies(brand: Brand) -> tuple[Policy, ...]:
    """Return the texts of `brand`, the oldest first."""
    told = (Policy(str(one["version"]), date.fromisoformat(one["since"]), one.get("url", "")) for one in brand.policies)
    return tuple(sorted(told, key=lambda one: one.since))


def governing(known: tuple[Policy, ...], day: object) -> Policy | None:
    """Return the text in force on `day`, a date or a moment as a system writes it; None where none was, or it is no day."""
    try:
        on = date.fromisoformat(str(day)[:10])
    except ValueError:
        return None
    return next((one for one in reversed(known) if one.since <= on), None)


def problems(value: Any) -> Iterator[str]:
    """Yield what is wrong with the `policies` of a brand."""
    if not isinstance(value, list) or not all(isinstance(one, dict) and not one.keys() - _KEYS for one in value):
        yield "must be a list of version, since and url"
        return
    days = [one.get("since") for one in value]
    yield from (f'since must be a day in quotes, like "2024-05-25": {day}' for day in days if not _is_day(day))
    if any(not isinstance(one.get("version"), str) or not one["version"] for one in value):
        yield "version is missing: what the text is called, in quotes"
    if any(one.get("url") and urlsplit(str(one["url"])).scheme != "https" for one in value):
        yield "url must begin with https://"
    if len(set(map(str, days))) < len(days):
        yield "two texts begin on one day"


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False

"""What a shop's file says of its systems, as versions by the system itself: made whenever what it says has changed."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from requests_app.brands.models import Brand
from requests_app.connecting.judging import NAME, PREFIXES, Wanted
from requests_app.connecting.services import from_file
from requests_app.sources.models import Source
from requests_app.values import Side

_SAID: Final = frozenset({"name", "title", "connector", "description", "secret", "erase_secret", "files", "side", "enabled"})


@transaction.atomic
def from_files(brand: Brand, systems: list[dict[str, Any]]) -> int:
    """Make a version of every system whose part of the shop's file, or whose dataset file, has changed; return how many.

    A system that the shop has and that never had a version gets its first from its row, which is what counted until now.

    Raises:
        TypeError: a system has a field that systems have not.
        KeyError: a system has no name.
        ValueError: a secret itself stands where its name belongs; the message does not repeat it.
    """
    made = 0
    for said in systems:
        if unknown := said.keys() - _SAID:
            raise TypeError(f"unknown field {min(unknown)}")
        if bare := [field for field in PREFIXES if said.get(field) and not NAME.fullmatch(str(said[field]))]:
            raise ValueError(f"{said['name']}: {bare[0]} takes the name of a secret in capitals, never the secret itself")
        source, new = Source.objects.get_or_create(
            brand=brand, name=said["name"], defaults={"enabled": False, "side": said.get("side", Side.CUSTOMERS)}
        )
        first = not source.version and not new
        wanted = _as_it_stands(source) if first else _wanted(said)
        made += from_file(source, wanted, _digest(said), first=first) is not None
    return made


def _as_it_stands(source: Source) -> Wanted:
    return Wanted(
        source.title, source.connector, _text(source.description), source.address, source.secret, source.erase_secret, source.files,
        not source.enabled, bool(source.erase_secret), source.description,
    )  # fmt: skip


def _wanted(said: dict[str, Any]) -> Wanted:
    erasing = said.get("erase_secret", "")
    return Wanted(
        said.get("title", {}), said["connector"], _text(said["description"]), "", said.get("secret", ""), erasing,
        said.get("files", ""), not said.get("enabled", True), bool(erasing), said["description"],
    )  # fmt: skip


def _text(path: str) -> str:
    """Return what a dataset file holds; nothing where it cannot be read: what needs the system says so by its name."""
    try:
        return Path(settings.BASE_DIR / path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _digest(said: dict[str, Any]) -> str:
    return sha256(json.dumps([said, _text(said.get("description", ""))], sort_keys=True, default=str).encode()).hexdigest()

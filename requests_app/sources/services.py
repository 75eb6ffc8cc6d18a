"""Reaching a configured system, and remembering how that went."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import CollectionInfo, Config, Connector, Inventory, Refused, SourceFault
from requests_app.sources.models import RESTING, Source


class Resting(SourceFault):
    """The system failed several times in a row and is left alone for a while."""

    code = RESTING


def seed(brand: Brand, systems: list[dict[str, Any]]) -> None:
    """Write the systems of a new brand."""
    for system in systems:
        Source.objects.get_or_create(brand=brand, name=system["name"], defaults=system)


def connector(source: Source) -> Connector:
    return CONNECTORS[source.connector]


def config(source: Source) -> Config:
    """Return how to reach `source`; its secret comes from the environment at this moment.

    Raises:
        Refused: the environment lacks the secret.
    """
    url = secret(source.secret)
    files = os.environ.get(source.files) if source.files else None
    return Config(
        name=source.name, url=url, description=settings.BASE_DIR / source.description, files=Path(files) if files else None,
    )  # fmt: skip


def secret(name: str) -> str:
    """Return the secret `name`: the file that `NAME_FILE` names comes first.

    Raises:
        Refused: there is none, or its file cannot be read.
    """
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise Refused(f"{name}_FILE names a file that cannot be read: {fault.strerror}.") from fault
    if value := os.environ.get(name):
        return value
    raise Refused(f"The environment variable {name} is not set.")


def inventory(source: Source) -> Inventory:
    """Return what `source` is described to hold; its secret is not needed.

    Raises:
        BadDescription: the description cannot be used.
    """
    described = Config(name=source.name, url="", description=settings.BASE_DIR / source.description)
    return connector(source).inventory(described)


def described(source: Source) -> Mapping[str, CollectionInfo]:
    """Return the collections of `source` by name; none where the description cannot be used any more."""
    try:
        return {info.name: info for info in inventory(source).collections}
    except SourceFault:
        return {}


@contextmanager
def answering(source: Source) -> Iterator[None]:
    """Note whether `source` answered.

    Raises:
        Resting: it is left alone for now.
    """
    if Source.objects.filter(pk=source.pk, resting_until__gt=Now()).exists():
        raise Resting("The system failed several times and is left alone for two minutes.")
    try:
        yield
    except SourceFault as fault:
        source.failed(fault.code, str(fault))
        raise
    source.answered()

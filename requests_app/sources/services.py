"""Reaching a configured system, and remembering how that went."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, Q
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import (
    CollectionInfo,
    Config,
    Connector,
    File,
    Inventory,
    Refused,
    Scope,
    SourceFault,
    Written,
)
from requests_app.connectors.people import PEOPLE_ENTRY
from requests_app.sources import address
from requests_app.sources.models import BREAKER_DELAY, RESTING, STOPPED, WINDOW, Source, Stop
from requests_app.sources.versions import SourceVersion

Described = CollectionInfo  # what the doors call it, which know no connectors

_NOTED_EVERY: Final = timedelta(seconds=10)  # not every answer of a busy system is written down
_STOPPED: Final = "The system was stopped by somebody of the shop."
_RESTS: Final = ExpressionWrapper(Q(resting_until__isnull=False, resting_until__gt=Now()), BooleanField())
_IS_NOTED: Final = ExpressionWrapper(
    Q(failures=0, last_fault="", resting_until=None, window_failed=0)
    & Q(answered_at__isnull=False, answered_at__gt=Now() - _NOTED_EVERY),
    BooleanField(),
)
_FAILED_LATELY: Final = ExpressionWrapper(
    Q(window_failed__gt=0, window_at__isnull=False, window_at__gt=Now() - WINDOW), BooleanField()
)


class Waits(SourceFault):
    """The system is not asked now, and nobody is to blame for it: whoever needs it waits, without any loss of patience."""

    costs_nothing = True


class Resting(Waits):
    """The system failed several times and is left alone for a while; then one question tries whether it answers."""

    code = RESTING
    delay = 30.0


class Stopped(Waits):
    """Somebody of the shop stopped the system."""

    code = STOPPED
    delay = 60.0


def seed(brand: Brand, systems: list[dict[str, Any]]) -> None:
    """Write the systems of a new brand."""
    for system in systems:
        Source.objects.get_or_create(brand=brand, name=system["name"], defaults=system)


def connector(source: Source) -> Connector:
    return PEOPLE_ENTRY if source.is_of_people else CONNECTORS[source.connector]


def config(source: Source, scope: Scope = Scope.ALL) -> Config:
    """Return how to reach `source`, to be asked as far as `scope` says; its secret comes from the environment at this moment.

    Raises:
        Refused: the environment lacks the secret.
    """
    url = "" if source.is_of_people else address.joined(source, secret(source.secret))
    files = os.environ.get(source.files) if source.files else None
    return Config(
        name=source.name, url=url, description=_file(source), files=Path(files) if files else None,
        scope=scope,
    )  # fmt: skip


def writing_config(source: Source) -> Config:
    """Return how to reach `source` with the account that may write. Only the workers of the queue `erase` know its secret.

    Raises:
        Refused: the environment lacks the secret.
    """
    return replace(config(source), url=address.joined_to_write(source, secret(source.erase_secret)))


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


def inventory(source: Source, scope: Scope = Scope.ALL) -> Inventory:
    """Return what `source` is described to hold, as far as `scope` asks; its secret is not needed.

    Raises:
        BadDescription: the description cannot be used.
    """
    return connector(source).inventory(on_paper(source, scope))


def on_paper(source: Source, scope: Scope = Scope.ALL) -> Config:
    """Return `source` by its description alone: enough for what asks nothing of the system."""
    return Config(name=source.name, url="", description=_file(source), scope=scope)


def _file(source: Source) -> File:
    """Return the dataset file: what the version that counts holds, else the file of that path as it stands."""
    if not source.digest:
        return Path(settings.BASE_DIR / source.description)
    return Written(Path(source.description).name or f"{source.name}.yaml", _text(source.digest))


@lru_cache(maxsize=256)
def _text(digest: str) -> bytes:
    """Return the text of that SHA-256, which no version ever changes: each process reads it once."""
    return str(SourceVersion.objects.filter(digest=digest).values_list("dataset", flat=True)[:1][0]).encode()


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
        Stopped: somebody stopped it.
    """
    known = Source.objects.filter(pk=source.pk)
    now = (
        known.annotate(stopped=Exists(Stop.objects.against(source)), rests=_RESTS, is_noted=_IS_NOTED, halves=_FAILED_LATELY)
        .values("stopped", "rests", "is_noted", "halves", "paused_at")
        .get()
    )
    if now["stopped"]:
        raise Stopped(_STOPPED)
    if now["rests"] or (now["paused_at"] and not _tries(source)):
        raise Resting("The system failed several times and is left alone for two minutes.")
    try:
        yield
    except SourceFault as fault:
        if not fault.elsewhere and not isinstance(fault, Waits):
            source.failed(fault.code, str(fault))
        raise
    if now["halves"] and not now["paused_at"]:
        source.answered_among_failures()
    elif not now["is_noted"]:
        source.answered()


def hold(source: Source) -> None:
    """Stop here, before the next effect, where somebody has stopped the system.

    Raises:
        Stopped: somebody has.
    """
    if Stop.objects.against(source).exists():
        raise Stopped(_STOPPED)


def hold_erasing(source: Source) -> None:
    """Stop here, before the next effect, where somebody has stopped the system, or all erasures of its brand.

    Raises:
        Stopped: somebody has.
    """
    if Stop.objects.standing().filter(Q(source=source) | Q(source=None), brand=source.brand_id).exists():
        raise Stopped("Erasing was stopped by somebody of the shop.")


def _tries(source: Source) -> bool:
    """Whether this question is the one by which a paused system is tried; a killed worker's is followed by another after a rest."""
    rested = Source.objects.filter(Q(resting_until=None) | Q(resting_until__lte=Now()), pk=source.pk)
    return bool(rested.update(resting_until=Now() + BREAKER_DELAY))

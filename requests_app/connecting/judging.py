"""What speaks against a configuration that somebody typed, field by field; the doors have the words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from requests_app.brands.models import Brand
from requests_app.sources import dataset
from requests_app.sources.address import faults as address_faults
from requests_app.sources.models import PEOPLE, Source
from requests_app.sources.versions import SourceVersion

PREFIXES: Final = {"secret": "DSAR_SOURCE_", "erase_secret": "DSAR_ERASE_", "files": "DSAR_SOURCE_"}
KINDS: Final = dataset.KINDS
LARGEST: Final = dataset.LARGEST
NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,99}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One configuration as somebody typed it, or as a file says it. `secret` and `erase_secret` are names of secrets."""

    title: dict[str, str]
    connector: str
    dataset: str
    address: str = ""
    secret: str = ""
    erase_secret: str = ""
    files: str = ""
    paused: bool = False
    may_erase: bool = False
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: of which field, by a code; `where` and `message` are a dataset reader's own."""

    field: str
    code: str
    where: str = ""
    message: str = ""


def faults(brand: Brand, name: str, wanted: Wanted, *, former: Source | None = None) -> tuple[Fault, ...]:
    """Return every fault of what is wanted. What the system's `former` version says already is not asked again."""
    if wanted.connector not in KINDS:
        return (Fault("kind", "unknown"),)
    found = [*_ways(wanted, former), *_secrets(brand, wanted, former)]
    file = wanted.file.rpartition("/")[2] or f"{name}.yaml"
    found += [
        Fault("dataset", one.code, one.where, one.message) for one in dataset.problems(file, wanted.connector, wanted.dataset)
    ]
    return tuple(found)


def _ways(wanted: Wanted, former: Source | None) -> Iterator[Fault]:
    if wanted.connector == PEOPLE:
        for name in ("address", "secret", "erase_secret", "files"):
            if getattr(wanted, name):
                yield Fault(name, "people")
        return
    if not wanted.secret:
        yield Fault("secret", "missing")
    if wanted.may_erase and not wanted.erase_secret:
        yield Fault("erase_secret", "missing")
    if not wanted.address and (former is None or former.address):
        yield Fault("address", "missing")
    if wanted.address and (former is None or former.address != wanted.address or former.connector != wanted.connector):
        yield from (Fault("address", code) for code in address_faults(wanted.connector, wanted.address))


def _secrets(brand: Brand, wanted: Wanted, former: Source | None) -> Iterator[Fault]:
    """Yield what is no name of a secret, or of one that is none of this shop's: an address elsewhere must not be sent it."""
    for name, prefix in PREFIXES.items():
        said = getattr(wanted, name)
        if not said or (former is not None and getattr(former, name) == said):
            continue
        if not NAME.fullmatch(said) or not said.startswith(prefix) or said.endswith("_FILE"):
            yield Fault(name, "name")
        elif _is_anothers(brand, said):
            yield Fault(name, "another_shop")


def _is_anothers(brand: Brand, name: str) -> bool:
    for rows, at in ((Source.objects, "brand"), (SourceVersion.objects, "source__brand")):
        for column in PREFIXES:
            if rows.filter(**{column: name}).exclude(**{at: brand}).exists():
                return True
    return False

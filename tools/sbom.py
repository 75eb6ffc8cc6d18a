#!/usr/bin/env python3
"""What the product is made of, as a CycloneDX bill of materials, from the lock that it is installed by.

`python tools/sbom.py [lock] > sbom.json`; without a lock, that of production. The same lock gives the same parts and the same
serial number. Needs the packages of requirements/dev.txt.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

LOCK: Final = Path(__file__).resolve().parent.parent / "requirements/lock.txt"
_ENTRY: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_PLACE: Final = re.compile(r"# via\b(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One locked package: its name as the index writes it, its version, the SHA-256 of every file that may be installed."""

    name: str
    version: str
    hashes: tuple[str, ...]
    direct: bool


def parts(lock: str) -> Iterator[Part]:
    """Yield what `lock` pins, in its order."""
    for name, version, rest in _ENTRY.findall(lock):
        wanted_by = _PLACE.search(rest)
        direct = wanted_by is not None and "requirements.txt" in wanted_by[1]
        yield Part(re.sub(r"[-_.]+", "-", name).lower(), version, tuple(_HASH.findall(rest)), direct)


def bill(lock: str) -> Bom:
    """Return the bill of materials of `lock`."""
    product = Component(name="dsar", type=ComponentType.APPLICATION, bom_ref="dsar")
    made = Bom(serial_number=UUID(bytes=sha256(lock.encode()).digest()[:16], version=4))
    made.metadata.component = product
    direct = []
    for part in parts(lock):
        component = _component(part)
        made.components.add(component)
        made.register_dependency(component)
        if part.direct:
            direct.append(component)
    made.register_dependency(product, direct)
    return made


def _component(part: Part) -> Component:
    address = PackageURL("pypi", None, part.name, part.version)
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        purl=address,
        bom_ref=str(address),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in part.hashes],
    )


def written(lock: str) -> str:
    """Return the bill of `lock` as JSON (CycloneDX 1.6)."""
    return JsonV1Dot6(bill(lock)).output_as_string(indent=1)


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK
    sys.stdout.write(written(wanted.read_text(encoding="utf-8")) + "\n")

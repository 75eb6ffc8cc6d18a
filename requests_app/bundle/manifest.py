"""manifest.json: what the bundle holds, what was searched, what was not and why, what was withheld and why."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from requests_app.bundle.material import CollectionPart, Material, SystemPart, SystemState, Withholding
from requests_app.bundle.pages import left_out
from requests_app.connectors.base import CollectionInfo
from requests_app.connectors.portable import Why, why_not
from requests_app.sources.words import fault, said, why_left_out

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the bundle: SHA-256 in hexadecimal, size in bytes, and records where it holds any."""

    name: str
    sha256: str
    size: int
    records: int | None = None

    def as_json(self) -> dict[str, object]:
        facts: dict[str, object] = {"name": self.name, "sha256": self.sha256, "size": self.size}
        return facts if self.records is None else facts | {"records": self.records}


def manifest(material: Material, members: Iterable[Member]) -> bytes:
    """Return the bytes that are signed. Words are in the customer's language, which must be active."""
    systems = material.systems
    value = {
        "version": VERSION,
        "reference": material.reference,
        "number": material.number,
        "subject": material.subject,
        "scope": material.scope.value,
        "brand": {"slug": material.brand.slug, "name": material.brand.name},
        "language": material.language,
        "asked_on": material.asked_on.isoformat(),
        "created": material.made_at.isoformat(),
        "complete": not material.missing,
        "records": material.records,
        "searched": [_searched(system, material.language) for system in systems if system.state is not SystemState.FAILED],
        "not_searched": [_not_searched(system, material.language) for system in material.missing],
        "withheld": [
            *(_withheld(system, part) for system in systems for part in system.collections if part.records and part.info.withheld),
            *(_ruled(system, part, one) for system in systems for part in system.collections for one in part.withheld),
        ],
        "left_out": [_left_out(system, info) for system, info in left_out(material)],
        "members": [member.as_json() for member in members],
    }
    return as_json(value)


def as_json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _searched(system: SystemPart, language: str) -> dict[str, object]:
    return {
        "system": system.name,
        "title": said(system.inventory.title, language),
        "description_sha256": system.inventory.digest,
        "answered_at": system.answered_at.isoformat() if system.answered_at else None,
        **({"answered_by": "person"} if system.by_person else {}),
        "records": system.records,
        "collections": [
            {
                "collection": part.info.name,
                "title": said(part.info.title, language),
                "records": part.records,
                "files": len(part.files),
            }
            for part in system.collections
        ],
    }


def _not_searched(system: SystemPart, language: str) -> dict[str, object]:
    return {
        "system": system.name,
        "title": said(system.inventory.title, language),
        "code": system.fault or "failed",
        "why": " ".join(filter(None, (fault(system.fault), system.reason))),
    }


def _left_out(system: SystemPart, info: CollectionInfo) -> dict[str, object]:
    why = {field.name: why_not(field, info) or Why.UNSTATED for field in info.left_out}
    return {"system": system.name, "collection": info.name, "why": {name: why_left_out(one) for name, one in why.items()}}


def _withheld(system: SystemPart, part: CollectionPart) -> dict[str, object]:
    return {
        "system": system.name,
        "collection": part.info.name,
        "fields": [field.name for field in part.info.withheld],
        "why": _("These fields are about other people."),
    }


def _ruled(system: SystemPart, part: CollectionPart, one: Withholding) -> dict[str, object]:
    return {
        "system": system.name,
        "collection": part.info.name,
        "fields": list(one.fields),
        "what": one.what,
        "count": one.count,
        "why": one.why,
        "law": one.law,
    }

"""Audit packs as ZIP files that are sent while they are made: the account of each request, and the digest of every file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from requests_app.bundle.zip64 import Archive
from requests_app.reports import pack, paper
from requests_app.reports.linked import linked
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet

AT_ONCE: Final = 100  # requests of one question


@dataclass(frozen=True, slots=True)
class Manner:
    """How a pack is made: when, in which language, with officers' reasons or without, and how letters are called."""

    made_at: datetime
    language: str
    reasons: bool
    letter: Callable[[str], str]


class _Pack:
    """One archive, and the digests of what lies in it."""

    def __init__(self, made_at: datetime) -> None:
        self._archive, self._digests = Archive(made_at), dict[str, str]()

    def put(self, name: str, content: bytes) -> Iterator[bytes]:
        self._digests[name] = sha256(content).hexdigest()
        yield from self._archive.pack(name, [content], small=True)

    def close(self) -> Iterator[bytes]:
        """End with the list of digests, which is not in itself."""
        yield from self._archive.pack("manifest.json", [_json({"format": pack.FORMAT, "sha256": self._digests})], small=True)
        yield from self._archive.close()


def of_request(dsr: SubjectRequest, manner: Manner) -> Iterator[bytes]:
    """Yield the pack of one request."""
    archive = _Pack(manner.made_at)
    told = pack.account(dsr, reasons=manner.reasons)
    printed = paper.of_request(
        told, made_at=manner.made_at, language=manner.language, time_zone=dsr.brand.time_zone, letter=manner.letter
    )
    yield from archive.put(f"{_named(dsr)}.json", _json(told))
    yield from archive.put(f"{_named(dsr)}.jsonld", _json(linked(dsr.pk, told)))
    yield from archive.put(f"{_named(dsr)}.pdf", printed)
    yield from archive.close()


def of_many(found: SubjectRequestQuerySet, figures: Any, printed: bytes, manner: Manner) -> Iterator[bytes]:
    """Yield the pack of `found`, a hundred at a time by their keys: its figures, then the account of each request."""
    archive = _Pack(manner.made_at)
    yield from archive.put("figures.json", _json(figures))
    yield from archive.put("figures.pdf", printed)
    page = pack.prepared(found.order_by("pk"))
    some = list(page[:AT_ONCE])
    while some:
        for dsr in some:
            told = pack.account(dsr, reasons=manner.reasons)
            yield from archive.put(f"requests/{_named(dsr)}.json", _json(told))
            yield from archive.put(f"requests/{_named(dsr)}.jsonld", _json(linked(dsr.pk, told)))
        some = list(page.filter(pk__gt=some[-1].pk)[:AT_ONCE])
    yield from archive.close()


def _named(dsr: SubjectRequest) -> str:
    """Return the reference as a file is called on every system."""
    return dsr.reference.lower()


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()

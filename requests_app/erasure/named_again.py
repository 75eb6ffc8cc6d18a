"""Erased persons whom records of a system name again: known by keyed digests alone, also when their request is long gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from requests_app.connectors.naming import Named, Namer
from requests_app.erasure.traces import RECORD, STAYING, ErasedIdentity, trace, trace_of
from requests_app.sources import services as sources
from requests_app.sources.models import Source
from requests_app.sources.services import connector

_AT_ONCE: Final = 1000  # records


@dataclass(slots=True)
class Back:
    """Records by which a person is named again who was erased under `reference`.

    `known`: how many have the key of a record that was erased; `newer`: how many have another, and were made after the erasure;
    `doubtful`: of how many others nobody can tell, as their day is unknown or lies before it.
    """

    reference: str
    known: int = 0
    newer: int = 0
    doubtful: int = 0


def named_again(source: Source) -> Iterator[Back]:
    """Yield who is named again in `source`. Reads the identities of all its records once, and holds few of them at a time.

    Raises:
        SourceFault: the system did not answer.
    """
    able = connector(source)
    if not isinstance(able, Namer) or not ErasedIdentity.objects.filter(source=source).exists():
        return
    found: dict[str, Back] = {}
    stream = able.named(sources.config(source))
    while some := tuple(islice(stream, _AT_ONCE)):
        _weigh(source, some, found)
    yield from found.values()


def _weigh(source: Source, some: Iterable[Named], found: dict[str, Back]) -> None:
    by_digest: dict[bytes, list[Named]] = {}
    for one in some:
        by_digest.setdefault(trace(one.claim), []).append(one)
    met = ErasedIdentity.objects.filter(source=source, digest__in=list(by_digest)).exclude(kind__in=[RECORD, STAYING])
    for erased in met:
        for one in by_digest[bytes(erased.digest)]:
            _count(erased, one, found)


def _count(erased: ErasedIdentity, one: Named, found: dict[str, Back]) -> None:
    same = ErasedIdentity.objects.filter(source=erased.source_id, reference=erased.reference, digest=trace_of(one.root))
    kinds = set(same.values_list("kind", flat=True))
    if STAYING in kinds and RECORD not in kinds:
        return
    back = found.setdefault(erased.reference, Back(erased.reference))
    if RECORD in kinds:
        back.known += 1
    elif one.since is not None and one.since > erased.erased_at.date():
        back.newer += 1
    else:
        back.doubtful += 1

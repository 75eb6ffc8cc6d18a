"""A plan on its way into the vault, while it is counted and its digest made: no more than one batch is in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from requests_app.connectors.erasing import Deed, Planned, Ruling, digest_of
from requests_app.erasure.models import Plan, RecordSet
from requests_app.erasure.pages import lines
from requests_app.ledger.claims import Claim
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind

BY_HAND = Ruling(Deed.ASK, "by_hand")
_What = tuple[str, Ruling, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Made:
    """What planning found: the sets in the order of the run, the digest, and where the records stand."""

    digest: bytes = b""
    sets: list[RecordSet] = field(default_factory=list)
    file: StoredFile | None = None

    @property
    def records(self) -> int:
        return sum(one.records for one in self.sets)


def made(plan: Plan, claim: Claim, found: Iterable[Planned]) -> Made:
    """Write what was planned into the vault.

    Raises:
        LeaseLost: another worker has taken over.
        NoSpace, Away, KeyGone: the vault takes nothing.
    """
    result, known = Made(), dict[_What, RecordSet]()
    with vault.writing(plan.dsr, Kind.JSON) as draft:

        def seen() -> Iterator[Planned]:
            for some in found:
                claim.hold()
                _count(known, some)
                for line in lines(some):
                    draft.writer.write(line, 1)
                yield some

        result.digest = digest_of(seen())
    result.sets = list(known.values())
    result.file = draft.file if known else None
    for position, one in enumerate(result.sets):
        one.position = position
    return result


def _count(known: dict[_What, RecordSet], some: Planned) -> None:
    what = some.collection, some.ruling, tuple(sorted(some.how.items()))
    if what not in known:
        known[what] = _set(some.collection, some.ruling, some.how)
    known[what].records += len(some.keys)


def _set(collection: str, ruling: Ruling, how: Mapping[str, str]) -> RecordSet:
    return RecordSet(collection=collection, deed=ruling.deed, reason=ruling.reason, until=ruling.until, blanked=dict(how))

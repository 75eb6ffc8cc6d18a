"""What is planned, or was done, by system and class, in the customer's words: for pages, letters and the certificate. No data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.translation import override

from requests_app.connectors.base import CollectionInfo, SourceFault, Words
from requests_app.connectors.erasing import Deed
from requests_app.correspondence import facts
from requests_app.erasure.ending import NOT_OURS_TO_END, UNASKED
from requests_app.erasure.models import PlanState
from requests_app.erasure.reasons import NO_LAW, reason
from requests_app.erasure.summary import SetSummary, SystemSummary, summary
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.workflow.models import SubjectRequest

_GONE = frozenset({Deed.ERASE, Deed.BLANK})


@dataclass(frozen=True, slots=True)
class Line:
    """Records of one class that share a deed and a reason. `fields` are overwritten; kept ones end from `first` to `until`."""

    collection: str
    title: str
    deed: Deed
    code: str
    records: int
    fields: tuple[str, ...]
    why: str
    law: str
    first: date | None
    until: date | None

    @property
    def is_gone(self) -> bool:
        return self.deed in _GONE

    @property
    def is_owed(self) -> bool:
        """Whether these records stay although the person asked for them."""
        return self.deed is Deed.KEEP and self.code != UNASKED

    @property
    def is_temporary(self) -> bool:
        """Whether what stays goes one day: what is another person's too does not."""
        return self.is_owed and self.code not in NOT_OURS_TO_END


@dataclass(frozen=True, slots=True)
class System:
    """What one system holds. `by_hand`: a person erases there. `reason`: an officer's words where it was settled otherwise."""

    name: str
    title: str
    state: PlanState
    by_hand: bool
    reason: str
    proven_at: datetime | None
    lines: tuple[Line, ...]

    @property
    def is_done(self) -> bool:
        return self.state == PlanState.DONE

    @property
    def is_missing(self) -> bool:
        """Whether nobody can say that it was erased."""
        return self.state in {PlanState.IMPOSSIBLE, PlanState.FAILED, PlanState.GIVEN_UP}


def told(dsr: SubjectRequest) -> tuple[System, ...]:
    """Return what becomes of what each system of `dsr` holds, in the person's language. Three queries."""
    systems = summary(dsr).systems
    sources = {source.name: source for source in Source.objects.of(dsr.brand_id, dsr.side) if systems}
    with override(dsr.language):
        laws = facts.standing(dsr)
        return tuple(_system(one, sources.get(one.source), dsr.language, laws) for one in systems)


def kept(systems: Iterable[System]) -> list[tuple[System, Line]]:
    """Return what stays although the person asked for it to go."""
    return [(system, line) for system in systems for line in system.lines if line.is_owed]


def _system(one: SystemSummary, source: Source | None, language: str, laws: Iterable[str]) -> System:
    known = _known(source)
    lines = tuple(_line(alike, known, language, laws) for alike in _alike(one.sets))
    return System(one.source, one.title, one.state, one.by_hand, one.reason, one.absent_at or one.done_at, lines)


def _known(source: Source | None) -> Mapping[str, CollectionInfo]:
    """Return the described collections by name; none where the description cannot be read any more."""
    try:
        return {info.name: info for info in inventory(source).collections} if source else {}
    except SourceFault:
        return {}


def _alike(sets: Iterable[SetSummary]) -> Iterator[list[SetSummary]]:
    """Yield the sets that a person reads as one: their days alone differ."""

    def what(one: SetSummary) -> tuple[str, str, str, list[str]]:
        return one.collection, one.deed, one.reason, [name for name, _how in one.how]

    for _key, alike in groupby(sorted(sets, key=what), key=what):
        yield list(alike)


def _line(sets: list[SetSummary], known: Mapping[str, CollectionInfo], language: str, laws: Iterable[str]) -> Line:
    one, info = sets[0], known.get(sets[0].collection)
    because = reason(one.reason, laws)
    days = sorted(each.until for each in sets if each.until)
    return Line(
        collection=one.collection,
        title=_said(info.title, language) if info else one.collection,
        deed=one.deed,
        code=one.reason,
        records=sum(each.records for each in sets),
        fields=_fields(one, info, language) if one.deed is not Deed.ERASE else (),
        why="" if one.reason in NO_LAW and one.deed is Deed.ERASE else because.why,
        law=because.law,
        first=days[0] if days else None,
        until=days[-1] if days and len(days) == len(sets) else None,
    )


def _fields(one: SetSummary, info: CollectionInfo | None, language: str) -> tuple[str, ...]:
    described = info.described if info else ()
    titles = {field.name: _said(field.title, language) for field in described}
    return tuple(titles.get(name, name) for name, _how in one.how)


def _said(words: Words, language: str) -> str:
    return words.get(language) or words["en"]

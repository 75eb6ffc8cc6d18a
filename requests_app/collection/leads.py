"""Systems that lead to each other: what one holds of the person finds records in the next. Values are handed on, never kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from requests_app.connectors.base import Given, Lead, Misconfigured, Pointer, SourceFault
from requests_app.matching.models import Match, MatchState
from requests_app.matching.services import identity_of
from requests_app.sources.models import Source
from requests_app.sources.services import config, connector, inventory, on_paper
from requests_app.values import Side
from requests_app.workflow.models import SubjectRequest

Values = Callable[[], Iterator[str]]


class LeadingSystemFailed(SourceFault):
    """Another system, whose values find records in this one, did not answer: without them the answer would be short."""

    code = "leading_system_failed"
    elsewhere = True


@dataclass(frozen=True)
class Leads:
    """The systems of one request, and how they lead to each other."""

    dsr: SubjectRequest

    def given(self, source: Source, through: frozenset[int] = frozenset()) -> Given:
        """Return the values by which `source` is to be searched too.

        `through`: systems that led here already, so that none is asked in a ring.

        Raises:
            Misconfigured: its description points at a dataset that no system of the brand has.
        """
        found: dict[Pointer, list[Values]] = {}
        here = set(inventory(source).datasets)
        for pointer in connector(source).wants(on_paper(source)):
            if (other := self._holders.get(pointer.dataset)) is None:
                raise Misconfigured(f"{source.name} points at the dataset `{pointer.dataset}`, which no system of this brand has")
            if other.pk not in through | {source.pk}:
                found.setdefault(pointer, []).append(partial(self._values, other, pointer, through | {source.pk}))
        for other in self._others(source, through):
            for lead in _offers(other):
                if lead.target.dataset in here:
                    found.setdefault(lead.target, []).append(partial(self._values, other, lead.source, through | {source.pk}))
        return {pointer: partial(_one_after_another, values) for pointer, values in found.items()}

    @cached_property
    def _matches(self) -> dict[int, Match]:
        return {match.source_id: match for match in self.dsr.matches.select_related("source")}

    @cached_property
    def _holders(self) -> dict[str, Source]:
        return {dataset: match.source for match in self._matches.values() for dataset in _datasets(match.source)}

    def _others(self, source: Source, through: frozenset[int]) -> Iterator[Source]:
        return (match.source for match in self._matches.values() if match.source_id not in through | {source.pk})

    def _values(self, source: Source, pointer: Pointer, through: frozenset[int]) -> Iterator[str]:
        match = self._matches[source.pk]
        if match.state == MatchState.FAILED:
            raise LeadingSystemFailed(f"{source.name} could not be asked, and its records lead to this system")
        given = self.given(source, through)
        if not match.roots and not given:
            return
        try:
            yield from connector(source).values(config(source), identity_of(self.dsr), match.roots, pointer, given)
        except LeadingSystemFailed:
            raise
        except SourceFault as fault:
            raise LeadingSystemFailed(f"{source.name} did not answer, and its records lead to this system ({fault.code})") from None


def supplied(source: Source) -> tuple[Pointer, ...]:
    """Return the pointers whose values other systems of the brand have, as far as their descriptions can be read."""
    others = [other for other in Source.objects.searched().of(source.brand, Side(source.side)) if other.pk != source.pk]
    datasets = {dataset for other in others for dataset in _datasets(other)}
    wanted = tuple(pointer for pointer in connector(source).wants(on_paper(source)) if pointer.dataset in datasets)
    here = set(_datasets(source))
    led = (lead.target for other in others for lead in _offers(other) if lead.target.dataset in here)
    return tuple(dict.fromkeys((*wanted, *led)))


def _datasets(source: Source) -> tuple[str, ...]:
    """Return the datasets of a system; none where its description cannot be read: it fails by its own name."""
    try:
        return inventory(source).datasets
    except SourceFault:
        return ()


def _offers(source: Source) -> tuple[Lead, ...]:
    try:
        return connector(source).offers(on_paper(source))
    except SourceFault:
        return ()


def _one_after_another(values: list[Values]) -> Iterator[str]:
    return chain.from_iterable(one() for one in values)

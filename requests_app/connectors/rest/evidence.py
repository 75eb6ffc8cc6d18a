"""What is known of a candidate: the facts on the own record and on those one step away."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Final

from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.endpoints import Endpoint, Group
from requests_app.connectors.rest.held import Key, inside, leading
from requests_app.connectors.rest.walk import Record
from requests_app.values import Identity

EVIDENCE: Final = 20  # values of one kind for one candidate
LOOKED_AT: Final = 1000  # records of one collection that are read for evidence


def evidence(asker: Asker, identity: Identity, endpoint: Endpoint, record: Record) -> dict[str, tuple[str, ...]]:
    """Return the facts, those first that equal a claim of the same kind."""
    found: dict[str, dict[str, None]] = {}
    steps = [(endpoint, iter([record])), *_steps(asker, endpoint, record)]
    for step, records in steps:
        facts = [one for one in asker.api.data.collection(step.collection).shown if one.fact]
        for one_record in islice(records, LOOKED_AT) if facts else ():
            for one in facts:
                text = asker.text(step, one, one_record)
                if text:
                    found.setdefault(one.fact, {})[text] = None
    return {fact: tuple(sorted(values, key=partial(_claimed_last, identity, fact))[:EVIDENCE]) for fact, values in found.items()}


def _steps(asker: Asker, endpoint: Endpoint, record: Record) -> Iterator[tuple[Endpoint, Iterator[Record]]]:
    def fed(group: Group) -> Iterator[Key]:
        return iter(tuple(dict.fromkeys(leading(endpoint, group, record))))

    for other in asker.api.endpoints:
        if other.within[0] == endpoint.collection:
            yield other, inside(other, record)
        elif {(feed.dataset, feed.shelf, feed.collection) for feed in other.feeds} == {("", False, endpoint.collection)}:
            yield other, asker.records(other, fed)


def _claimed_last(identity: Identity, fact: str, value: str) -> bool:
    return value.lower() not in {claimed.lower() for claimed in identity.of(fact)}

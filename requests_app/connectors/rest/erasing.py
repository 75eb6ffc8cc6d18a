"""Erasing over HTTP, without transactions: what was done is read back, and what an end in the middle left is gone on with."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Eraser, Judge, Key, Left, PlanChanged, Planned, Receipt, Ruling, Whom, digest_of
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.clean import clean
from requests_app.connectors.rest.deeds import read_erases
from requests_app.connectors.rest.description import describe_api
from requests_app.connectors.rest.doing import Doing, has_deed
from requests_app.connectors.rest.session import Session
from requests_app.connectors.rest.sorting import How, Sets, Sorting, planned
from requests_app.connectors.rest.way import way
from requests_app.connectors.sql.places import read

Told = dict[tuple[str, Key], tuple[Ruling, How]]
"""What was approved, by record."""


class Erasing(Eraser):
    """The part of the connector that erases, where a description says how."""

    def plan(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Planned]:
        return clean(partial(_plan, config, whom, judge))

    def erase(self, config: Config, whom: Whom, judge: Judge, approved: bytes) -> Iterator[Receipt]:
        return clean(partial(_erase, config, whom, judge, approved))

    def resume(self, config: Config, whom: Whom, judge: Judge, approved: Iterable[Planned]) -> Iterator[Receipt]:
        return clean(partial(_resume, config, whom, judge, approved))

    def remaining(self, config: Config, planned: Iterable[Planned]) -> Iterator[Left]:
        return clean(partial(_remaining, config, planned))


@contextmanager
def _begun(config: Config) -> Iterator[Doing]:
    api = describe_api(config.description)
    endpoints = read(config.description.name, config.description.read_bytes()).get("rest").get("endpoints")
    with Session(config, api, way(config, api)) as session:
        yield Doing(session, read_erases(endpoints, api.data, api.values))


def _sorted(doing: Doing, whom: Whom, judge: Judge) -> Sorting:
    asker = Asker(doing.api, doing.session, whom.identity)
    with Sorting(asker, whom.roots, whom.given, judge, doing.erases) as sorting:
        sorting.gather()
    return sorting


def _plan(config: Config, whom: Whom, judge: Judge) -> Iterator[Planned]:
    with _begun(config) as doing:
        yield from planned(_sorted(doing, whom, judge).sets())


def _erase(config: Config, whom: Whom, judge: Judge, approved: bytes) -> Iterator[Receipt]:
    with _begun(config) as doing:
        sets = _sorted(doing, whom, judge).sets()
        if digest_of(planned(sets)) != approved:
            raise PlanChanged(tuple(sets))
        yield from doing.receipts(sets, approved)


def _remaining(config: Config, asked: Iterable[Planned]) -> Iterator[Left]:
    with _begun(config) as doing:
        yield from doing.left(asked)


def _resume(config: Config, whom: Whom, judge: Judge, approved: Iterable[Planned]) -> Iterator[Receipt]:
    plan = tuple(approved)
    allowed: Told = {(one.collection, key): (one.ruling, tuple(one.how.items())) for one in plan for key in one.keys}
    with _begun(config) as doing:
        left = {(one.collection, one.key) for one in doing.left(plan)}
        if left:
            for _ in doing.receipts(_rest(doing, whom, judge, allowed, left), digest_of(plan)):
                pass
    yield from _done(plan)


def _rest(doing: Doing, whom: Whom, judge: Judge, allowed: Told, left: set[tuple[str, Key]]) -> Sets:
    """Return what is left to do of what was approved.

    Raises:
        PlanChanged: something is there that was not approved so.
    """
    gone = {place for place, (ruling, how) in allowed.items() if has_deed(ruling, how)} - left
    roots = tuple(root for root in whom.roots if (root.collection, root.key) not in gone)
    sorting = _sorted(doing, replace(whom, roots=roots), judge)
    seen = {(name, one.key): (what, one) for name, ruled in sorting.sets().items() for what, some in ruled.items() for one in some}
    for name, key in left - seen.keys():
        record = doing.read(name, key)  # nothing leads to it any more
        if record is not None:
            found = sorting.found_in(name, record)
            ruling = sorting.ruling(name, found)
            seen[name, key] = ((ruling, sorting.how(name, ruling)), found)
    if changed := {place[0] for place, (what, _) in seen.items() if allowed.get(place) != what}:
        raise PlanChanged(tuple(sorted(changed)))
    return sorting.in_order({place: seen[place] for place in sorted(seen)})


def _done(plan: tuple[Planned, ...]) -> Iterator[Receipt]:
    """Yield what a plan has come to, of which nothing is left to do."""
    counts: dict[tuple[str, Ruling, How], int] = {}
    for one in plan:
        what = (one.collection, one.ruling, tuple(one.how.items()))
        counts[what] = counts.get(what, 0) + len(one.keys)
    for (name, ruling, how), records in counts.items():
        yield Receipt(name, ruling, records, records if has_deed(ruling, how) else 0)

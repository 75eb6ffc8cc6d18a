"""Systems that keep their data in PostgreSQL, MariaDB, MySQL or SQLite: the dialect is the URL's."""

from collections.abc import Collection as Some
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from requests_app.connectors.base import (
    NOTHING,
    Attachment,
    BadDescription,
    Batch,
    Candidate,
    Config,
    Connector,
    Form,
    Given,
    Health,
    Inventory,
    Lead,
    Pointer,
    Problem,
    SourceFault,
    Statement,
)
from requests_app.connectors.changing import Change, Changer, Held, Limit, Wanted
from requests_app.connectors.changing import Receipt as Changed
from requests_app.connectors.erasing import Eraser, Judge, Key, Left, Planned, Receipt, Whom
from requests_app.connectors.naming import Named, Namer
from requests_app.connectors.sql.cards import card_numbers
from requests_app.connectors.sql.changing import doors as changing
from requests_app.connectors.sql.description import Description
from requests_app.connectors.sql.erasing import doors as erasing
from requests_app.connectors.sql.erasing import rehearsing
from requests_app.connectors.sql.files import attachments
from requests_app.connectors.sql.fitted import fit
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.graph import trace
from requests_app.connectors.sql.narrowing import narrowed
from requests_app.connectors.sql.opening import described, explained, opened, searchable, told
from requests_app.connectors.sql.persons import Persons
from requests_app.connectors.sql.plan import Plan, plan
from requests_app.connectors.sql.roll import named
from requests_app.connectors.sql.schema import differences, notices, prices, refusals
from requests_app.connectors.sql.session import Session, option
from requests_app.connectors.sql.slots import Slots, slots
from requests_app.connectors.sql.suppressing import stopping
from requests_app.connectors.suppressing import Channel, Stopped, Suppressor
from requests_app.values import Claim, Identity, Root

CANDIDATES: Final = 100


class Sql(Connector, Eraser, Suppressor, Changer, Namer):
    """A SQL system, described by a dataset file.

    Options: `statement_timeout` (seconds, 600), `candidate_limit` (100), `dataset` (the one of the file's that is meant, where its
    others are other systems). Each call opens one connection of its own and reads in one read-only snapshot.
    """

    def check(self, config: Config, supplied: Some[Pointer] = ()) -> Health:
        problems: list[Problem] = []
        try:
            description = described(config)
            problems += [*notices(description, trace(description), supplied), *_lacks_files(config, description)]
            problems += card_numbers(description)
            problems += told(config, lambda: _compare(config, description))
        except BadDescription as fault:
            problems = list(fault.problems)
        except SourceFault as fault:
            problems.append(Problem(fault.code, config.name, str(fault)))
        return Health(tuple(problems))

    def inventory(self, config: Config) -> Inventory:
        return narrowed(described(config), config.scope).inventory()

    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        return told(config, lambda: _candidates(config, identity))

    def find(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], given: Given = NOTHING
    ) -> Iterator[Batch | Attachment]:
        for item in told(config, lambda: _find(config, identity, roots, given)):
            if isinstance(item, Attachment):
                yield replace(item, chunks=told(config, partial(iter, item.chunks)))
            else:
                yield item

    def wants(self, config: Config) -> tuple[Pointer, ...]:
        return tuple(dict.fromkeys(entrance.pointer for entrance in trace(described(config)).entrances))

    def offers(self, config: Config) -> tuple[Lead, ...]:
        return tuple(dict.fromkeys(trace(described(config)).exits))

    def values(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], pointer: Pointer, given: Given = NOTHING
    ) -> Iterator[str]:
        return told(config, lambda: _values(config, identity, roots, pointer, given))

    def statements(self, config: Config, identity: Identity) -> Iterator[Statement]:
        return told(config, lambda: _statements(config, identity))

    def plan(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Planned]:
        return told(config, lambda: erasing.plan(config, whom, judge))

    def erase(self, config: Config, whom: Whom, judge: Judge, approved: bytes) -> Iterator[Receipt]:
        return told(config, lambda: erasing.erase(config, whom, judge, approved))

    def remaining(self, config: Config, planned: Iterable[Planned]) -> Iterator[Left]:
        return told(config, lambda: erasing.remaining(config, planned))

    def rehearse(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Receipt]:
        return told(config, lambda: rehearsing.rehearse(config, whom, judge))

    def deeds(self, config: Config, whom: Whom, judge: Judge) -> Iterator[Statement]:
        return told(config, lambda: rehearsing.deeds(config, whom, judge))

    def fixed(self, config: Config) -> Mapping[str, Mapping[str, str]]:
        (found,) = told(config, lambda: iter((rehearsing.fixed(config),)))
        return found

    def besides(self, config: Config) -> Iterator[Problem]:
        return told(config, lambda: rehearsing.besides(config))

    def limits(self, config: Config, wanted: Wanted) -> Mapping[str, Mapping[str, Limit]]:
        (found,) = told(config, lambda: changing.limits(config, wanted))
        return found

    def held(self, config: Config, whom: Whom, wanted: Wanted) -> Iterator[Held]:
        return told(config, lambda: changing.held(config, whom, wanted))

    def now(self, config: Config, places: Iterable[tuple[str, Key]], wanted: Wanted) -> Iterator[Held]:
        return told(config, lambda: changing.now(config, places, wanted))

    def change(self, config: Config, whom: Whom, changes: Iterable[Change]) -> Iterator[Changed]:
        return told(config, lambda: changing.change(config, whom, changes))

    def suppressible(self, config: Config) -> frozenset[Channel]:
        return stopping.rules_of(config).channels

    def reaches(self, config: Config) -> frozenset[Channel] | None:
        return stopping.rules_of(config).reaches

    def suppress(self, config: Config, identity: Identity, channels: Some[Channel]) -> Iterator[Stopped]:
        return told(config, lambda: stopping.suppress(config, identity, channels))

    def reached(self, config: Config) -> Iterator[tuple[Channel, Claim]]:
        return told(config, lambda: stopping.reached(config))

    def named(self, config: Config) -> Iterator[Named]:
        return told(config, lambda: named(config))


ENTRY: Final = Sql()


def _compare(config: Config, description: Description) -> Iterator[Problem]:
    with opened(config) as session:
        fitted = fit(description, session)
        found = list(differences(fitted))
        yield from found
        if not found:
            yield from prices(fitted, session)
            yield from refusals(fitted, session)


def _candidates(config: Config, identity: Identity) -> Iterator[Candidate]:
    description = searchable(config)
    limit = option(config, "candidate_limit", CANDIDATES)
    with opened(config) as session, explained(config, description, session) as fitted:
        asked = slots(fitted, identity)
        yield from Persons(plan(fitted, asked.shape), asked, session, identity).candidates(limit)


def _find(config: Config, identity: Identity, roots: tuple[Root, ...], given: Given) -> Iterator[Batch | Attachment]:
    with _search(config, identity, roots, given) as (planned, asked, session):
        for name in _held(planned, asked, session):
            yield from _read(name, planned, asked, session)


def _values(config: Config, identity: Identity, roots: tuple[Root, ...], pointer: Pointer, given: Given) -> Iterator[str]:
    with _search(config, identity, roots, given) as (planned, asked, session):
        found = planned.fitted.description.at(pointer)
        if found is None:
            where = f"{pointer.dataset}.{pointer.collection}.{pointer.field}"
            raise BadDescription(Problem("bad_description", where, "is asked for its values, and not described"))
        statement = planned.made(("values", pointer), lambda: planned.query.values(*found))
        if statement is not None:
            as_text = planned.fitted.speech.as_text
            yield from (as_text(value) for (value,) in session.rows(statement, asked.values) if value is not None)


def _statements(config: Config, identity: Identity) -> Iterator[Statement]:
    description = searchable(config)
    roots = tuple(Root(name, ()) for name in description.inventory().persons)
    with opened(config) as session, explained(config, description, session) as fitted:
        planned = plan(fitted, slots(fitted, identity, roots).shape)
        for collection in description.collections:
            records = planned.records(collection.name)
            if records is not None:
                yield Statement(collection.name, fitted.speech.shown(records))


@contextmanager
def _search(config: Config, identity: Identity, roots: tuple[Root, ...], given: Given) -> Iterator[tuple[Plan, Slots, Session]]:
    """Open a snapshot in which every root was asked whether it still is this person's."""
    description = narrowed(searchable(config), config.scope)
    gifts = Gifts(given)
    with opened(config, gifts) as session, explained(config, description, session) as fitted:
        asked = slots(fitted, identity, roots, gifts)
        planned = plan(fitted, asked.shape)
        Persons(planned, asked, session, identity).verify(roots)
        yield planned, asked, session


def _held(planned: Plan, asked: Slots, session: Session) -> Iterator[str]:
    """Yield the collections that hold records, as one statement tells."""
    names, statement = planned.held()
    if statement is not None:
        (flags,) = session.few(statement, asked.values)
        yield from (name for name, flag in zip(names, flags, strict=True) if flag)


def _read(name: str, planned: Plan, asked: Slots, session: Session) -> Iterator[Batch | Attachment]:
    records = planned.records(name)
    if records is None or not records.collection.shown:
        return
    for form in Form:
        for text, count in session.batches(planned.reading(records, form), asked.values):
            yield Batch(name, form, text, count)
    for field in records.collection.shown:
        if field.info.is_file:
            yield from attachments(records, field, planned, asked, session)


def _lacks_files(config: Config, description: Description) -> Iterator[Problem]:
    named = [field for collection in description.collections for field in collection.shown if field.info.is_file]
    if config.files is not None and not config.files.is_dir():
        yield Problem("no_files", config.name, "the folder of files is not there")
    elif config.files is None and named:
        yield Problem("no_files", named[0].where, "fields name files, but no folder of files is configured", fatal=False)

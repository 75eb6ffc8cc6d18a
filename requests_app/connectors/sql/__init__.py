"""Systems that keep their data in PostgreSQL, MariaDB, MySQL or SQLite: the dialect is the URL's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from requests_app.connectors.base import (
    Attachment,
    BadDescription,
    Batch,
    Candidate,
    Config,
    Connector,
    Form,
    Health,
    Inventory,
    Misconfigured,
    NotAsDescribed,
    Problem,
    SourceFault,
)
from requests_app.connectors.sql.description import Description, describe
from requests_app.connectors.sql.files import attachments
from requests_app.connectors.sql.graph import Graph, trace
from requests_app.connectors.sql.mariadb import Maria
from requests_app.connectors.sql.persons import Persons
from requests_app.connectors.sql.postgres import Postgres
from requests_app.connectors.sql.query import Query
from requests_app.connectors.sql.schema import differences, live_columns, notices, prices, refusals, require
from requests_app.connectors.sql.session import Live, Session, option
from requests_app.connectors.sql.sqlite import Sqlite
from requests_app.values import Identity, Root

ENGINES: Final[Mapping[str, type[Session]]] = MappingProxyType(
    {"postgresql": Postgres, "postgres": Postgres, "mysql": Maria, "mariadb": Maria, "sqlite": Sqlite}
)
CANDIDATES: Final = 100
TIMEOUT: Final = 600  # seconds for one statement

T = TypeVar("T")


class Sql(Connector):
    """A SQL system, described by a dataset file.

    Options: `statement_timeout` (seconds, 600), `candidate_limit` (100). Each call opens one connection of its own and reads
    in one read-only snapshot.
    """

    def check(self, config: Config) -> Health:
        try:
            description = describe(config.description)
            graph = trace(description)
            problems = [*notices(description, graph), *_lacks_files(config, description)]
            problems += _told(config, lambda: self._compare(config, description, graph))
        except BadDescription as fault:
            problems = list(fault.problems)
        except SourceFault as fault:
            problems.append(Problem(fault.code, config.name, str(fault)))
        return Health(tuple(problems))

    def inventory(self, config: Config) -> Inventory:
        return describe(config.description).inventory()

    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        return _told(config, lambda: self._candidates(config, identity))

    def find(self, config: Config, identity: Identity, roots: tuple[Root, ...]) -> Iterator[Batch | Attachment]:
        for item in _told(config, lambda: self._find(config, identity, roots)):
            if isinstance(item, Attachment):
                yield replace(item, chunks=_told(config, partial(iter, item.chunks)))
            else:
                yield item

    def _compare(self, config: Config, description: Description, graph: Graph) -> Iterator[Problem]:
        with _opened(config, description) as session:
            live = live_columns(description, session)
            found = list(differences(description, live))
            yield from found
            if not found:
                yield from prices(description, graph, live, session)
                yield from refusals(description, live, session)

    def _candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        description, graph = _searchable(config)
        limit = option(config, "candidate_limit", CANDIDATES)
        with _opened(config, description) as session, _explained(config, description, session) as live:
            yield from Persons(description, graph, live, session, identity).candidates(limit)

    def _find(self, config: Config, identity: Identity, roots: tuple[Root, ...]) -> Iterator[Batch | Attachment]:
        description, graph = _searchable(config)
        with _opened(config, description) as session, _explained(config, description, session) as live:
            Persons(description, graph, live, session, identity).verify(roots)
            query = Query(description, graph, live, session, roots)
            for collection in description.collections:
                yield from _read(collection.name, query, session)


ENTRY: Final = Sql()


def _read(name: str, query: Query, session: Session) -> Iterator[Batch | Attachment]:
    records = query.records(name)
    if records is None:
        return
    total = 0
    for form in Form:
        for text, count in session.batches(records, form):
            total += count
            yield Batch(name, form, text, count)
        if not total:  # the snapshot holds none: nor will the next form, nor files
            return
    for field in records.collection.shown:
        if field.info.is_file:
            yield from attachments(records, field, query, session)


def _searchable(config: Config) -> tuple[Description, Graph]:
    """Return a description of which every collection can be reached.

    Raises:
        BadDescription: it cannot be used, or would leave something out.
    """
    description = describe(config.description)
    graph = trace(description)
    fatal = [problem for problem in notices(description, graph) if problem.fatal]
    if fatal:
        raise BadDescription(*fatal)
    return description, graph


@contextmanager
def _opened(config: Config, description: Description) -> Iterator[Session]:
    session = _engine(config)(config, option(config, "statement_timeout", TIMEOUT), description.schema)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _explained(config: Config, description: Description, session: Session) -> Iterator[Live]:
    """Give the live columns; should the system be changed while it is read, name what it then lacks.

    Raises:
        NotAsDescribed: names tables and columns.
    """
    live = live_columns(description, session)
    require(description, live, config.name)
    try:
        yield live
    except Exception as error:
        if isinstance(session.fault(error, config), NotAsDescribed):
            with _opened(config, description) as later:
                require(description, live_columns(description, later), config.name)
        raise


def _engine(config: Config) -> type[Session]:
    try:
        backend = make_url(config.url).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ENGINES:
        raise Misconfigured(f"{config.name}: the address is no URL of {', '.join(sorted(ENGINES))}")
    return ENGINES[backend]


def _told(config: Config, source: Callable[[], Iterator[T]]) -> Iterator[T]:
    """Pass on what `source` yields; a driver's exception becomes a fault that carries none of its text, nor itself."""
    try:
        yield from source()
    except SourceFault as error:
        fault = error
    except Exception as error:
        translated = _engine(config).fault(error, config)
        if translated is None:
            raise
        fault = translated
    else:
        return
    fault.__context__ = fault.__cause__ = None
    raise fault


def _lacks_files(config: Config, description: Description) -> Iterator[Problem]:
    named = [field for collection in description.collections for field in collection.shown if field.info.is_file]
    if config.files is not None and not config.files.is_dir():
        yield Problem("no_files", config.name, "the folder of files is not there")
    elif config.files is None and named:
        yield Problem("no_files", named[0].where, "fields name files, but no folder of files is configured", fatal=False)

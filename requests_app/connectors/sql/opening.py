"""Opening a SQL system as its URL says, and telling its faults."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from requests_app.connectors.base import BadDescription, Config, Misconfigured, NotAsDescribed, Problem, SourceFault
from requests_app.connectors.sql.description import Description
from requests_app.connectors.sql.fitted import Fitted, fit
from requests_app.connectors.sql.generic import Generic
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.graph import trace
from requests_app.connectors.sql.mariadb import Maria
from requests_app.connectors.sql.postgres import Postgres
from requests_app.connectors.sql.reading import describe
from requests_app.connectors.sql.schema import notices, require
from requests_app.connectors.sql.session import Session, option
from requests_app.connectors.sql.sqlite import Sqlite

ENGINES: Final[Mapping[str, type[Session]]] = MappingProxyType(
    {"postgresql": Postgres, "postgres": Postgres, "mysql": Maria, "mariadb": Maria, "sqlite": Sqlite}
)
TIMEOUT: Final = 600  # seconds for one statement

T = TypeVar("T")


def described(config: Config) -> Description:
    return describe(config.description, config.options.get("dataset", ""))


def searchable(config: Config) -> Description:
    """Return a description of which every collection can be reached.

    Raises:
        BadDescription: it cannot be used, or would leave something out.
    """
    description = described(config)
    fatal = _fatal(description)
    if fatal:
        raise BadDescription(*fatal)
    return description


@lru_cache(maxsize=64)
def _fatal(description: Description) -> tuple[Problem, ...]:
    graph = trace(description)
    supplied = {one.pointer for one in graph.entrances}
    return tuple(problem for problem in notices(description, graph, supplied) if problem.fatal)


@contextmanager
def opened(config: Config, gifts: Gifts | None = None) -> Iterator[Session]:
    session = engine_of(config)(config, option(config, "statement_timeout", TIMEOUT), gifts)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def explained(config: Config, description: Description, session: Session) -> Iterator[Fitted]:
    """Give the fitted description; should the system be changed while it is read, name what it then lacks.

    Raises:
        NotAsDescribed: names tables and columns.
    """
    fitted = fit(description, session)
    require(fitted, config.name)
    try:
        yield fitted
    except Exception as error:
        if isinstance(session.fault(error, config), NotAsDescribed):
            with opened(config) as later:
                require(fit(description, later), config.name)
        raise


def engine_of(config: Config) -> type[Session]:
    """Return the kind of session that the URL asks for.

    Raises:
        Misconfigured: there is none.
    """
    try:
        backend = make_url(config.url).get_backend_name()
    except (ArgumentError, ValueError):
        raise Misconfigured(f"{config.name}: the address is no URL of a database") from None
    return ENGINES.get(backend, Generic)


def told(config: Config, source: Callable[[], Iterator[T]]) -> Iterator[T]:
    """Pass on what `source` yields; a driver's exception becomes a fault that carries none of its text, nor itself."""
    try:
        yield from source()
    except SourceFault as error:
        fault = error
    except Exception as error:
        translated = engine_of(config).fault(error, config)
        if translated is None:
            raise
        fault = translated
    else:
        return
    fault.__context__ = fault.__cause__ = None
    raise fault

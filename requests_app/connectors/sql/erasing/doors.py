"""What the connector offers: a plan, the run, and what is left of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from requests_app.connectors.base import Config, Misconfigured
from requests_app.connectors.erasing import CannotErase, Judge, Left, PlanChanged, Planned, Receipt, Whom
from requests_app.connectors.sql.erasing.back import Back
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.made import Made
from requests_app.connectors.sql.erasing.mariadb_hand import MariaHand
from requests_app.connectors.sql.erasing.papers import Papers
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.erasing.postgres_hand import PostgresHand
from requests_app.connectors.sql.erasing.run import Run
from requests_app.connectors.sql.erasing.sqlite_hand import SqliteHand
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.mariadb import Maria
from requests_app.connectors.sql.opening import TIMEOUT, engine_of, explained, searchable
from requests_app.connectors.sql.persons import Persons
from requests_app.connectors.sql.plan import plan as statements_for
from requests_app.connectors.sql.postgres import Postgres
from requests_app.connectors.sql.session import Session, option
from requests_app.connectors.sql.slots import slots
from requests_app.connectors.sql.sqlite import Sqlite

_HANDS: dict[type[Session], type[Hand]] = {Postgres: PostgresHand, Maria: MariaHand, Sqlite: SqliteHand}


def plan(config: Config, whom: Whom, judge: Judge) -> Iterator[Planned]:
    with made(config, whom, judge, writes=False) as found:
        yield from found.planned()


def erase(config: Config, whom: Whom, judge: Judge, approved: bytes) -> Iterator[Receipt]:
    with made(config, whom, judge, writes=True) as found:
        if found.digest() != approved:
            raise PlanChanged(tuple(found.sets))
        try:
            papers = Papers(found, config.files)
            receipts = Run(found).go()
            papers.shred()
            found.piles.hand.commit()
        except Exception as error:
            if problem := found.piles.hand.refusal(error):
                raise CannotErase(problem) from None
            raise
    yield from receipts


def remaining(config: Config, planned: Iterable[Planned]) -> Iterator[Left]:
    description = searchable(config)
    with held(config, Gifts({}), writes=False) as hand, explained(config, description, hand) as fitted:
        yield from Back(fitted, hand).remaining(planned)


@contextmanager
def made(config: Config, whom: Whom, judge: Judge, *, writes: bool) -> Iterator[Made]:
    """Make the plan, having asked every root whether it still is this person's."""
    with piled(config, whom, judge, writes=writes) as piles:
        yield Made(piles)


@contextmanager
def piled(config: Config, whom: Whom, judge: Judge, *, writes: bool) -> Iterator[Piles]:
    """Find the person's records and have them judged, having asked every root whether it still is this person's."""
    description = searchable(config)
    gifts = Gifts(whom.given)
    with held(config, gifts, writes=writes) as hand, explained(config, description, hand) as fitted:
        asked = slots(fitted, whom.identity, whom.roots, gifts)
        statements = statements_for(fitted, asked.shape)
        Persons(statements, asked, hand, whom.identity).verify(whom.roots)
        yield Piles(statements, asked, hand, judge)


@contextmanager
def held(config: Config, gifts: Gifts, *, writes: bool) -> Iterator[Hand]:
    kind = _HANDS.get(engine_of(config))
    if kind is None:
        raise Misconfigured(f"{config.name}: nothing can be erased automatically in systems of this kind")
    hand = kind(config, option(config, "statement_timeout", TIMEOUT), gifts, writes=writes)
    try:
        yield hand
    finally:
        hand.close()

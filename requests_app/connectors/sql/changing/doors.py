"""What the connector offers: what may stand in a field, what stands there, and the change."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy import select

from requests_app.connectors.base import Config
from requests_app.connectors.changing import HELD, CannotChange, Change, Held, Limit, Receipt, Wanted
from requests_app.connectors.erasing import Deed, Key, Rules, Ruling, Whom
from requests_app.connectors.sql.changing.places import Places
from requests_app.connectors.sql.changing.writing import Writing
from requests_app.connectors.sql.erasing import doors as erasing
from requests_app.connectors.sql.erasing.lowering import SHARED, Lowering
from requests_app.connectors.sql.erasing.pile import RULING, Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.opening import explained, searchable

_ALL_MEANT: Final = Rules(lambda *_: Ruling(Deed.ERASE, "asked"))


def limits(config: Config, wanted: Wanted) -> Iterator[Mapping[str, Mapping[str, Limit]]]:
    with _looked(config) as places:
        yield {name: {field: places.limit(name, field) for field in fields} for name, fields in wanted.items()}


def held(config: Config, whom: Whom, wanted: Wanted) -> Iterator[Held]:
    with erasing.piled(config, whom, _ALL_MEANT, writes=False) as piles:
        Lowering(piles).share()
        places = Places(piles.fitted, piles.hand)
        for pile in piles:
            if pile.collection.name in wanted and pile.key:
                yield from _held(piles, pile, places, wanted[pile.collection.name])


def now(config: Config, at: Iterable[tuple[str, Key]], wanted: Wanted) -> Iterator[Held]:
    keys: dict[str, list[Key]] = {}
    for name, key in at:
        keys.setdefault(name, []).append(key)
    with _looked(config) as places:
        for name, some in keys.items():
            for key, values in places.by_key(name, wanted[name], some):
                yield Held(name, key, values)


def change(config: Config, whom: Whom, changes: Iterable[Change]) -> Iterator[Receipt]:
    with erasing.piled(config, whom, _ALL_MEANT, writes=True) as piles:
        hand = piles.hand
        hand.careful()
        writing = Writing(piles, Places(piles.fitted, hand))
        receipts = [writing.make(one) for one in changes]
        try:
            hand.commit()
        except Exception as error:
            if problem := hand.refusal(error):
                raise CannotChange(problem.message) from None
            raise
    yield from receipts


def _held(piles: Piles, pile: Pile, places: Places, fields: tuple[str, ...]) -> Iterator[Held]:
    name, size = pile.collection.name, len(pile.key)
    found, rows = pile.rows(), places.joints.table(name)
    columns = [*places.key(name, rows), found.c[RULING], *places.texts(name, fields, rows)]
    order = [rows.c[one] for one in pile.key]
    statement = select(*columns).select_from(found, rows).where(piles.same(pile, found, rows)).order_by(*order).limit(HELD + 1)
    for row in piles.hand.few(statement):
        shared = pile.rulings[int(row[size])] == SHARED
        yield Held(name, places.key_of(row[:size]), places.values(fields, row[size + 1 :]), shared)


@contextmanager
def _looked(config: Config) -> Iterator[Places]:
    description = searchable(config)
    with erasing.held(config, Gifts({}), writes=False) as hand, explained(config, description, hand) as fitted:
        yield Places(fitted, hand)

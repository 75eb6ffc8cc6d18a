"""What was found, collection by collection, in temporary tables: keys and what a ruling depends on never leave the engine twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, column, func, literal_column, select, table, true

from requests_app.connectors.erasing import Judge
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.erasing.facts import Facts
from requests_app.connectors.sql.erasing.hands import Hand, Tie
from requests_app.connectors.sql.erasing.judging import Judging
from requests_app.connectors.sql.erasing.look import look
from requests_app.connectors.sql.erasing.pile import GROUP, MINE, ORIGIN, OWN, RULING, Pile
from requests_app.connectors.sql.erasing.wholes import Ruled, way_of, youngest
from requests_app.connectors.sql.fitted import Fitted, table_of
from requests_app.connectors.sql.graph import Edge, pointers
from requests_app.connectors.sql.joints import Condition, Joints
from requests_app.connectors.sql.plan import Plan
from requests_app.connectors.sql.slots import Slots
from requests_app.connectors.sql.speech import Prepared
from requests_app.connectors.sql.text import Family


class Piles:
    """All piles of one run, in the order in which they were made: the whole before its parts."""

    def __init__(self, plan: Plan, asked: Slots, hand: Hand, judge: Judge) -> None:
        self.plan, self.asked, self.hand, self._judge = plan, asked, hand, judge
        self.fitted: Fitted = plan.fitted
        self.joints: Joints = plan.query.joints
        self.facts: Facts = look(hand, self.fitted)
        self.ties = tuple(_placed(self.fitted, hand, self.facts))
        self._piles: dict[str, Pile] = {}
        self.views = frozenset(name for name, facts in self.facts.items() if facts.is_view)
        judging = Judging(self.fitted, hand, judge)
        for collection in _wholes_first(self.description):
            self._make(collection, judging)

    @property
    def description(self) -> Description:
        return self.fitted.description

    def __iter__(self) -> Iterator[Pile]:
        return iter(self._piles.values())

    def get(self, name: str) -> Pile | None:
        return self._piles.get(name)

    def same(self, pile: Pile, one: FromClause, other: FromClause) -> Condition:
        """The condition that two rows, of the pile or of its collection's table, are one record."""
        live = self.fitted.live[pile.collection.name]
        return and_(true(), *(self.fitted.speech.equal(one.c[name], other.c[name], (live[name],)) for name in pile.key))

    def pointing(self, edge: Edge, found: FromClause, holder: FromClause) -> tuple[Sequence[FromClause], Condition]:
        """The condition that a record of `holder` points along an edge at one of `found`, and what must be joined to ask it."""
        return self.joints.joined(edge, found, holder)

    def also(self, name: str) -> tuple[str, ...]:
        """The columns of live foreign keys of a collection that are not described."""
        live = self.fitted.live[name]
        columns = [one for tie in self.ties for one in tie.columns_of(name)]
        return tuple(dict.fromkeys(one for one in columns if one not in live))

    def _make(self, collection: Collection, judging: Judging) -> None:
        number = [one.name for one in self.description.collections].index(collection.name)
        facts = collection.info.keeping.facts(by_number=self._judge.by_number)
        pile = Pile(collection, number, 0, tuple(self._columns(collection)), facts, collection.name in self.views)
        whole = self.get(collection.info.keeping.part_of)
        rulings = judging.ahead(pile, whole) if whole else ""
        by_month = self._judge.by_month(collection.name)
        at = ("pile", collection.name, pile.columns, self.also(collection.name), facts, by_month, rulings)
        above = (whole.columns, whole.facts) if whole else None
        statement = self.plan.made((*at, above), lambda: self._statement(pile, whole, rulings, by_month=by_month))
        pile.size = self.hand.keep(pile.name, statement, self.asked.values, pile.key) if statement else 0
        if pile.size:
            self._piles[collection.name] = pile
            judging.go(pile, whole)

    def _columns(self, collection: Collection) -> Iterator[str]:
        """The key, and all by which records point or are pointed at."""
        name = collection.name
        ends = [(edge.source, edge.source_field) for edge in pointers(self.description)]
        ends += [(edge.target, edge.target_field) for edge in pointers(self.description)]
        described = [collection.field(field).column for at, field in ends if at == name]
        tied = [one for tie in self.ties for one in tie.columns_of(name)]
        return iter(dict.fromkeys([*(one.column for one in collection.key), *described, *tied]))

    def _statement(self, pile: Pile, whole: Pile | None, rulings: str, *, by_month: bool) -> Prepared | None:
        """Return what selects the records of a pile; the table `rulings` knows those of the groups of the whole."""
        found = self.plan.query.found(pile.collection.name, self.also(pile.collection.name))
        if found is None:
            return None
        _, source = found
        facts = [self._fact(pile.collection, name, source) for name in pile.facts]
        days = pile.collection.info.keeping.dates.values() if by_month else ()
        told = [self.hand.month(fact) if name in days else fact for name, fact in zip(pile.facts, facts, strict=True)]
        group: ColumnElement[Any] = func.dense_rank().over(order_by=told) if facts else literal_column("1")
        froms: FromClause = source
        origin: ColumnElement[Any] = literal_column(str(pile.number))
        ruling: ColumnElement[Any] = literal_column("0")
        if whole is not None:
            froms, above_origin, above_group = self._part(pile, whole, source)
            group = case((above_group.is_not(None), above_group), else_=group)
            origin = case((above_group.is_not(None), above_origin), else_=origin)
            if rulings:
                known = table(rulings, *map(column, ("o", "g", "r")))
                froms = froms.outerjoin(known, and_(above_origin == known.c.o, above_group == known.c.g))
                ruling = func.coalesce(known.c.r, ruling)
        own = [source.c[OWN], literal_column("1").label(MINE), origin.label(ORIGIN), group.label(GROUP), ruling.label(RULING)]
        texts = [fact.label(f"dsar_f{number}") for number, fact in enumerate(facts)]
        return self.fitted.speech.compile(select(*(source.c[name] for name in pile.columns), *own, *texts).select_from(froms))

    def _part(self, pile: Pile, whole: Pile, source: FromClause) -> Ruled:
        edge, points = way_of(self.description, pile.collection, whole.collection)
        above = whole.rows()
        if points:
            return source.outerjoin(above, self.pointing(edge, above, source)[1]), above.c[ORIGIN], above.c[GROUP]
        return youngest(self.joints, edge, source, above, (ORIGIN, GROUP))

    def _fact(self, collection: Collection, name: str, source: FromClause) -> ColumnElement[Any]:
        field = collection.field(name)
        value, live = source.c[field.column], self.fitted.live[collection.name][field.column]
        return self.hand.fact(value, is_moment=live.family is Family.MOMENT or name in collection.info.keeping.dates.values())


@dataclass(frozen=True, slots=True)
class Placed:
    """A foreign key between tables of which at least the one pointed at is described."""

    tie: Tie
    child: str
    parent: str

    def columns_of(self, name: str) -> tuple[str, ...]:
        ours = self.tie.columns if self.child == name else ()
        return (*ours, *(self.tie.named if self.parent == name else ()))


def _placed(fitted: Fitted, hand: Hand, facts: Facts) -> Iterator[Placed]:
    for tie in dict.fromkeys(tie for one in facts.values() for tie in one.incoming):
        child = next((one.name for one in fitted.description.collections if hand.same(table_of(one), tie.child)), "")
        for one in fitted.description.collections:
            if hand.same(table_of(one), tie.parent):
                columns = tuple(_described(fitted, hand, child, column) for column in tie.columns)
                named = tuple(_described(fitted, hand, one.name, column) for column in tie.named)
                yield Placed(replace(tie, columns=columns, named=named), child, one.name)


def _described(fitted: Fitted, hand: Hand, name: str, column: str) -> str:
    """Return a live column's name as the description writes it."""
    of_column = str.lower if hand.folds_columns else str
    return next((own for own in fitted.live.get(name, ()) if of_column(own) == of_column(column)), column)


def _wholes_first(description: Description) -> Iterator[Collection]:
    """Yield the collections, each after that whose part it is."""
    done: set[str] = set()

    def visit(one: Collection) -> Iterator[Collection]:
        if one.name not in done:
            done.add(one.name)
            if one.info.keeping.part_of:
                yield from visit(description.collection(one.info.keeping.part_of))
            yield one

    for collection in description.collections:
        yield from visit(collection)

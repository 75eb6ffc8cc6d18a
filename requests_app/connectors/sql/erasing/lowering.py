"""What the system itself does not allow: records that others need too, and records that others point to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    column,
    false,
    literal,
    literal_column,
    not_,
    or_,
    quoted_name,
    select,
    table,
    update,
)

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import Deed, Ruling
from requests_app.connectors.sql.erasing.judging import personal
from requests_app.connectors.sql.erasing.pile import MINE, OWN, RULING, Pile
from requests_app.connectors.sql.erasing.piles import Piles, Placed
from requests_app.connectors.sql.erasing.wholes import way_of
from requests_app.connectors.sql.graph import Edge, pointers
from requests_app.connectors.sql.joints import Condition

SHARED: Final = Ruling(Deed.KEEP, "shared")
# What a contract that runs, or a dispute, is about is nothing without the people and places that its records name.
_WITH_ITS_PARTIES: Final = ("open_contract:", "litigation:")
Names = tuple[str, ...]
_CHANGES: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


class Lowering:
    """Lowers rulings of what was found; every step is one statement over a whole collection."""

    def __init__(self, piles: Piles) -> None:
        self._piles, self._hand = piles, piles.hand
        self._numbers = count()
        self._pointers = pointers(piles.description)

    def share(self) -> None:
        """Keep what is another person's as well."""
        shared = [self._share(pile) for pile in self._piles]
        if any(shared):
            self._share_on()

    def go(self) -> None:
        self.share()
        waiting = [pile.collection.name for pile in self._piles]
        while waiting:
            name = waiting.pop()
            pile = self._piles.get(name)
            if pile is not None and self._need(pile) | self._refer(pile):
                waiting += [one for one in self._pointed_at(name) if one not in waiting]

    def _pointed_at(self, name: str) -> Iterator[str]:
        """Yield the collections whose records those of a collection point to."""
        yield from dict.fromkeys(edge.source for edge in self._pointers if edge.target == name)
        yield from dict.fromkeys(one.parent for one in self._piles.ties if one.child == name)

    def problems(self) -> Iterator[Problem]:
        """Yield what would be changed in tables that nobody has described, if the rulings were carried out."""
        for tie in self._piles.ties:
            pile = self._piles.get(tie.parent)
            if pile and not tie.child and tie.tie.action in _CHANGES and pile.of(Deed.ERASE):
                found = pile.rows()
                where = and_(_ruled(pile, found, Deed.ERASE), self._tied(tie, found, self._stays))
                if self._hand.few(select(literal(1)).select_from(found).where(where).limit(1)):
                    at = f"{tie.tie.child.name}.{', '.join(tie.tie.columns)}"
                    message = f"the table is not described, and its records would go or change with those of `{tie.parent}`"
                    yield Problem("undescribed_reference", at, f"{message} ({tie.tie.action})")

    def _share(self, pile: Pile) -> bool:
        """Keep what a stranger's record points to as well, and what names another owner."""
        found = pile.rows()
        ways = list(self._owners(pile, found))
        strangers = [self._strange(edge, found) for edge in self._to(pile)]
        if strangers and self._is_led_to(pile):
            ways.append(and_(found.c[OWN] == _number(0), or_(false(), *strangers)))
        return bool(ways) and self._lower(pile, found, or_(false(), *ways), SHARED)

    def _to(self, pile: Pile) -> Iterator[Edge]:
        """Yield the references by which records of tables point at the pile's."""
        name = pile.collection.name
        return (edge for edge in self._pointers if edge.source == name and edge.target not in self._piles.views)

    def _is_led_to(self, pile: Pile) -> bool:
        return any(not edge.down for edge in self._piles.fitted.graph.mentions(pile.collection.name))

    def _strange(self, edge: Edge, found: FromClause) -> Condition:
        """The condition that a record which was not found points along an edge at the record."""
        holder = self._piles.joints.table(edge.target)
        froms, joined = self._piles.pointing(edge, found, holder)
        return self._piles.joints.exists((holder, *froms), and_(joined, self._is_not(edge.target, holder)), found)

    def _owners(self, pile: Pile, found: FromClause) -> Iterator[Condition]:
        """Yield the conditions that a record names somebody else as its owner, where another way than its owner leads to it."""
        graph, name = self._piles.fitted.graph, pile.collection.name
        owners = graph.owners(name)
        if len(owners) + (name in graph.persons) + any(one.target == name for one in graph.entrances) > 1:
            for edge in owners:
                owner = self._piles.joints.table(edge.source)
                froms, joined = self._piles.joints.joined(edge, owner, found)
                where = and_(joined, self._is_not(edge.source, owner))
                yield self._piles.joints.exists((owner, *froms), where, found)

    def _is_not(self, name: str, row: FromClause, *deeds: Deed) -> Condition:
        """The condition that a row of a collection was not found, or not for one of `deeds`."""
        pile = self._piles.get(name)
        if pile is None or not pile.key:
            return _number(1) == _number(1)
        mine = pile.rows()
        same = self._piles.same(pile, mine, row)
        ruled = [_ruled(pile, mine, deed) for deed in deeds]
        return not_(self._piles.joints.exists((mine,), and_(same, or_(false(), *ruled)) if ruled else same, row))

    def _share_on(self) -> None:
        """Keep what only shared records led to: it is as much another's as they are."""
        for pile in self._piles:
            at = _number(pile.number_of(SHARED))
            bare = pile.bare()
            own = and_(bare.c[OWN] == _number(2), bare.c[RULING] != at)
            self._hand.run(update(bare).values({bare.c[MINE]: case((own, _number(1)), else_=_number(0))}))
        while any(self._reach(pile) for pile in self._piles):
            pass
        for pile in self._piles:
            found = pile.rows()
            self._lower(pile, found, found.c[MINE] == _number(0), SHARED)

    def _reach(self, pile: Pile) -> bool:
        """Mark what the person's own records lead to; tell if there was something to mark."""
        found = pile.rows()
        ways = []
        for edge in self._piles.fitted.graph.into[pile.collection.name]:
            source = self._piles.get(edge.source)
            if source is not None:
                above = source.rows()
                froms, joined = self._piles.joints.joined(edge, above, found)
                mine = and_(joined, above.c[MINE] == _number(1))
                ways.append(self._piles.joints.exists((above, *froms), mine, found))
        shared = _number(pile.number_of(SHARED))
        where = and_(found.c[MINE] == _number(0), found.c[RULING] != shared, or_(false(), *ways))
        return bool(ways) and self._mark(pile, found, where, MINE, 1)

    def _need(self, pile: Pile) -> bool:
        """Keep whole what a record of a running contract or a dispute points to: its customer, and where to deliver."""
        found, less = pile.rows(), [number for number, one in enumerate(pile.rulings) if one.deed is not Deed.KEEP or one.blanked]
        whole = dict.fromkeys(one for other in self._piles for one in other.rulings if one.reason.startswith(_WITH_ITS_PARTIES))
        lowered = False
        for ruling in whole if less else ():
            ways = self._pointed(pile, found, partial(self._has, ruling), partial(_clashes, ruling, less))
            where = and_(found.c[RULING].in_(list(map(_number, less))), or_(false(), *ways))
            lowered |= bool(ways) and self._lower(pile, found, where, replace(ruling, blanked=()))
        return lowered

    def _has(self, ruling: Ruling, name: str, row: FromClause) -> Condition:
        """The condition that a row of a collection was found and has that ruling."""
        pile = self._piles.get(name)
        if pile is None or not pile.key or ruling not in pile.rulings:
            return false()
        mine = pile.rows()
        number = _number(pile.rulings.index(ruling))
        return self._piles.joints.exists((mine,), and_(self._piles.same(pile, mine, row), mine.c[RULING] == number), row)

    def _stays(self, name: str, row: FromClause) -> Condition:
        return self._is_not(name, row, Deed.ERASE)

    def _refer(self, pile: Pile) -> bool:
        """Blank instead of erasing what a record that stays points to."""
        if not pile.of(Deed.ERASE):
            return False
        found = pile.rows()
        ways = self._pointed(pile, found, self._stays, partial(_dangles, pile.of(Deed.ERASE)))
        blanked = Ruling(Deed.BLANK, "referenced", None, personal(self._piles.fitted, pile.collection))
        return bool(ways) and self._lower(pile, found, and_(_ruled(pile, found, Deed.ERASE), or_(false(), *ways)), blanked)

    def _pointed(
        self, pile: Pile, found: FromClause, so: Callable[[str, FromClause], Condition], may: Callable[[Ruling, int], bool]
    ) -> list[Condition]:
        """Return the conditions that a record which is `so` points at one of the pile's.

        Of its parts none is asked, if there is no ruling of a part beside that of its whole for which that `may` be.
        """
        ties = [one for one in self._piles.ties if one.parent == pile.collection.name and not self._goes_undescribed(one)]
        edges = [edge for edge in self._to(pile) if self._names(edge, pile) and not self._is_live(edge)]
        settled = {
            way for name in {*(one.child for one in ties), *(one.target for one in edges)} for way in self._settled(name, pile, may)
        }
        ties = [one for one in ties if (one.child, one.tie.columns, one.tie.named) not in settled]
        edges = [one for one in edges if (one.target, *self._ends(one)) not in settled]
        return [*(self._tied(one, found, so) for one in ties), *(self._held(edge, found, so) for edge in edges)]

    def _goes_undescribed(self, tie: Placed) -> bool:
        return not tie.child and tie.tie.action in _CHANGES

    def _names(self, edge: Edge, pile: Pile) -> bool:
        """Tell whether an edge points at the pile's records by their key."""
        return pile.key == (pile.collection.field(edge.source_field).column,)

    def _is_live(self, edge: Edge) -> bool:
        return any(
            (one.child, one.parent) == (edge.target, edge.source) and (one.tie.columns, one.tie.named) == self._ends(edge)
            for one in self._piles.ties
        )

    def _settled(self, name: str, pile: Pile, may: Callable[[Ruling, int], bool]) -> Iterator[tuple[str, Names, Names]]:
        """Yield the reference by which all that points at the pile's records is part of them, ruled with them, and harmless.

        If all that points there was found, and has the rulings of its groups, then those tell of every pair.
        """
        part = self._piles.get(name)
        if part is None or not part.follows or part.collection.info.keeping.part_of != pile.collection.name:
            return
        edge, points = way_of(self._piles.description, part.collection, pile.collection)
        if not points or not self._finds_all(edge):
            return
        if not any(may(part.rulings[part.groups[at]], number) for at, number in pile.groups.items()):
            yield (name, *self._ends(edge))

    def _finds_all(self, edge: Edge) -> bool:
        """Tell whether each record that points along an edge at one that was found was found too, whatever else it names."""
        graph, name = self._piles.fitted.graph, edge.target
        ways = graph.owners(name) or graph.into[name]
        return any(
            way.down and (way.source, way.source_field, way.target_field) == (edge.source, edge.source_field, edge.target_field)
            for way in ways
        )

    def _ends(self, edge: Edge) -> tuple[Names, Names]:
        """The columns with which an edge points, and at which."""
        return (self._column(edge.target, edge.target_field),), (self._column(edge.source, edge.source_field),)

    def _column(self, name: str, field: str) -> str:
        return self._piles.description.collection(name).field(field).column

    def _held(self, edge: Edge, found: FromClause, so: Callable[[str, FromClause], Condition]) -> Condition:
        holder = self._piles.joints.table(edge.target)
        froms, joined = self._piles.pointing(edge, found, holder)
        return self._piles.joints.exists((holder, *froms), and_(joined, so(edge.target, holder)), found)

    def _tied(self, tie: Placed, found: FromClause, so: Callable[[str, FromClause], Condition]) -> Condition:
        child = self._child(tie)
        pairs = zip(tie.tie.columns, tie.tie.named, strict=True)
        joined = and_(*(child.c[mine] == found.c[theirs] for mine, theirs in pairs))
        return self._piles.joints.exists((child,), and_(joined, so(tie.child, child)), found)

    def _child(self, tie: Placed) -> FromClause:
        if tie.child:
            return self._piles.joints.table(tie.child, self._piles.also(tie.child))
        columns: Any = (column(quoted_name(name, quote=True)) for name in tie.tie.columns)
        schema = tie.tie.child.schema or None
        return table(quoted_name(tie.tie.child.name, quote=True), *columns, schema=schema).alias()

    def _lower(self, pile: Pile, found: FromClause, where: Condition, ruling: Ruling) -> bool:
        """Give the ruling to those records of a pile, seen as `found`, that meet a condition; tell if one had another before."""
        number = pile.number_of(ruling)
        return self._mark(pile, found, and_(where, found.c[RULING] != _number(number)), RULING, number)

    def _mark(self, pile: Pile, found: FromClause, where: Condition, name: str, number: int) -> bool:
        hits = f"dsar_hits_{next(self._numbers)}"
        keys = [found.c[one] for one in pile.key]
        if not keys or not self._hand.keep(hits, select(*keys).select_from(found).where(where), {}, pile.key):
            return False
        pile.follows = False
        bare, hit = pile.bare(), table(hits, *(column(quoted_name(one, quote=True)) for one in pile.key))
        self._hand.run(update(bare).values({bare.c[name]: _number(number)}).where(self._piles.same(pile, bare, hit)))
        return True


def _clashes(ruling: Ruling, less: Sequence[int], part: Ruling, whole: int) -> bool:
    """Tell whether a part needs its whole, and the whole would not stay as it is."""
    return part == ruling and whole in less


def _dangles(gone: Sequence[int], part: Ruling, whole: int) -> bool:
    """Tell whether a part stays and its whole goes."""
    return part.deed is not Deed.ERASE and whole in gone


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number))


def _ruled(pile: Pile, rows: FromClause, deed: Deed) -> Condition:
    return rows.c[RULING].in_([_number(number) for number in pile.of(deed)] or [_number(-1)])

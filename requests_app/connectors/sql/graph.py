"""Which record leads to which: the references of a description, made into one-way edges from the persons outwards.

A person is a record of a collection with an identity field. Nobody reaches another person: a collection of persons is
entered only through a column that names a person of another collection as its owner, or by values of another system.
"""

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from requests_app.connectors.base import Lead, Pointer
from requests_app.connectors.sql.description import Collection, Description, Field, Reference


@dataclass(frozen=True, slots=True)
class Edge:
    """Records of `target` whose `target_field` equals the `source_field` of a record of `source` belong to it.

    `down`: the target's record holds the pointer. `firm`: the description states the direction.
    """

    source: str
    source_field: str
    target: str
    target_field: str
    down: bool
    firm: bool
    where: str


@dataclass(frozen=True, slots=True)
class Entrance:
    """Records of `target` whose `field` has a value that another system keeps at `pointer` belong to the person."""

    pointer: Pointer
    target: str
    field: str
    where: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The edges that are followed. `groups` are the collections in the order of reading; those in one group reach each other."""

    into: Mapping[str, tuple[Edge, ...]]
    groups: tuple[tuple[str, ...], ...]
    persons: frozenset[str]
    unreached: tuple[Collection, ...]
    refused: tuple[Edge, ...]
    entrances: tuple[Entrance, ...]
    exits: tuple[Lead, ...]

    def owners(self, target: str) -> tuple[Edge, ...]:
        """The edges by which a record of `target` names a person as its owner."""
        return tuple(edge for edge in self.into[target] if self._owns(edge))

    def mentions(self, target: str) -> tuple[Edge, ...]:
        """The other edges into `target`."""
        return tuple(edge for edge in self.into[target] if not self._owns(edge))

    def out_of(self, source: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in chain(*self.into.values()) if edge.source == source)

    def within(self, group: Sequence[str]) -> tuple[Edge, ...]:
        """The edges by which the records of a group lead back to it."""
        return tuple(edge for name in group for edge in self.into[name] if edge.source in group)

    def shared(self) -> Iterator[Edge]:
        """Yield edges that lead from a record which several persons may point at to records which name none of them."""
        for edge in chain(*self.into.values()):
            above = self.into[edge.source]
            from_above = above and not any(up.down for up in above) and edge.source not in self.persons
            if edge.down and from_above and not self.owners(edge.target):
                yield edge

    def _owns(self, edge: Edge) -> bool:
        return edge.down and edge.source in self.persons


@lru_cache(maxsize=64)
def trace(description: Description, supplied: frozenset[Pointer] | None = None) -> Graph:
    """Direct every reference, away from the persons where the description leaves it open.

    Of the values that other systems have, only those `supplied` lead to records; None: all that are wanted.
    """
    persons = frozenset(collection.name for collection in description.collections if collection.identities)
    entrances = tuple(one for one in _entrances(description) if supplied is None or one.pointer in supplied)
    every = tuple(_edges(description))
    allowed = tuple(edge for edge in every if _allowed(edge, persons))
    steps = _steps(persons, {one.target for one in entrances}, allowed)
    followed = tuple(edge for edge in allowed if _outward(edge, steps, persons))
    into = {
        collection.name: tuple(edge for edge in followed if edge.target == collection.name and edge.source in steps)
        for collection in description.collections
    }
    return Graph(
        into,
        tuple(_groups(tuple(into), into)),
        persons,
        tuple(collection for collection in description.collections if collection.name not in steps),
        tuple(edge for edge in every if edge.firm and edge not in allowed),
        entrances,
        tuple(_exits(description)),
    )


@lru_cache(maxsize=64)
def pointers(description: Description) -> tuple[Edge, ...]:
    """Every reference inside a description, followed or not, as an edge from what is pointed at to what points."""
    return tuple(dict.fromkeys(replace(edge if edge.down else _turned(edge), firm=False, where="") for edge in _edges(description)))


def _turned(edge: Edge) -> Edge:
    return replace(
        edge,
        source=edge.target,
        source_field=edge.target_field,
        target=edge.source,
        target_field=edge.source_field,
        down=True,
    )


def _entrances(description: Description) -> Iterator[Entrance]:
    for collection, field, reference in _outside(description):
        if reference.direction != "to":
            yield Entrance(reference.pointer, collection.name, field.name, reference.where)


def _exits(description: Description) -> Iterator[Lead]:
    for collection, field, reference in _outside(description):
        if reference.direction != "from":
            yield Lead(Pointer(collection.dataset, collection.table, field.name), reference.pointer)


def _outside(description: Description) -> Iterator[tuple[Collection, Field, Reference]]:
    for collection in description.collections:
        for field in collection.every:
            for reference in field.references:
                if reference.outside:
                    yield collection, field, reference


def _edges(description: Description) -> Iterator[Edge]:
    named = {collection.name: collection for collection in description.collections}
    found: dict[tuple[str, str, str, str], Edge] = {}
    for collection in description.collections:
        for field in collection.every:
            for reference in field.references:
                if not reference.outside:
                    for edge in _both(collection, field, named[reference.collection], reference):
                        ends = (edge.source, edge.source_field, edge.target, edge.target_field)
                        if ends not in found or edge.firm:
                            found[ends] = edge
    return iter(found.values())


def _both(here: Collection, field: Field, there: Collection, reference: Reference) -> Iterator[Edge]:
    """Yield the edge, or the two edges, that a reference stands for."""
    ours, theirs = here.key == (field,), there.key == (there.field(reference.field),)
    we_hold = theirs or not ours  # where both or neither are keys, the side that states the reference points
    firm = bool(reference.direction)
    if reference.direction != "to":
        yield Edge(there.name, reference.field, here.name, field.name, we_hold, firm, reference.where)
    if reference.direction != "from":
        yield Edge(here.name, field.name, there.name, reference.field, not we_hold, firm, reference.where)


def _allowed(edge: Edge, persons: frozenset[str]) -> bool:
    return edge.target not in persons or (edge.down and edge.source in persons and edge.source != edge.target)


def _steps(persons: frozenset[str], entered: Some[str], edges: Sequence[Edge]) -> Mapping[str, int]:
    """Return how many edges each collection lies from the nearest person; those out of reach are left out."""
    steps = dict.fromkeys(persons, 0)
    distance, border = 0, set(persons)
    while border or distance == 0:
        distance += 1
        border = {edge.target for edge in edges if edge.source in border} | (set(entered) if distance == 1 else set())
        border -= steps.keys()
        steps |= dict.fromkeys(border, distance)
    return steps


def _outward(edge: Edge, steps: Mapping[str, int], persons: frozenset[str]) -> bool:
    if edge.firm or edge.source == edge.target:
        return True
    near, far = steps.get(edge.source), steps.get(edge.target)
    if near is None or far is None or near != far:
        return near is not None and far is not None and near < far
    return edge.down == (edge.target in persons)


def _groups(names: Sequence[str], into: Mapping[str, Sequence[Edge]]) -> Iterator[tuple[str, ...]]:
    return knots(names, {name: _above(name, into) for name in names})


def knots(names: Sequence[str], above: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, ...]]:
    """Yield what goes round together, each after all that stands before it; `above` has all that do, of each name."""
    waiting = list(names)
    while waiting:
        for name in waiting:
            group = {name} | {other for other in above[name] if name in above[other]}
            if not (above[name] - group) & set(waiting):
                break
        yield tuple(other for other in names if other in group)
        waiting = [other for other in waiting if other not in group]


def _above(name: str, into: Mapping[str, Sequence[Edge]]) -> frozenset[str]:
    """Return every collection from which `name` can be reached."""
    found: set[str] = set()
    border = {name}
    while border:
        border = {edge.source for one in border for edge in into[one]} - found
        found |= border
    return frozenset(found)

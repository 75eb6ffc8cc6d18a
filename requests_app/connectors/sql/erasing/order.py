"""In which order collections are erased: what points first, then what is pointed at."""

from collections.abc import Iterator, Mapping, Sequence

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import CannotErase, Deed
from requests_app.connectors.sql.erasing.pile import Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.graph import knots

Before = Mapping[str, frozenset[str]]


def groups(piles: Piles) -> tuple[tuple[Pile, ...], ...]:
    """Return the piles in the order of the run; those in one group point at each other.

    Raises:
        CannotErase: what the description says of the order and what foreign keys demand go round.
    """
    named = {pile.collection.name: pile for pile in piles}
    said = {name: _after(piles, pile) & named.keys() for name, pile in named.items()}
    before = {name: _tied(piles, name) & named.keys() | said[name] for name in named}
    firm = {name: _tied(piles, name, firm=True) & named.keys() for name in named}
    found = tuple(_apart(piles, group, said, firm) for group in _knots(list(named)[::-1], before))
    return tuple(tuple(named[name] for name in group) for group in found)


def _tied(piles: Piles, name: str, *, firm: bool = False) -> frozenset[str]:
    """The collections whose live foreign keys point at one; `firm`: by columns that cannot be emptied first."""
    ties = (one for one in piles.ties if one.parent == name and not (firm and one.tie.loose))
    return frozenset(one.child for one in ties) - {name}


def _apart(piles: Piles, group: tuple[str, ...], said: Before, firm: Before) -> tuple[str, ...]:
    """Return what points round in an order in which it can be erased, where the engine does not take it all together.

    Raises:
        CannotErase: there is none.
    """
    inside = frozenset(group)
    knots = list(_knots(group, {name: firm[name] & inside for name in group}))
    is_said = len(group) > 1 and any(said[name] & inside for name in group)
    is_firm = not piles.hand.defers and any(len(knot) > 1 for knot in knots)
    if (is_said or is_firm) and any(pile.of(Deed.ERASE) for pile in piles if pile.collection.name in inside):
        at = piles.description.collection(group[0]).where
        message = "`erase_after` and foreign keys go round" if is_said else "foreign keys that cannot be NULL go round"
        raise CannotErase(Problem("goes_round", at, f"{message}: {', '.join(sorted(inside))}"))
    return tuple(name for knot in knots for name in knot)


def _after(piles: Piles, pile: Pile) -> frozenset[str]:
    after = set(pile.collection.erase_after)
    return frozenset(one.name for one in piles.description.collections if f"{one.dataset}.{one.table}" in after) - {
        pile.collection.name
    }


def _knots(names: Sequence[str], before: Before) -> Iterator[tuple[str, ...]]:
    return knots(names, {name: _above(name, before) for name in names})


def _above(name: str, before: Before) -> frozenset[str]:
    found: set[str] = set()
    border = {name}
    while border:
        border = {one for at in border for one in before[at]} - found
        found |= border
    return frozenset(found)

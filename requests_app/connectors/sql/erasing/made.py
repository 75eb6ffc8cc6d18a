"""The plan: what becomes of which record, in the order of the run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from sqlalchemy import Select, func, literal_column, select, union_all

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import CannotErase, Deed, Planned, digest_of_texts, keys_of, text_of
from requests_app.connectors.sql.erasing.deeds import Deeds, Values
from requests_app.connectors.sql.erasing.limits import Limits
from requests_app.connectors.sql.erasing.lowering import Lowering
from requests_app.connectors.sql.erasing.masks import Masks
from requests_app.connectors.sql.erasing.order import groups
from requests_app.connectors.sql.erasing.pile import RULING, Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.text import Family

_PLAIN: Final = frozenset({Family.NUMBER, Family.UUID})


@dataclass(frozen=True, slots=True)
class Some:
    """Records of one pile that share the ruling numbered `ruling`."""

    pile: Pile
    ruling: int
    size: int


class Made:
    """A plan that was made, and lies in temporary tables until its transaction ends."""

    def __init__(self, piles: Piles) -> None:
        self.piles = piles
        lowering = Lowering(piles)
        lowering.go()
        self.deeds = Deeds(piles)
        self.masks = Masks(piles.fitted, piles.facts)
        self.sets = self._sets()
        problems = [*lowering.problems(), *self._keyless(), *self._unmaskable()]
        if problems:
            raise CannotErase(*problems)
        if problems := list(Limits(piles, self.masks).problems()):
            raise CannotErase(*problems)
        self.groups = groups(piles)

    def planned(self) -> Iterator[Planned]:
        return (replace(some, keys=keys_of(text)) for some, text in self._texts())

    def digest(self) -> bytes:
        return digest_of_texts(self._texts())

    def _texts(self) -> Iterator[tuple[Planned, bytes]]:
        """Yield the plan; its keys, as they are digested, beside it."""
        for group in self.groups:
            for pile in group:
                name = pile.collection.name
                hows = {ruling.blanked: self.masks.how(name, ruling.blanked) for ruling in pile.rulings}
                for number, text in self._found(pile):
                    ruling = pile.rulings[number]
                    yield Planned(name, ruling, (), hows[ruling.blanked]), text

    def _sets(self) -> dict[str, tuple[Some, ...]]:
        found: dict[int, list[Some]] = {pile.number: [] for pile in self.piles}
        named = {pile.number: pile for pile in self.piles}
        if named:
            counts = self.piles.fitted.speech.compile(union_all(*map(_counted, self.piles)))
            for number, ruling, size in self.piles.hand.few(counts):
                found[int(number)].append(Some(named[int(number)], int(ruling), int(size)))
        for number, pile in named.items():
            pile.settle({some.ruling for some in found[number]})
        return {
            pile.collection.name: tuple(sorted(found[number], key=lambda some: _place(some.pile, some)))
            for number, pile in named.items()
        }

    def _keyless(self) -> Iterator[Problem]:
        for pile in self.piles:
            touched = any(ruling.deed is Deed.ERASE or ruling.blanked for ruling in pile.rulings)
            if not pile.key and touched:
                yield Problem(
                    "no_key", pile.collection.where, f"`{pile.collection.table}` has no key by which a record could be named"
                )

    def _unmaskable(self) -> Iterator[Problem]:
        for pile in self.piles:
            for blanked in dict.fromkeys(ruling.blanked for ruling in pile.rulings):
                yield from self.masks.problems(pile.collection.name, blanked)

    def written(self, pile: Pile, blanked: Sequence[str]) -> Values:
        """What is written into the records of a pile, column by column."""
        return partial(self.masks.sets, pile.collection.name, blanked)

    def _found(self, pile: Pile) -> Iterator[tuple[int, bytes]]:
        if pile.key:
            live = self.piles.fitted.live[pile.collection.name]
            plain = all(live[name].family in _PLAIN for name in pile.key)
            return self.piles.hand.found(pile.rows(), RULING, pile.key, plain=plain)
        return ((some.ruling, text_of(((),) * some.size)) for some in self.sets[pile.collection.name])


def _counted(pile: Pile) -> Select[Any]:
    rows = pile.rows()
    return select(literal_column(str(pile.number)).label("pile"), rows.c[RULING], func.count()).group_by(rows.c[RULING])


def _place(pile: Pile, some: Some) -> Any:
    ruling = pile.rulings[some.ruling]
    return ruling.deed, ruling.reason, str(ruling.until or ""), ruling.blanked

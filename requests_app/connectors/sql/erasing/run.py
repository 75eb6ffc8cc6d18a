"""The run: all of a plan in one transaction, every count compared, everything read back before it is committed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, FromClause, null

from requests_app.connectors.erasing import Deed, NotErased, Receipt
from requests_app.connectors.sql.erasing.deeds import Wrong
from requests_app.connectors.sql.erasing.made import Made
from requests_app.connectors.sql.erasing.pile import Pile


class Run:
    """Carries a plan out. Raises NotErased where the system did not do what it was told; then nothing may be committed."""

    def __init__(self, made: Made) -> None:
        self._made, self._piles, self._hand = made, made.piles, made.piles.hand
        self._deeds = made.deeds

    def go(self) -> list[Receipt]:
        self._hand.careful()
        for group in self._made.groups:
            for pile in group:
                self._overwrite(pile)
        for group in self._made.groups:
            self._erase(group)
        piles = [pile for group in self._made.groups for pile in group]
        rows = self._hand.each([self._deeds.there(pile, self._wrong(pile)) for pile in piles])
        return [receipt for pile, there in zip(piles, rows, strict=True) for receipt in self._read_back(pile, there)]

    def _overwrite(self, pile: Pile) -> None:
        for blanked, rulings in alike(pile).items():
            sizes = [some.size for some in self._made.sets[pile.collection.name] if some.ruling in rulings]
            count = self._hand.run(self._deeds.overwritten(pile, rulings, self._made.written(pile, blanked)))
            if count != sum(sizes):
                told = f"{sum(sizes)} records were to be overwritten, and the system says that {count} were"
                raise NotErased(f"{pile.collection.table}: {told}")

    def _erase(self, group: Sequence[Pile]) -> None:
        going = [pile for pile in group if pile.of(Deed.ERASE)]
        if not going:
            return
        if self._hand.defers and len(going) > 1:
            counts = self._hand.run_together([self._deeds.erased(pile, pile.of(Deed.ERASE)) for pile in going])
            for pile, count in zip(going, counts, strict=True):
                self._compare(pile, count)
            return
        if not self._hand.defers:
            self._untie(going)
        for pile in going:
            self._compare(pile, self._hand.run(self._deeds.erased(pile, pile.of(Deed.ERASE))))

    def _compare(self, pile: Pile, count: int) -> None:
        wanted = sum(some.size for some in self._made.sets[pile.collection.name] if pile.rulings[some.ruling].deed is Deed.ERASE)
        if count != wanted and not self._cascades(pile):
            raise NotErased(f"{pile.collection.table}: {wanted} records were to go, and the system says that {count} went")

    def _cascades(self, pile: Pile) -> bool:
        """Tell whether erasing a record of the pile takes others of it along: the system then counts them or not."""
        name = pile.collection.name
        return any(one.child == one.parent == name and one.tie.action == "CASCADE" for one in self._piles.ties)

    def _untie(self, group: Sequence[Pile]) -> None:
        """Take apart what points round, where the engine looks at foreign keys row by row; what cannot be emptied goes in order."""
        inside = {pile.collection.name: pile for pile in group}
        for tie in self._piles.ties:
            if tie.child in inside and tie.parent in inside and tie.tie.loose:
                pile = inside[tie.child]
                self._hand.run(self._deeds.overwritten(pile, pile.of(Deed.ERASE), partial(_emptied, tie.tie.columns)))

    def _wrong(self, pile: Pile) -> Mapping[tuple[int, ...], Sequence[Wrong]]:
        """Return by rulings the conditions that a field does not hold what was written into it."""
        undone = partial(self._made.masks.undone, pile.collection.name)
        return {tuple(rulings): [partial(undone, field) for field in blanked] for blanked, rulings in alike(pile).items()}

    def _read_back(self, pile: Pile, rows: Sequence[Sequence[Any]]) -> Iterator[Receipt]:
        name = pile.collection.name
        found = {int(number): (int(size), int(bad)) for number, size, bad in rows}
        for some in self._made.sets[name]:
            ruling = pile.rulings[some.ruling]
            there, bad = found.get(some.ruling, (0, 0)) if pile.key else (some.size, 0)
            if there != (0 if ruling.deed is Deed.ERASE else some.size):
                what = "are still there" if ruling.deed is Deed.ERASE else "are left of those that were to stay"
                raise NotErased(f"{pile.collection.table}: {there} of {some.size} records {what}")
            if bad:
                raise NotErased(f"{pile.collection.table}: {bad} of {some.size} records do not hold what was written into them")
            touched = ruling.deed is Deed.ERASE or ruling.blanked
            yield Receipt(name, ruling, some.size, some.size if touched else 0)


def alike(pile: Pile) -> Mapping[tuple[str, ...], list[int]]:
    """Return the rulings under which the same fields are overwritten."""
    found: dict[tuple[str, ...], list[int]] = {}
    for number, ruling in enumerate(pile.rulings):
        if ruling.blanked and ruling.deed is not Deed.ERASE:
            found.setdefault(ruling.blanked, []).append(number)
    return found


def _emptied(columns: Sequence[str], _: FromClause) -> Mapping[str, ColumnElement[Any]]:
    return {name: null() for name in columns}

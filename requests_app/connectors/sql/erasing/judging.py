"""Rulings for what was found: the judge is asked once for records that are alike in all that matters."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, column, func, literal_column, select, table

from requests_app.connectors.erasing import Deed, Facts, Judge, Ruling
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.pile import GROUP, ORIGIN, RULING, Pile
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.graph import pointers

BY_HAND: Final = Ruling(Deed.KEEP, "by_hand")
EVERYBODYS: Final = Ruling(Deed.KEEP, "shared")
SMALL: Final = 1_000  # records of which an engine guesses well enough
Group = tuple[int, int]
Rule = Callable[[str, Facts], Ruling]


class Judging:
    """Gives every record the number of its ruling. A part is judged by the facts of the record whose part it is."""

    def __init__(self, fitted: Fitted, hand: Hand, judge: Judge) -> None:
        self._fitted, self._hand, self._judge = fitted, hand, _once(judge)
        self._known: dict[Group, Facts] = {}

    def ahead(self, pile: Pile, whole: Pile) -> str:
        """Rule about the parts of every group of `whole`; return the table of their numbers, or nothing where each has number 0."""
        self._rule(pile, dict.fromkeys(whole.groups))
        return self._table(pile) if any(pile.groups.values()) else ""

    def go(self, pile: Pile, whole: Pile | None) -> None:
        """Rule about the records that are judged by their own facts."""
        own = self._own(pile) if whole is None or self._stand_alone(pile) else {}
        self._known |= own
        pile.follows = not own
        self._rule(pile, own)
        if any(pile.groups[group] for group in own):
            self._write(pile, self._table(pile, "_own"))
        if pile.size > SMALL:
            self._hand.weigh(pile.name)

    def _rule(self, pile: Pile, groups: Iterable[Group]) -> None:
        everybodys = _is_everybodys(self._fitted, pile.collection)
        rulings = {group: self._ruling(pile, self._known[group], everybodys=everybodys) for group in sorted(groups)}
        at = {ruling: pile.number_of(ruling) for ruling in dict.fromkeys(rulings.values())}
        pile.groups |= {group: at[ruling] for group, ruling in rulings.items()}

    def _ruling(self, pile: Pile, facts: Facts, *, everybodys: bool) -> Ruling:
        if pile.is_view or pile.collection.info.keeping.erase == "never":
            return BY_HAND
        ruling = self._judge(pile.collection.name, facts)
        if ruling.deed is Deed.ERASE and everybodys:
            return EVERYBODYS
        if ruling.deed is Deed.ERASE and pile.collection.info.keeping.erase == "blank":
            return replace(ruling, deed=Deed.BLANK, blanked=personal(self._fitted, pile.collection))
        return ruling

    def _stand_alone(self, pile: Pile) -> bool:
        """Tell whether there are records that are part of none that was found."""
        rows = pile.rows()
        alone: Select[Any] = select(literal_column("1")).select_from(rows).where(_is_own(pile, rows))
        return bool(self._hand.few(alone.limit(1)))

    def _own(self, pile: Pile) -> dict[Group, Facts]:
        """Return the facts of the groups that are the pile's own; of days in one month that are alike, the first."""
        if not pile.facts:
            return {(pile.number, 1): {}}
        rows = pile.rows()
        told = [func.min(rows.c[f"dsar_f{number}"]) for number, _ in enumerate(pile.facts)]
        days = set(pile.collection.info.keeping.dates.values())
        return {
            (pile.number, int(group)): {
                name: _day(value) if name in days else _word(value) for name, value in zip(pile.facts, values, strict=True)
            }
            for group, *values in self._hand.few(select(rows.c[GROUP], *told).where(_is_own(pile, rows)).group_by(rows.c[GROUP]))
        }

    def _table(self, pile: Pile, more: str = "") -> str:
        name = f"dsar_map_{pile.number}{more}"
        self._hand.blank_table(name, ("o", "g", "r"))
        rows = [(str(origin), str(group), str(number)) for (origin, group), number in pile.groups.items() if number]
        self._hand.fill(name, 3, rows)
        return name

    def _write(self, pile: Pile, name: str) -> None:
        bare, wanted = pile.bare(), table(name, column("o"), column("g"), column("r"))
        self._hand.put(bare, bare.c[RULING], wanted.c.r, and_(bare.c[ORIGIN] == wanted.c.o, bare.c[GROUP] == wanted.c.g))


def _once(judge: Judge) -> Rule:
    """Ask about the same facts once."""
    known: dict[tuple[str, tuple[tuple[str, date | str | None], ...]], Ruling] = {}

    def asked(collection: str, facts: Facts) -> Ruling:
        at = (collection, tuple(facts.items()))
        if at not in known:
            known[at] = judge(collection, facts)
        return known[at]

    return asked


def personal(fitted: Fitted, collection: Collection) -> tuple[str, ...]:
    """Return the fields that hold what is personal and tie nothing together: no key, and no end of a reference."""
    ends = {(edge.source, edge.source_field) for edge in pointers(fitted.description)}
    ends |= {(edge.target, edge.target_field) for edge in pointers(fitted.description)}
    keys = {one.column for one in collection.key}
    return tuple(
        sorted(
            field.name
            for field in collection.fields
            if field.column not in keys
            and (collection.name, field.name) not in ends
            and (field.info.about == "secret" or _is_personal(field.info.categories))
        )
    )


def _is_everybodys(fitted: Fitted, collection: Collection) -> bool:
    """Tell whether records hold nothing of any person, as their categories say, and are only pointed at: articles, countries."""
    categories = [field.info.categories for field in collection.every]
    if not all(categories) or any(map(_is_personal, categories)) or collection.name in fitted.graph.persons:
        return False
    return not any(edge.down for edge in fitted.graph.into[collection.name])


def _is_personal(categories: tuple[str, ...]) -> bool:
    return any(category == "user" or category.startswith("user.") for category in categories)


def _is_own(pile: Pile, rows: FromClause) -> ColumnElement[bool]:
    """The condition that a record is judged by its own facts."""
    return rows.c[ORIGIN] == literal_column(str(pile.number))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _word(value: Any) -> str | None:
    return None if value is None else str(value)

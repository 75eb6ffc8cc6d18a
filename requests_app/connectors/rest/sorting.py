"""What becomes of each record of one person: gathered as for a search, ruled by the judge, lowered to what the system can do."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from json import dumps
from typing import Final

from requests_app.connectors.base import Given
from requests_app.connectors.erasing import Deed, Judge, Key, Planned, Ruling
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.deeds import Erase
from requests_app.connectors.rest.endpoints import Endpoint
from requests_app.connectors.rest.gather import Gathering
from requests_app.connectors.rest.marks import Found, Known, found_in, held
from requests_app.connectors.rest.order import order
from requests_app.connectors.rest.walk import Record
from requests_app.values import Root

BY_HAND: Final = "by_hand"
REFERENCED: Final = "referenced"
BATCH: Final = 1000  # keys
How = tuple[tuple[str, str], ...]
What = tuple[Ruling, How]
Ruled = list[tuple[Ruling, Found]]
Sets = Mapping[str, Mapping[What, Sequence[Found]]]
"""Records by collection, in the order of the run, then by what becomes of them."""


class Sorting(Gathering):
    """The records of one person with their rulings. Keys are held in memory: each means at least one question to the system."""

    def __init__(self, asker: Asker, roots: Sequence[Root], given: Given, judge: Judge, erases: Mapping[str, Erase]) -> None:
        super().__init__(asker, roots, given)
        self._judge, self._erases = judge, erases
        self._found: dict[str, list[Found]] = defaultdict(list)
        self._wholes: dict[tuple[str, str, str], Found] = {}
        self._judged: dict[tuple[str, Known], Ruling] = {}
        self._order = order(self._api, erases)

    def write(self, endpoint: Endpoint, record: Record) -> None:
        collection = self._api.data.collection(endpoint.collection)
        found = self.found_in(collection.name, record)
        self._found[collection.name].append(found)
        for other in self._api.data.collections:
            if other.info.keeping.part_of == collection.name:
                field = next(one.field for part in other.every for one in part.references if one.collection == collection.name)
                self._wholes[collection.name, field, held(endpoint, collection, field, record)] = found

    def found_in(self, name: str, record: Record) -> Found:
        endpoint, collection = self._api.endpoint(name), self._api.data.collection(name)
        erase = self._erases.get(name, Erase())
        return found_in(endpoint, collection, erase, record, by_number=self._judge.by_number)

    def sets(self) -> Sets:
        ruled = {name: [(self.ruling(name, found), found) for found in self._found.get(name, ())] for name in self._order}
        told = ((name, ruling, found) for name, pairs in self._tied(ruled).items() for ruling, found in pairs)
        return self.in_order({(name, found.key): ((ruling, self.how(name, ruling)), found) for name, ruling, found in told})

    def in_order(self, seen: Mapping[tuple[str, Key], tuple[What, Found]]) -> Sets:
        """Return records by collection, in the order of the run, then by what becomes of them, then by key."""
        sets: dict[str, dict[What, list[Found]]] = {}
        for name, key in sorted(seen, key=lambda at: (self._order.index(at[0]), _rank(seen[at][0][0]), at[1])):
            what, found = seen[name, key]
            sets.setdefault(name, {}).setdefault(what, []).append(found)
        return sets

    def ruling(self, name: str, found: Found) -> Ruling:
        facts = self._facts(name, found)
        if (name, facts) not in self._judged:
            self._judged[name, facts] = self._able(name, self._judge(name, dict(facts)))
        return self._judged[name, facts]

    def _facts(self, name: str, found: Found) -> Known:
        """Return the facts of a record, or of the whole that it is a part of."""
        whole = self._api.data.collection(name).info.keeping.part_of
        above = self._wholes.get((whole, *found.whole)) if whole else None
        return self._facts(whole, above) if above else found.facts

    def _able(self, name: str, ruling: Ruling) -> Ruling:
        """Return what the system can do of a ruling; the rest is for a person."""
        erase, keeping = self._erases.get(name, Erase()), self._api.data.collection(name).info.keeping
        masks = set(erase.blank.masks if erase.blank else ())
        if ruling.deed is Deed.ASK or (ruling.deed is Deed.KEEP and not ruling.blanked):
            return ruling
        if ruling.deed is Deed.ERASE and keeping.erase == "blank":
            ruling = replace(ruling, deed=Deed.BLANK, blanked=ruling.blanked or tuple(sorted(masks)))
        can = erase.delete or erase.goes_with if ruling.deed is Deed.ERASE else ruling.blanked and masks.issuperset(ruling.blanked)
        return ruling if can and keeping.erase != "never" else replace(ruling, deed=Deed.ASK, reason=BY_HAND)

    def _tied(self, ruled: dict[str, Ruled]) -> dict[str, Ruled]:
        """Lower what would take records along that stay, and what would be taken along by records that stay."""
        changed = True
        while changed:
            changed = False
            for name, erase in ((name, erase) for name, erase in self._erases.items() if erase.goes_with):
                inner, outer = ruled[name], ruled[erase.goes_with]
                if _any_goes(outer) and not _all_go(inner):
                    changed, ruled[erase.goes_with] = True, [(self._kept(erase.goes_with, one), found) for one, found in outer]
                if _any_goes(inner) and not erase.delete and not (outer and _all_go(outer)):
                    changed, ruled[name] = True, [(_by_hand(one), found) for one, found in inner]
        return ruled

    def _kept(self, name: str, ruling: Ruling) -> Ruling:
        blank = self._erases.get(name, Erase()).blank
        if ruling.deed is not Deed.ERASE:
            return ruling
        if blank is None:
            return _by_hand(ruling)
        return Ruling(Deed.BLANK, REFERENCED, None, tuple(sorted(blank.masks)))

    def how(self, name: str, ruling: Ruling) -> How:
        blank = self._erases.get(name, Erase()).blank
        if blank is None or ruling.deed not in {Deed.BLANK, Deed.KEEP}:
            return ()
        return tuple((field, dumps(blank.masks[field], ensure_ascii=False)) for field in ruling.blanked if field in blank.masks)


def planned(sets: Sets) -> Iterator[Planned]:
    for name, ruled in sets.items():
        for (ruling, how), records in ruled.items():
            keys = (one.key for one in records)
            while batch := tuple(islice(keys, BATCH)):
                yield Planned(name, ruling, batch, dict(how))


def _any_goes(ruled: Ruled) -> bool:
    return any(ruling.deed is Deed.ERASE for ruling, _ in ruled)


def _all_go(ruled: Ruled) -> bool:
    return all(ruling.deed is Deed.ERASE for ruling, _ in ruled)


def _by_hand(ruling: Ruling) -> Ruling:
    return replace(ruling, deed=Deed.ASK, reason=BY_HAND) if ruling.deed is Deed.ERASE else ruling


def _rank(ruling: Ruling) -> tuple[str, str, str, tuple[str, ...]]:
    return ruling.deed, ruling.reason, ruling.until.isoformat() if ruling.until else "", ruling.blanked

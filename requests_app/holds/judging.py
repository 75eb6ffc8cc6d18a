"""What becomes of each record when a person asks for erasure. Pure: law, shop, holds and description come in, a judge goes out.

The grounds, in the order in which they count: what the request is not about; a contract that still runs; a hold for a dispute;
what the law orders to keep. Only the last strikes out what it does not need: nothing is struck out of a record that a court
may ask for, or that an order still needs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from requests_app.connectors.base import CollectionInfo, Inventory
from requests_app.connectors.erasing import Deed, Facts, Judge, Ruling
from requests_app.holds.days import Named, day_of, from_months
from requests_app.holds.rows import Law, Rows, blanking
from requests_app.values import Extent, Scope

OUT_OF_SCOPE: Final = Ruling(Deed.KEEP, "out_of_scope")
UNNUMBERED: Final = Ruling(Deed.ASK, "unnumbered")
EVERYTHING: Final = Scope()
# What a narrower request is about, by the topics of the descriptions.
TOPICS: Final[Mapping[Extent, frozenset[str]]] = {
    Extent.MARKETING: frozenset({"marketing", "consents"}),
    Extent.ACCOUNT: frozenset({"account", "preferences", "website"}),
}


@dataclass(frozen=True, slots=True)
class Litigation:
    """A litigation hold, as far as it concerns one request at one system.

    `everything`: all that is found; else whole `collections`, and records whose number `orders` knows.
    """

    hold: str
    everything: bool = False
    collections: frozenset[str] = frozenset()
    orders: Callable[[str], bool] | None = field(default=None, repr=False)


class Judging(Judge):
    """What law, shop, holds and scope make of a record. It knows single orders where the request or a hold is about some."""

    def __init__(self, inventory: Inventory, law: Law, litigation: tuple[Litigation, ...], scope: Scope) -> None:
        self.by_number = scope.extent is Extent.ORDER or any(one.orders for one in litigation)
        named = {collection.name: collection for collection in inventory.collections}
        self._by_name = {
            name: _Collection(collection, _head(collection, named), law, litigation, scope) for name, collection in named.items()
        }

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        return self._by_name[collection].ruling(facts)

    def by_month(self, collection: str) -> bool:
        return self._by_name[collection].by_month


def judge_for(*, inventory: Inventory, law: Law, litigation: tuple[Litigation, ...] = (), scope: Scope = EVERYTHING) -> Judging:
    """Return the judge of one request at one system.

    The facts of a record that is part of another (`Keeping.part_of`) are those of that other.
    """
    return Judging(inventory, law, litigation, scope)


def same_number(number: str) -> str:
    """Return an order's number as it is compared: without blanks, a leading # and the case of letters."""
    return "".join(number.split()).lstrip("#").casefold()


class _Collection:
    """The grounds that may concern a record of one collection; what the same days make of a record is worked out once."""

    def __init__(
        self, info: CollectionInfo, head: CollectionInfo, law: Law, litigation: tuple[Litigation, ...], scope: Scope
    ) -> None:
        self._keeping, self._law, self._scope = head.keeping, law, scope
        self._number = head.keeping.number
        self._holds = [
            hold for hold in litigation if hold.everything or info.name in hold.collections or head.name in hold.collections
        ]
        self._of_orders = [hold for hold in litigation if hold.orders and hold not in self._holds] if self._number else []
        self._in_scope = scope.extent in (Extent.EVERYTHING, Extent.ORDER) or info.topic in TOPICS[scope.extent]
        self._dates = tuple(head.keeping.dates.values())
        self._rows = Rows.of(law, (*head.keeping.data_classes, *(name for name in info.keeping.data_classes)))
        self._blanking = blanking(info, (*head.keeping.facts(), self._number))
        self._known: dict[tuple[date | str | None, ...], Ruling] = {}

    @property
    def by_month(self) -> bool:
        """Whether no period that counts starts within a month: what a description names is the day of a document, not of a year."""
        return from_months(self._rows.periods, self._keeping.dates, self._law.declared)

    def ruling(self, facts: Facts) -> Ruling:
        return self._outside(facts) or self._contract(facts) or self._dispute(facts) or self._duties(facts)

    def _outside(self, facts: Facts) -> Ruling | None:
        if self._scope.extent is not Extent.ORDER:
            return None if self._in_scope else OUT_OF_SCOPE
        if not self._number:
            return OUT_OF_SCOPE
        number = facts.get(self._number)
        if number is None:
            return UNNUMBERED
        return None if same_number(str(number)) == same_number(self._scope.order) else OUT_OF_SCOPE

    def _contract(self, facts: Facts) -> Ruling | None:
        """A contract that is not fulfilled is no data to erase (GDPR Art. 17(1)(a)): no end is known before it is."""
        for hold in self._keeping.holds:
            if not hold.field or str(facts.get(hold.field)) in hold.values:
                return Ruling(Deed.KEEP, f"{hold.kind}:{hold.field}")
        return None

    def _dispute(self, facts: Facts) -> Ruling | None:
        if self._holds:
            return _held(self._holds[0])
        if not self._of_orders:
            return None
        number = facts.get(self._number)
        if number is None:
            return UNNUMBERED
        return next((_held(hold) for hold in self._of_orders if hold.orders and hold.orders(str(number))), None)

    def _duties(self, facts: Facts) -> Ruling:
        days = tuple(map(facts.get, self._dates))
        if days not in self._known:
            named = Named(dict(zip(self._keeping.dates, map(day_of, days), strict=True)), self._law.declared, self._law.asked_on)
            self._known[days] = self._rows.ruling(named.all(), self._blanking)
        return self._known[days]


def _held(hold: Litigation) -> Ruling:
    return Ruling(Deed.KEEP, f"litigation:{hold.hold}")


def _head(collection: CollectionInfo, named: Mapping[str, CollectionInfo]) -> CollectionInfo:
    """Return the collection as whose record those of `collection` are ruled."""
    while collection.keeping.part_of:
        collection = named[collection.keeping.part_of]
    return collection

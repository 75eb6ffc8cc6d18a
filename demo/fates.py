"""What must become of each planted record when its person asks for erasure: told by the generator and by French law alone.

A house in France that trades in gold keeps its books for ten years from the end of the financial year (Code de commerce,
L123-22), the papers of who buys for five (Code monétaire et financier, L561-12), and what belongs to a contract that still
runs. The rest goes. Of what is kept for the books, what they do not need is overwritten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from demo import accounts, letters, shop
from demo.expected import Key, key_columns
from demo.people import BY_NAME, Person
from demo.tables import MARKETING, ORDERS

BOOKS: Final = 10  # years
PAPERS: Final = 5  # years


class Deed(StrEnum):
    DELETED = "deleted"
    BLANKED = "blanked"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Fate:
    """`blanked` are the fields that are overwritten, `until` the last day of keeping where the law names one."""

    deed: Deed
    blanked: frozenset[str] = frozenset()
    until: date | None = None


Fates = Mapping[tuple[str, str], Mapping[Key, Fate]]
"""By system and collection, then by primary key."""

DELETED: Final = Fate(Deed.DELETED)
KEPT: Final = Fate(Deed.KEPT)
_ACCOUNT: Final = frozenset(
    {
        *("email", "first_name", "last_name", "phone", "birth_date", "gender", "language", "tier", "newsletter"),
        *("policy_version", "created_at"),
    }
)
_ADDRESS: Final = frozenset({"street", "postcode", "city", "country", "delivery_note"})
_NOT_FOR_THE_BOOKS: Final = {
    "orders": frozenset[str](),
    "items": frozenset({"engraving"}),
    "gift_messages": frozenset({"message", "written_at"}),  # the recipient's name and telephone are not the giver's to erase
    "invoices": frozenset[str](),
    "payments": frozenset[str](),
    "returns": frozenset({"reason"}),
}
_DAY: Final = {"orders": "ordered_at", "invoices": "issued_on", "payments": "paid_at", "returns": "requested_on"}
_RUNNING: Final = {
    "orders": {"paid", "in_work", "shipped"},
    "returns": {"announced", "received"},
    "warranties": {"running"},
    "repairs": {"received", "in_work", "ready"},
}

_PARTIES: Final = frozenset({"orders", "warranties", "repairs"})  # that name the customer; a return names its order

Cells = Mapping[str, Any]


@cache
def fates(person: Person) -> Fates:
    """Return what becomes of every record of `person`, in all three systems."""
    found: dict[tuple[str, str], dict[Key, Fate]] = {}
    rows = list(_rows(person))
    for table, cells in rows:
        found.setdefault(("orders", table), {})[_key("orders", table, cells)] = _fate(table, cells, rows, person)
    for someone, made in letters.planted():
        for table, row in made:
            if someone == person:
                cells = dict(zip(MARKETING.tables[table].columns.keys(), row, strict=True))
                found.setdefault(("marketing", table), {})[_key("marketing", table, cells)] = DELETED
    for name, keys in accounts.keys(person).items():
        if keys:
            found["accounts", name] = dict.fromkeys(keys, DELETED)
    return found


def _rows(person: Person) -> Iterator[tuple[str, Cells]]:
    """Yield the rows of the order system, with the addresses of a household that another's rows brought along."""
    addresses: dict[int, Cells] = {}
    for someone, made in shop.planted():
        for table, row in made:
            cells = dict(zip(ORDERS.tables[table].columns.keys(), row, strict=True))
            if table == "addresses":
                addresses[cells["id"]] = cells
            elif someone == person:
                yield table, cells
                if table == "customers":
                    homes = dict.fromkeys((cells["billing_address_id"], cells["delivery_address_id"]))
                    yield from (("addresses", addresses[home]) for home in homes)
        if someone == person:
            return


def _fate(table: str, cells: Cells, rows: list[tuple[str, Cells]], person: Person) -> Fate:
    if table == "addresses":
        return KEPT if _is_shared(person) else _emptied(rows, _ADDRESS)
    if table == "customers":
        return _emptied(rows, _ACCOUNT)
    if table == "identity_checks":
        return Fate(Deed.KEPT, until=_later(cells["checked_on"], PAPERS))
    return _contracts(table, cells, rows)


def _contracts(table: str, cells: Cells, rows: list[tuple[str, Cells]]) -> Fate:
    whole, of = (table, cells)
    if table in {"items", "gift_messages"}:
        whole, of = "orders", next(order for name, order in rows if name == "orders" and order["id"] == cells["order_id"])
    if of.get("status") in _RUNNING.get(whole, ()):
        return KEPT
    if whole not in _DAY:
        return DELETED
    day = of[_DAY[whole]]
    blanked = _NOT_FOR_THE_BOOKS[table]
    return Fate(Deed.BLANKED if blanked else Deed.KEPT, blanked, date(day.year + BOOKS, 12, 31))


def _emptied(rows: list[tuple[str, Cells]], fields: frozenset[str]) -> Fate:
    """Whose contract still runs is kept; an account to which something else that stays belongs is emptied; another goes."""
    belonging = [(table, cells) for table, cells in rows if table not in {"customers", "addresses"}]
    if any(cells.get("status") in _RUNNING.get(table, ()) for table, cells in belonging if table in _PARTIES):
        return KEPT
    return Fate(Deed.BLANKED, fields) if any(_stays(table, cells, rows) for table, cells in belonging) else DELETED


def _stays(table: str, cells: Cells, rows: list[tuple[str, Cells]]) -> bool:
    return table == "identity_checks" or _contracts(table, cells, rows) is not DELETED


def _is_shared(person: Person) -> bool:
    return person.lives_with is not None or person.customer in {someone.lives_with for someone in BY_NAME.values()} - {None}


def _later(day: date | datetime, years: int) -> date:
    try:
        return date(day.year + years, day.month, day.day)
    except ValueError:
        return date(day.year + years, 2, 28)


def _key(system: str, table: str, cells: Cells) -> Key:
    return tuple(str(cells[column]) for column in key_columns(system, table))

"""Whatever the shop looks like: what was found is what is planned, what is planned happens, and nothing else does."""

from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import Column, ForeignKey, Integer, String, Table

from requests_app.connectors.erasing import CannotErase, Deed, Facts, Planned, Rules, Ruling
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, roots
from tests.connectors.sql.erasing.erasures import Erasure

SEEDS: Final = {"postgresql": 6, "mariadb": 4, "sqlite": 16}
# Table, its columns that point, and where to: `?` may be NULL; `>` leads to the other record, `<` is led to by it, `-` either way.
POINTERS: Final = {
    "addresses": {},
    "customers": {"address_id": "?>addresses", "invited_by": "?-customers"},
    "orders": {"customer_id": "<customers", "ship_to": "?>addresses", "gift_for": "?<customers"},
    "notes": {"customer_id": "<customers"},
    "posts": {"author_id": "?<customers", "reply_to": "?-posts"},
    "boxes": {"order_id": "?<orders", "label_id": "?>labels"},
    "labels": {"box_id": "?<boxes"},
    "rings": {"order_id": "<orders", "twin_id": "?-rings"},
}
Rows = dict[str, list[dict[str, Any]]]


class World:
    """A shop made from a seed: which references are foreign keys, what the tables hold, and what is ruled."""

    def __init__(self, seed: int, shop: Shop) -> None:
        self.random, self.shop = Random(seed), shop
        self.rows: Rows = {}
        for name, pointers in POINTERS.items():
            self._table(name, pointers)
        for name, pointers in POINTERS.items():
            self.rows[name] = list(self._rows(name, pointers))
        self._close_rings()
        self.rules = {(name, status): self._ruling() for name in POINTERS for status in ("open", "done")}
        self._write()

    def judge(self, collection: str, facts: Facts) -> Ruling:
        return self.rules[collection, str(facts["status"])]

    def _table(self, name: str, pointers: dict[str, str]) -> None:
        key = [Column("customer_id", Integer, primary_key=True, autoincrement=False)] if name == "notes" else []
        columns = [*key, Column("id", Integer, primary_key=True, autoincrement=False)]
        for column, way in pointers.items():
            if not (name == "notes" and column == "customer_id"):
                target = way.lstrip("?<>-")
                tie = (
                    [ForeignKey(f"{target}.id", name=f"fk_{name}_{column}", use_alter=True)] if self._is_tied(name, target) else []
                )
                columns.append(Column(column, Integer, *tie, nullable=way.startswith("?")))
        more = [Column("email", String(60), nullable=False)] if name == "customers" else []
        Table(name, self.shop.metadata, *columns, *more, Column("status", String(10)), Column("said", String(60)))

    def _is_tied(self, name: str, target: str) -> bool:
        ring = {"boxes", "labels"} == {name, target} and name == "boxes"
        alter = self.shop.backend != "sqlite" or not ring
        return alter and self.random.random() < 0.6

    def _rows(self, name: str, pointers: dict[str, str]) -> Any:
        seen = set()
        for number in range(self.random.randint(2, 7)):
            row = {"id": number, "status": self.random.choice(["open", "done"]), "said": f"{name} {number} said"}
            row |= {column: self._target(way, number) for column, way in pointers.items()}
            if name == "notes":
                row["id"] = self.random.randint(0, 2)
            if name == "customers":
                row["email"] = ("ann@mail.example", "ANN@mail.example")[number] if number < 2 else f"p{number}@mail.example"
            key = (row["id"], row["customer_id"] if name == "notes" else 0)
            if key not in seen:
                seen.add(key)
                yield row

    def _target(self, way: str, number: int) -> int | None:
        target = way.lstrip("?<>-")
        known = [row["id"] for row in self.rows.get(target, [])] or list(range(number))
        if target not in self.rows and target in {"labels", "boxes"}:
            return None
        return self.random.choice(known) if known and (not way.startswith("?") or self.random.random() < 0.7) else None

    def _close_rings(self) -> None:
        for box in self.rows["boxes"]:
            if self.random.random() < 0.5:
                box["label_id"] = self.random.choice([row["id"] for row in self.rows["labels"]])

    def _ruling(self) -> Ruling:
        deed = self.random.choice([Deed.ERASE, Deed.ERASE, Deed.KEEP, Deed.BLANK])
        if deed is Deed.ERASE:
            return Ruling(deed, "nothing_keeps")
        return Ruling(deed, f"duty:{deed}", None, ("said",) if deed is Deed.BLANK or self.random.random() < 0.5 else ())

    def _write(self) -> None:
        later = {name: [{**row, **dict.fromkeys(self._ring(name), None)} for row in rows] for name, rows in self.rows.items()}
        self.shop.fill(**later)
        for name, rows in self.rows.items():
            for column in self._ring(name):
                for row in rows:
                    if row[column] is not None:
                        self.shop.run(f"UPDATE {name} SET {column} = {row[column]} WHERE id = {row['id']}")
        self.shop.describe(
            meta={name: {"dsar": {"holds": [{"kind": "open", "when": {"field": "status", "in": ["open"]}}]}} for name in POINTERS},
            **{name: self._fields(name, pointers) for name, pointers in POINTERS.items()},
        )

    def _ring(self, name: str) -> list[str]:
        return [column for column, way in POINTERS[name].items() if way.lstrip("?<>-") in {name, "labels"}]

    def _fields(self, name: str, pointers: dict[str, str]) -> dict[str, Any]:
        fields: dict[str, Any] = {"id": KEY}
        for column, way in pointers.items():
            direction = {"<": "from", ">": "to", "-": ""}[way.lstrip("?")[0]]
            reference = {"dataset": "shop", "field": f"{way.lstrip('?<>-')}.id"} | ({"direction": direction} if direction else {})
            fields[column] = {"fides_meta": {"references": [reference]}}
        if name == "notes":
            fields = {"customer_id": {"fides_meta": {**fields["customer_id"]["fides_meta"], "primary_key": True}}, "id": KEY}
        if name == "customers":
            fields["email"] = {**EMAIL, "data_categories": ["user.contact.email"]}
        return {**fields, "status": {}, "said": {"data_categories": ["user.content"]}}


def _key(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    return (str(row["customer_id"]), str(row["id"])) if name == "notes" else (str(row["id"]),)


def _tables(world: World) -> dict[str, dict[tuple[str, ...], dict[str, Any]]]:
    with world.shop.connected() as connection:
        return {
            name: {_key(name, dict(row)): dict(row) for row in connection.execute(table.select()).mappings()}
            for name, table in world.shop.metadata.tables.items()
        }


def _planned(plan: list[Planned]) -> dict[tuple[str, tuple[str, ...]], Ruling]:
    found = [((some.collection, key), some.ruling) for some in plan for key in some.keys]
    assert len(found) == len(dict(found)), "a record is planned twice"
    return dict(found)


def _numbered(shop: Shop) -> list[int]:
    return list(range(SEEDS[shop.backend.removeprefix("mysql") or "mariadb"]))


@pytest.mark.parametrize("seed", range(max(SEEDS.values())))
def test_what_is_found_is_planned_what_is_planned_happens_and_nothing_else(seed: int, shop: Shop) -> None:
    if seed not in _numbered(shop):
        return
    world = World(seed, shop)
    erasure = Erasure(shop, known_by("ann@mail.example"), roots(0, 1), Rules(world.judge))
    before = _tables(world)
    found = shop.find(erasure.whom.identity, erasure.whom.roots)
    plan = erasure.plan()
    planned = _planned(plan)
    assert set(planned) == {(name, _key(name, record)) for name, records in found.records.items() for record in records}

    refused: set[str] | None = None
    try:
        erasure.run(plan)
    except CannotErase as fault:
        refused = {problem.code for problem in fault.problems}
    if refused is not None:
        assert refused == {"goes_round"}
        assert _tables(world) == before
        return

    after = _tables(world)
    for name, records in before.items():
        for key, row in records.items():
            ruling = planned.get((name, key))
            if ruling is not None and ruling.deed is Deed.ERASE:
                assert key not in after[name]
            else:
                blanked = ruling.blanked if ruling else ()
                assert after[name][key] == row | {field: after[name][key][field] for field in blanked}
                assert all(after[name][key][field] != row[field] for field in blanked)
        assert not after[name].keys() - records.keys()
    assert erasure.left(plan) == []
    _nothing_dangles(before, after)
    _strangers_keep_theirs(before, after, planned)


def _nothing_dangles(before: Any, after: Any) -> None:
    """What stayed and pointed at a record still does."""
    for name, pointers in POINTERS.items():
        for row in after[name].values():
            for column, way in pointers.items():
                target = way.lstrip("?<>-")
                if (str(row[column]),) in before[target]:
                    assert (str(row[column]),) in after[target]


def _strangers_keep_theirs(before: Any, after: Any, planned: Any) -> None:
    """An address that somebody else's record points to is as it was."""
    for name in ("customers", "orders"):
        column = {"customers": "address_id", "orders": "ship_to"}[name]
        for key, row in before[name].items():
            if (name, key) not in planned and row[column] is not None:
                assert after["addresses"][str(row[column]),] == before["addresses"][str(row[column]),]

"""Records that are reached by reference: the product's own statements against joins written by hand."""

from typing import Final

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.carrying import carried
from benchmarks.base.limits import copied
from benchmarks.base.requests import ready_to_collect
from benchmarks.base.shop import EMAIL, Database, a_brand, a_source

GOAL: Final = 1.5
ROWS: Final = 100_000
OTHERS: Final = 2  # other customers, with as much each
TABLES: Final = (
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, postcode text)",
    """CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, number text, placed_at timestamptz,
       total numeric(10, 2))""",
    "CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, title text, quantity integer, price numeric(10, 2))",
)
INDEXES: Final = (
    "CREATE INDEX ON customers (lower(email))",
    "CREATE INDEX ON orders (customer_id)",
    "CREATE INDEX ON items (order_id)",
)
ORDERS: Final = """
SELECT o.id, o.customer_id, o.number, o.placed_at, o.total
  FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.id = 0 ORDER BY o.id"""
ITEMS: Final = """
SELECT i.id, i.order_id, i.title, i.quantity, i.price FROM items i JOIN orders o ON o.id = i.order_id
  JOIN customers c ON c.id = o.customer_id WHERE c.id = 0 ORDER BY i.id"""


class Chain(Benchmark):
    title = "orders and their items, reached by reference, against two joins written by hand, both through zip -1"

    def run(self, ground: Ground) -> Result:
        rows = ground.size(ROWS, 30)
        shop = Database.made(ground, "bench_chain", *TABLES, *_filled(rows), *INDEXES)
        brand = a_brand("bench-chain")
        a_source(brand, "chain", shop.url, "chain")
        best = carried(*(str(ready_to_collect(brand, EMAIL.format(0)).pk) for _ in range(2)))
        print("  " + ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in best.by_kind.items()))
        limit = copied(shop.url, [ORDERS, ITEMS], ground.folder)
        return Result(best.seconds, limit, "s", f"≤ {GOAL:g}", best.seconds <= GOAL * limit)


ENTRY = Chain()


def _filled(rows: int) -> list[str]:
    people = OTHERS + 1
    every = f"generate_series(0, {rows * people - 1}) n"
    return [
        f"INSERT INTO customers SELECT n, 'person-' || n || '@bench.example', '75001' FROM generate_series(0, {OTHERS}) n",
        f"""INSERT INTO orders SELECT n, n % {people}, 'O-' || md5(n::text),
                timestamptz '2024-01-01 UTC' + n * interval '61 s', (n % 90000) / 100.0 FROM {every}""",
        f"INSERT INTO items SELECT n, n, 'Ring ' || md5((n * 3)::text), 1 + n % 3, (n % 30000) / 100.0 FROM {every}",
    ]

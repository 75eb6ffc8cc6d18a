"""The copy of one person with very many rows, from claim to sealed ZIP."""

from typing import Final

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.carrying import Carried, carried
from benchmarks.base.elsewhere import in_mariadb, in_sqlite
from benchmarks.base.limits import copied
from benchmarks.base.requests import ready_to_collect
from benchmarks.base.shop import EMAIL, Database, a_brand, a_source
from requests_app.brands.models import Brand

WARM_UP: Final = 5  # rows of the first person
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
TINY: Final = (10, 20)
GOAL: Final = 3.0
PEAK: Final = 200  # MB
FLAT: Final = 1.1  # the peak may grow by so much from 10⁴ rows up
COLUMNS: Final = "id, customer_id, happened_at, kind, page, amount, note"
TABLES: Final = (
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, name text, postcode text)",
    """CREATE TABLE events (id bigint PRIMARY KEY, customer_id bigint NOT NULL, happened_at timestamptz NOT NULL,
       kind text NOT NULL, page text, amount numeric(10, 2), note text)""",
    "CREATE INDEX ON customers (lower(email))",
)
EVENTS: Final = """
INSERT INTO events SELECT {first} + n, {person}, timestamptz '2024-01-01 UTC' + n * interval '37 seconds',
       (ARRAY['visit', 'basket', 'order', 'review'])[1 + n % 4], '/jewels/' || md5(n::text) || '?from=' || n % 90,
       CASE WHEN n % 4 = 2 THEN (n % 100000) / 100.0 END,
       CASE WHEN n % 5 = 0 THEN 'Please engrave "' || substr(md5((n * 7)::text), 1, 12) || '", thank you' END
  FROM generate_series(1, {rows}) n"""


class Bundle(Benchmark):
    title = "rows of one person from PostgreSQL, claim to sealed copy, against COPY through zip -1"

    def run(self, ground: Ground) -> Result:
        sizes = (WARM_UP, *(TINY if ground.tiny else SIZES))
        shop = Database.made(ground, "bench_events", *TABLES, *_filled(sizes), "CREATE INDEX ON events (customer_id, id)")
        brand = a_brand("bench-bundle")
        a_source(brand, "events", shop.url, "events")
        measured = [_measured(brand, number, rows) for number, rows in enumerate(sizes) if number]
        query = f"SELECT {COLUMNS} FROM events WHERE customer_id = {len(sizes) - 1} ORDER BY id"
        limit = copied(shop.url, [query], ground.folder)
        self._elsewhere(ground)
        peaks = [one.peak for one in measured[1:]]
        flat = max(peaks) <= PEAK and max(peaks) <= FLAT * peaks[0]
        print(f"  peak of memory from {sizes[2]} rows up: {', '.join(f'{peak:.0f}' for peak in peaks)} MB (goal ≤ {PEAK}, flat)")
        seconds = measured[-1].seconds
        goal = f"≤ {GOAL:g} and ≤ {PEAK} MB, flat"
        return Result(seconds, limit, "s", goal, seconds <= GOAL * limit and flat)

    def _elsewhere(self, ground: Ground) -> None:
        """Report the other engines, without a goal."""
        rows = ground.size(100_000, 30)
        for engine, made in (("SQLite", in_sqlite), ("MariaDB", in_mariadb)):
            if url := made(ground, rows):
                brand = a_brand(f"bench-{engine.lower()}")
                a_source(brand, "events", url, "events")
                print(f"  {engine}:", end="")
                _measured(brand, 0, rows)
            else:
                print(f"  {engine}: not on this machine")


ENTRY = Bundle()


def _filled(sizes: tuple[int, ...]) -> list[str]:
    statements, first = [], 0
    for number, rows in enumerate(sizes):
        person = f"INSERT INTO customers VALUES ({number}, '{EMAIL.format(number)}', 'A Person', '75001')"
        statements += [person, EVENTS.format(first=first, person=number, rows=rows)]
        first += rows
    return statements


def _measured(brand: Brand, number: int, rows: int) -> Carried:
    requests = [ready_to_collect(brand, EMAIL.format(person)) for person in (0, number)]
    done = carried(*(str(dsr.pk) for dsr in requests))
    parts = ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in done.by_kind.items())
    print(f"  {rows} rows: {done.seconds:.2f} s ({parts}), peak {done.peak:.0f} MB", flush=True)
    return done

"""Small access requests, as many a minute as two processors carry: filed, verified, collected, approved by rule, sealed."""

import json
import os
import zipfile
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from time import monotonic
from typing import Final

import psycopg

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.crew import crew
from benchmarks.base.customers import Customers
from benchmarks.base.shop import Database, a_brand, a_source
from requests_app.autopilot import services as autopilot
from requests_app.autopilot.models import Mode
from requests_app.brands.models import Brand

GOAL: Final = 1000  # requests a minute
EVEN: Final = 1.2  # a request in a big shop may cost so much more than in a small one
SMALL, BIG = 10_000, 1_000_000  # customers of the systems
REQUESTS: Final = 600
WARM_UP: Final = 40
SYSTEMS: Final = {"shop": ("orders", "number"), "letters": ("mailings", "topic"), "help": ("tickets", "subject")}
LIMIT_DELAY: Final = 5.0  # seconds for which the limit is measured
MOVES: Final = 7  # commits that a request cannot do without: filed, and each of its moves


class Throughput(Benchmark):
    title = "small access requests a minute (three systems, nine records), by two worker processes, fsync on"

    def run(self, ground: Ground) -> Result:
        small, big = ground.size(SMALL, 200), ground.size(BIG, 400)
        requests, warm_up = ground.size(REQUESTS, 3), ground.size(WARM_UP, 1)
        shops = {customers: _shop(ground, customers) for customers in (small, big)}
        paces = {}
        with crew(ground.folder):
            for customers, brand in shops.items():
                emails = [_email(customers, number) for number in range(warm_up + requests)]
                Customers(brand, emails[:warm_up]).run()
                seconds = Customers(brand, emails[warm_up:]).run()
                paces[customers] = requests / seconds * 60
                print(
                    f"  {customers} customers: {requests} requests in {seconds:.1f} s, {paces[customers]:.0f} a minute", flush=True
                )
        limit = _limit(ground, small)
        even = paces[small] <= EVEN * paces[big]
        print(f"  a request among {big} customers costs {paces[small] / paces[big]:.2f} times that among {small} (goal ≤ {EVEN})")
        goal = f"≥ {GOAL} requests/min, ≤ {EVEN} times at {big} customers"
        return Result(paces[small], limit, "requests/min", goal, paces[small] >= GOAL and even)


ENTRY = Throughput()


def _shop(ground: Ground, customers: int) -> Brand:
    brand = a_brand(f"bench-{customers}")
    autopilot.choose(brand, "access", Mode.ON, one_in=100, by=None)
    for name, (table, word) in SYSTEMS.items():
        made = Database.made(
            ground, f"bench_{name}_{customers}",
            "CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL, name text, postcode text)",
            f"CREATE TABLE {table} (id bigint PRIMARY KEY, person_id bigint NOT NULL, {word} text, at timestamptz)",
            f"INSERT INTO people SELECT n, 'person-' || n || '@in-{customers}.example', 'A Person', '75001' FROM"
            f" generate_series(0, {customers} - 1) n",
            f"INSERT INTO {table} SELECT n, n / 2, 'No. ' || n, timestamptz '2024-01-01 UTC' + n * interval '1 s' FROM"
            f" generate_series(0, {customers} * 2 - 1) n",
            "CREATE INDEX ON people (lower(email))", f"CREATE INDEX ON {table} (person_id)",
        )  # fmt: skip
        a_source(brand, name, made.url, name)
    return brand


def _email(customers: int, number: int) -> str:
    return f"person-{number}@in-{customers}.example"


def _limit(ground: Ground, customers: int) -> float:
    """Return how many requests a minute two processes carry that do by hand only what cannot be left out."""
    delay = LIMIT_DELAY / 10 if ground.tiny else LIMIT_DELAY
    moves = Database.at(ground, f"bench_shop_{customers}")
    moves.run("CREATE TABLE IF NOT EXISTS moves (id bigserial PRIMARY KEY, request text, move integer)")  # before both write
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(_by_hand, [(ground, customers, number, delay) for number in range(os.cpu_count() or 1)])
    return sum(counts) / delay * 60


def _by_hand(work: tuple[Ground, int, int, float]) -> int:
    """Read nine records, write them as a ZIP in both forms with an fsync, and commit a row for each move."""
    ground, customers, worker, delay = work
    urls = {name: Database.at(ground, f"bench_{name}_{customers}").url for name in SYSTEMS}
    systems = {name: psycopg.connect(url, autocommit=True) for name, url in urls.items()}
    own = systems["shop"]
    done, end = 0, monotonic() + delay
    while monotonic() < end:
        email = _email(customers, done % customers)
        archive = BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name, system in systems.items():
                for query in _queries(name):
                    rows = system.execute(query.encode(), [email]).fetchall()
                    copy.writestr(f"{name}-{len(copy.namelist())}.json", json.dumps(rows, default=str))
                    copy.writestr(f"{name}-{len(copy.namelist())}.csv", "\n".join(",".join(map(str, row)) for row in rows))
        with (ground.folder / f"by-hand-{worker}.zip").open("wb") as file:
            file.write(archive.getvalue())
            file.flush()
            os.fsync(file.fileno())
        for move in range(MOVES):
            own.execute("INSERT INTO moves (request, move) VALUES (%s, %s)", [email, move])
        done += 1
    return done


def _queries(name: str) -> tuple[str, str]:
    table, word = SYSTEMS[name]
    person = "SELECT id, email, name, postcode FROM people WHERE lower(email) = %s"
    others = f"SELECT o.id, o.person_id, o.{word}, o.at FROM {table} o JOIN people p ON p.id = o.person_id"
    return person, f"{others} WHERE lower(p.email) = %s"

"""A million requests, 50,000 of them open: what an officer's pages take inside the product, and how many queries."""

import json
import os
import subprocess
import sys
from time import perf_counter
from typing import Final

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.shop import Database

MANY, OPEN, RECORDS = 1_000_000, 50_000, 1_000_000
SIZE: Final = "DSAR_BENCH_REQUESTS"  # another number of requests than a million; one in twenty of them is open
TIMES: Final = 60  # showings of each page
QUERIES: Final = 8
LIMITS: Final = {
    "queue": 80,
    "filtered": 80,
    "search": 80,
    "request": 80,
    "record": 150,
    "workload": 300,
    "reports": 300,
    "answered": 80,
    "to decide": 80,
}
COUNTED: Final = ("queue", "filtered", "search", "request", "answered", "to decide")


class Queue(Benchmark):
    title = "an officer's pages among a million requests, 50,000 of them open, ten shops"

    def run(self, ground: Ground) -> Result:
        database = Database.made(ground, "bench_queue")
        many = ground.size(int(os.environ.get(SIZE, MANY)), 200)
        opened = many // 20 if not ground.tiny else 100
        records = ground.size(min(RECORDS, many), 100)
        _python(database, "manage.py", "migrate", "--verbosity=0")
        began = perf_counter()
        _python(database, "-m", "benchmarks.base.desk", "fill", str(many), str(opened), str(records))
        database.settle()
        print(f"  {many} requests, {opened} open, filled in {perf_counter() - began:.0f} s", flush=True)
        measured = _python(database.as_app(), "-m", "benchmarks.base.desk", "measure", str(ground.size(TIMES, 2)))
        said = json.loads(measured.splitlines()[-1])
        worst = 0.0
        for name, limit in LIMITS.items():
            ms, queries = said[name]["ms"], int(said[name]["queries"])
            worst = max(worst, ms / limit)
            print(f"  {name}: p95 {ms:.0f} ms, limit {limit} ms, ratio {ms / limit:.2f}; {queries} queries", flush=True)
        most = max(int(said[name]["queries"]) for name in COUNTED)
        met = (worst <= 1 or ground.tiny) and most <= QUERIES
        return Result(worst, 1, "times", f"each page ≤ its limit, ≤ {QUERIES} queries each ({most})", met)


ENTRY = Queue()


def _python(database: Database, *command: str) -> str:
    """Run a command of the product in a process of its own, in `database`."""
    environment = os.environ | {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.url}
    return subprocess.run([sys.executable, *command], check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout

"""The plan of one person with very many records, under twelve duties."""

from time import perf_counter
from typing import Final

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.erasures import config_of, judge, shop_with, whom
from requests_app.connectors.erasing import digest_of
from requests_app.connectors.sql import ENTRY as SQL

SIZES: Final = (1_000, 100_000)  # the first warms up
GOAL: Final = 5.0  # seconds


class Plan(Benchmark):
    title = "the plan of one person with 10⁵ records in PostgreSQL and its digest, under twelve duties"

    def run(self, ground: Ground) -> Result:
        seconds = 0.0
        for records in (10, 20) if ground.tiny else SIZES:
            shop = shop_with(ground, "bench_planning", 1, records)
            began = perf_counter()
            digest_of(SQL.plan(config_of(shop), whom(0), judge))
            seconds = perf_counter() - began
            print(f"  {records} records: {seconds:.2f} s", flush=True)
        return Result(seconds, GOAL, "s", f"≤ {GOAL:g} s", seconds <= GOAL)


ENTRY = Plan()

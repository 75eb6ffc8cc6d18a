"""Erasing one person with very many records, from plan to proof."""

from time import perf_counter
from typing import Final

import psycopg

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.erasures import by_hand, config_of, judge, peak, read, shop_with, whom, written
from benchmarks.base.shop import Database
from requests_app.connectors.erasing import digest_of
from requests_app.connectors.sql import ENTRY as SQL

SIZES: Final = (1_000, 10_000, 100_000)  # the first warms up
TINY: Final = (10, 20, 30)
ROUNDS: Final = 3
GOAL: Final = 2.0
GROWTH: Final = 30.0  # MB by which the peak may grow from 10⁴ to 10⁵ records


class Erase(Benchmark):
    title = "records of one person in PostgreSQL, plan to proof, against statements written by hand and one reading back"

    def run(self, ground: Ground) -> Result:
        peaks, seconds, limits = [], [0.0], [0.0]
        for records in TINY if ground.tiny else SIZES:
            shop = shop_with(ground, "bench_erasing", 2 * ROUNDS, records)
            pairs = [(_timed(ground, shop, 2 * number), _timed_by_hand(shop, 2 * number + 1)) for number in range(ROUNDS)]
            seconds.append(min(one for one, _ in pairs))
            limits.append(min(other for _, other in pairs))
            peaks.append(peak())
            print(f"  {records} records: {seconds[-1]:.2f} s, by hand {limits[-1]:.2f} s, peak {peaks[-1]:.0f} MB", flush=True)
        flat = peaks[-1] - peaks[-2] <= GROWTH
        met = flat and all(one <= GOAL * other for one, other in zip(seconds[2:], limits[2:], strict=True))
        return Result(seconds[-1], limits[-1], "s", f"≤ {GOAL:g} at 10⁴ and 10⁵, memory flat", met)


ENTRY = Erase()


def _timed(ground: Ground, shop: Database, person: int) -> float:
    shop.settle()
    config, file = config_of(shop), ground.folder / "planned"
    began = perf_counter()
    digest = digest_of(written(SQL.plan(config, whom(person), judge), file))
    planned = perf_counter()
    receipts = list(SQL.erase(config, whom(person), judge, digest))
    erased = perf_counter()
    if list(SQL.remaining(config, read(file))):
        raise SystemExit("Something that was planned has not happened.")
    ended = perf_counter()
    told = f"plan {planned - began:.2f}, run {erased - planned:.2f}, proof {ended - erased:.2f}"
    print(f"    {sum(one.records for one in receipts)} records in {len(receipts)} sets: {told}", flush=True)
    return ended - began


def _timed_by_hand(shop: Database, person: int) -> float:
    shop.settle()
    with psycopg.connect(shop.url, autocommit=True) as connection:
        began = perf_counter()
        by_hand(connection, person)
        return perf_counter() - began

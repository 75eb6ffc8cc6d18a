"""Whether somebody who times answers can tell known addresses from unknown ones (T-1.02, T-6.05).

The figure is how far from one half the area under the ROC curve lies: the chance that an answer for a known address took
longer than one for an unknown address. Half is no knowledge. The limit is the same figure for unknown against unknown.
"""

import os
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Final

from django.conf import settings

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.doors import CONTROL, DOORS, Times, addresses, know, measure
from benchmarks.base.shop import a_brand

GOAL: Final = 0.03
SEEN: Final = 0.10  # how far from one half the control must lie, else the figure is void
KNOWN: Final = 1000  # addresses that are known, and half of those that are not
SIZE: Final = "DSAR_BENCH_ADDRESSES"  # another number of known addresses
SEED: Final = "DSAR_BENCH_SEED"


class Enumeration(Benchmark):
    title = "how far answers for known and unknown addresses can be told apart by their time, at the door where it is easiest"

    def run(self, ground: Ground) -> Result:
        settings.PORTAL_FILL_DELAY = -1  # nobody types here
        seed = int(os.environ.get(SEED, "1"))
        draw, brand = random.Random(seed), a_brand("bench-doors")  # noqa: S311  # an order, no secret
        known, began = addresses("known", ground.size(int(os.environ.get(SIZE, KNOWN)), 3)), perf_counter()
        know(brand, known)
        print(f"  {len(known)} people made known in {perf_counter() - began:.0f} s; seed {seed}", flush=True)
        told = _apart(CONTROL.name, measure(CONTROL, brand, known, draw))
        figure = limit = 0.0
        for door in DOORS:
            times = measure(door, brand, known, draw)
            figure = max(figure, _apart(door.name, times))
            limit = max(limit, abs(area(times.unknown, times.others) - 0.5))
        if void := told < SEEN:
            print(f"  void: the control, which works longer for whom it knows, is not told apart by {SEEN}")
        goal = f"≤ {GOAL} at every door, control ≥ {SEEN} ({told:.2f})"
        return Result(figure, limit, "off-half", goal, ground.tiny or (figure <= GOAL and not void))


ENTRY = Enumeration()


def area(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the chance that one of `ones` is larger than one of `others`; of two equals each is so half the time."""
    inorder = sorted(others)
    return sum(bisect_left(inorder, one) + bisect_right(inorder, one) for one in ones) / 2 / len(ones) / len(others)


def _apart(name: str, times: Times) -> float:
    told = area(times.known, [*times.unknown, *times.others])
    ms = [median(lot) * 1000 for lot in (times.known, [*times.unknown, *times.others])]
    noise = area(times.unknown, times.others)
    print(f"  {name}: area {told:.3f}, unknown against unknown {noise:.3f}; median {ms[0]:.2f} and {ms[1]:.2f} ms", flush=True)
    return abs(told - 0.5)

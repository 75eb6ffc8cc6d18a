"""A trail of a million events, sealed and exported, and verified by the one file that knows nothing of the product."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.base import Benchmark, Ground, Result
from benchmarks.base.shop import Database

GOAL: Final = 60e-6  # seconds an event: a million in a minute
EVENTS: Final = 1_000_000
# Written by the database at once; so they bear no marks, as events from before there were any.
_FILL: Final = """
INSERT INTO requests_app_auditevent (action, dsr_id, actor_kind, actor_name, facts)
SELECT 'step.done', gen_random_uuid(), 'system', 'system',
       jsonb_build_object('step', n, 'attempt', 1, 'kind', 'collection.pull', 'systems', jsonb_build_array('orders', 'marketing'))
  FROM generate_series(1, {many}) n"""


class Seal(Benchmark):
    title = "a million events of the audit trail, verified by tools/verify.py, against hashing each line of the same file once"

    def run(self, ground: Ground) -> Result:
        many = ground.size(EVENTS, 600)
        database, anchors, file = (
            Database.made(ground, "bench_seal"),
            ground.folder / "anchors.jsonl",
            ground.folder / "trail.jsonl",
        )
        _python(database, anchors, "manage.py", "migrate", "--verbosity=0")
        database.run(_FILL.format(many=many), "VACUUM ANALYZE requests_app_auditevent")
        for deed, command in (("sealed", ("seal",)), ("exported", ("export", str(file)))):
            began = perf_counter()
            _python(database, anchors, "manage.py", "trail", *command)
            print(f"  {many} events {deed} in {perf_counter() - began:.1f} s", flush=True)
        began = perf_counter()
        said = _python(database, anchors, "tools/verify.py", "trail", str(file), "--anchors", str(anchors))
        seconds = perf_counter() - began
        print(f"  {said.splitlines()[0]}")
        limit = _hashed(file)
        met = said.startswith(f"GOOD: {many} events") and (ground.tiny or seconds <= GOAL * many)
        return Result(seconds, limit, "s", f"≤ {GOAL * 1e6:.0f} s for a million", met)


ENTRY = Seal()


def _hashed(file: Path) -> float:
    began = perf_counter()
    with file.open("rb") as lines:
        for line in lines:
            sha256(line).digest()
    return perf_counter() - began


def _python(database: Database, anchors: Path, *command: str) -> str:
    """Run a command in a process of its own, in `database`."""
    told = {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.url, "DSAR_ANCHOR_FILE": str(anchors)}
    return subprocess.run([sys.executable, *command], check=True, env=os.environ | told, stdout=subprocess.PIPE, text=True).stdout

"""`python -m benchmarks.base [NAME …] [--tiny]`: run those benchmarks, or all; the exit code is 0 when every goal was met."""

import os
import sys
from pathlib import Path

import django

from benchmarks.base import Benchmark, Ground
from requests_app.catalogue import load


def main(words: list[str]) -> int:
    django.setup()
    known = load("benchmarks", Benchmark)  # type: ignore[type-abstract]
    if unknown := [word for word in words if word.startswith("-") and word != "--tiny"]:
        print(
            f"{unknown[0]} is no option. Name benchmarks, or none for all of them: {', '.join(known)}; --tiny: only try them.",
            file=sys.stderr,
        )
        return 2
    names = [word for word in words if not word.startswith("--")] or list(known)
    if strangers := [name for name in names if name not in known]:
        print(f"There is no benchmark {strangers[0]!r}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    ground = Ground(
        admin=os.environ["DSAR_BENCH_ADMIN_URL"], folder=Path(os.environ["DSAR_BENCH_FOLDER"]),
        mariadb=os.environ.get("DSAR_BENCH_MARIADB_URL", ""), tiny="--tiny" in words,
    )  # fmt: skip
    return max(_measured(name, known[name], ground) for name in names)


def _measured(name: str, benchmark: Benchmark, ground: Ground) -> int:
    print(f"— {name}: {benchmark.title}", flush=True)
    print(f"  load of the machine before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors", flush=True)
    result = benchmark.run(ground)
    print(result.line(name), flush=True)
    return 0 if result.met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

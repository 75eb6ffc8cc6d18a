"""Requests in a worker's hands: `python -m benchmarks.base.carrying REQUEST …` runs their steps and says what the last one cost.

A process of its own, so that its peak of memory is that of a worker that carries such a request. What comes before the last
one warms it up: a worker in service has its templates and descriptions read.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import django

STEPS: Final = ("collection.pull", "journey.follow", "bundle.build")


@dataclass(frozen=True, slots=True)
class Carried:
    """Seconds from claim to sealed copy, of which by kind of step, and the process's peak of memory in MB."""

    seconds: float
    peak: float
    by_kind: dict[str, float]


def carried(*requests: str) -> Carried:
    """Carry `requests`, which are being collected, one after the other to their sealed copies in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.base.carrying", *requests]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    return Carried(**json.loads(done.stdout.splitlines()[-1]))


def main(requests: list[str]) -> None:
    django.setup()
    by_kind: dict[str, float] = {}
    for request in requests:
        by_kind = _carry(request)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": sum(by_kind.values()), "peak": peak, "by_kind": by_kind}))


def _carry(request: str) -> dict[str, float]:
    from requests_app.ledger.claims import claim
    from requests_app.ledger.models import Step
    from requests_app.ledger.services import run
    from requests_app.values import Actor
    from requests_app.workflow.models import SubjectRequest
    from requests_app.workflow.services import Move, State, advance

    by_kind: dict[str, float] = {}
    while (dsr := SubjectRequest.objects.get(pk=request)).stage != State.ANSWERED:
        if dsr.stage == State.REVIEWING:
            advance(dsr, Move.APPROVE, by=Actor("officer", "officer:1"))
        step = Step.objects.filter(dsr=dsr, state="due", kind__in=STEPS).order_by("pk").first()
        taken = claim(step.pk) if step else None
        if taken is None:
            raise SystemExit(f"The request stopped as {dsr.stage}.")
        began = perf_counter()
        run(taken)
        by_kind[taken.step.kind] = by_kind.get(taken.step.kind, 0.0) + perf_counter() - began
    return by_kind


if __name__ == "__main__":
    main(sys.argv[1:])

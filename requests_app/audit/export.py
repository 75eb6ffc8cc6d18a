"""The trail as lines of JSON, for a verifier that knows nothing of this product (`tools/verify.py`)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from requests_app.audit import entries, heads
from requests_app.audit.models import TrailSeal

FORMAT: Final = "dsar-trail/1"
_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def lines(made_at: datetime) -> Iterator[str]:
    """Yield the trail of one moment, a line each: events by their places, each seal after its last, then what is not sealed."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
        for line in told(made_at):
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def told(made_at: datetime) -> Iterator[Mapping[str, Any]]:
    yield {"trail": FORMAT, "made_at": made_at.isoformat()}
    counted = {"leaves": 0, "seals": 0, "unsealed": 0}
    for kind, line in _every():
        counted[kind] += 1
        yield line
    yield {"end": counted}


def _every() -> Iterator[tuple[str, Mapping[str, Any]]]:
    seals = TrailSeal.objects.order_by("size").iterator(chunk_size=entries.AT_ONCE)
    seal = next(seals, None)
    for leaf in entries.sealed():
        yield "leaves", {"leaf": leaf.place, "event": leaf.event, "hash": leaf.digest, "entry": leaf.text}
        while seal and seal.size <= leaf.place + 1:
            yield "seals", {"seal": heads.of(seal).told()}
            seal = next(seals, None)
    while seal:
        yield "seals", {"seal": heads.of(seal).told()}
        seal = next(seals, None)
    yield from _unsealed()


def _unsealed() -> Iterator[tuple[str, Mapping[str, Any]]]:
    after = 0
    while some := entries.unsealed(after):
        for one in some:
            yield "unsealed", {"unsealed": one.event, "entry": one.text}
        after = some[-1].event

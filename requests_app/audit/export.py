"""The trail as lines of JSON, for a verifier that knows nothing of this product (`tools/verify.py`)."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from requests_app.audit import entries, heads
from requests_app.audit.models import TrailSeal, TrailStamp

FORMAT: Final = "dsar-trail/1"
_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
Line = tuple[str, Mapping[str, Any]]
_NONE: Final[tuple[int, Sequence[Line]]] = (0, ())


def lines(made_at: datetime) -> Iterator[str]:
    """Yield the trail of one moment, a line each: events by their places, each seal after its last, then what is not sealed.

    After a seal comes the time stamp on its head, if there is one: what was stamped, and the token in base64.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
        for line in told(made_at):
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def told(made_at: datetime) -> Iterator[Mapping[str, Any]]:
    yield {"trail": FORMAT, "made_at": made_at.isoformat()}
    counted = {"leaves": 0, "seals": 0, "stamps": 0, "unsealed": 0}
    for kind, line in _every():
        counted[kind] += 1
        yield line
    yield {"end": counted}


def _every() -> Iterator[Line]:
    seals = _seals()
    size, lines = next(seals, _NONE)
    for leaf in entries.sealed():
        yield "leaves", {"leaf": leaf.place, "event": leaf.event, "hash": leaf.digest, "entry": leaf.text}
        while lines and size <= leaf.place + 1:
            yield from lines
            size, lines = next(seals, _NONE)
    while lines:
        yield from lines
        size, lines = next(seals, _NONE)
    yield from _unsealed()


def _seals() -> Iterator[tuple[int, Sequence[Line]]]:
    """Yield the size of each seal and its line, with that of the time stamp on its head if there is one."""
    token = Subquery(TrailStamp.objects.filter(size=OuterRef("size")).values("token"))
    for seal in TrailSeal.objects.annotate(token=token).order_by("size").iterator(chunk_size=entries.AT_ONCE):
        head = heads.of(seal)
        lines: list[Line] = [("seals", {"seal": head.told()})]
        if seal.token:
            lines.append(("stamps", {"stamp": {"head": head.text().decode(), "token": b64encode(seal.token).decode()}}))
        yield seal.size, lines


def _unsealed() -> Iterator[Line]:
    after = 0
    while some := entries.unsealed(after):
        for one in some:
            yield "unsealed", {"unsealed": one.event, "entry": one.text}
        after = some[-1].event

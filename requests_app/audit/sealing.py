"""The sealer: gives committed events their places in the tree and signs the new head.

Events are written freely, in the transaction of their deed, and wait for nobody; one sealer at a time takes those that
have no leaf yet. An event may be committed long after one with a higher number: the quick look goes back to what was
sealed an hour ago, the whole look through everything.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

import structlog
from django.db import connection, transaction

from requests_app.audit import entries, heads
from requests_app.audit.entries import Entry
from requests_app.audit.heads import Head
from requests_app.audit.models import AuditEvent, TrailLeaf, TrailNode, TrailSeal
from requests_app.audit.services import record
from requests_app.audit.signing import bears_its_mark
from requests_app.audit.tree import EMPTY, Growing, Range, hash_of, leaf_hash, node_hash, parts, split
from requests_app.values import SYSTEM

AT_ONCE: Final = entries.AT_ONCE  # events of one transaction
KEPT: Final = 8  # from this height on, complete parts are kept; what is below is at most 256 leaves, hashed anew
_LOCK: Final = 7_162_9162
_TRY: Final = "SELECT pg_try_advisory_xact_lock(%s)"
_WAIT: Final = "SELECT pg_advisory_xact_lock(%s) IS NOT NULL"
_FLOOR: Final = """
SELECT coalesce((SELECT last_event FROM requests_app_trailseal WHERE at < clock_timestamp() - interval '1 hour'
                  ORDER BY size DESC LIMIT 1), 0)"""
_LEAVES: Final = """
INSERT INTO requests_app_trailleaf (place, event, hash)
SELECT %s + n - 1, event, hash FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS one(event, hash, n)"""
_NODES: Final = """
INSERT INTO requests_app_trailnode (height, place, hash) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])"""
_NOW: Final = "SELECT greatest(clock_timestamp(), (SELECT max(at) FROM requests_app_trailseal WHERE size = %s))"
log = structlog.get_logger(__name__)


def seal(*, whole: bool = False, wait: bool = False) -> int:
    """Seal all that is committed and has no leaf; return how many events that were.

    `whole`: look through everything instead of what came since about an hour ago. `wait`: let another sealer finish
    first, instead of leaving the work to it.
    """
    sealed = 0
    while some := _seal_some(whole=whole, wait=wait):
        sealed += some
        if some < AT_ONCE:
            break
    return sealed


@transaction.atomic
def _seal_some(*, whole: bool, wait: bool) -> int:
    """Seal one lot, whole or not at all: whoever kills the sealer here leaves the tree as it was."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT if wait else _TRY, [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FLOOR)
        (floor,) = cursor.fetchone()
    taken = entries.unsealed(0 if whole else floor, AT_ONCE)
    if taken:
        last = TrailSeal.objects.order_by("-size").first()
        _tell_of_changed_ones(taken)
        _grow(taken, last)
    return len(taken)


def _grow(taken: Sequence[Entry], last: TrailSeal | None) -> None:
    size, root = (last.size, bytes(last.root)) if last else (0, EMPTY)
    between = reading()
    growing = Growing(size, [between(*part) for part in parts(size)])
    hashes = [leaf_hash(one.text.encode()) for one in taken]
    nodes = [node for one in hashes for node in growing.add(one) if node[0] >= KEPT]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [size, [one.event for one in taken], hashes])
        if nodes:
            cursor.execute(_NODES, [list(column) for column in zip(*nodes, strict=True)])
        cursor.execute(_NOW, [size])
        (at,) = cursor.fetchone()
    _keep(heads.signed(growing.size, growing.root(), at, (size, root)), at, max(last.last_event if last else 0, taken[-1].event))


def _keep(head: Head, at: datetime, last_event: int) -> None:
    TrailSeal.objects.create(
        size=head.size, root=bytes.fromhex(head.root), at=at, previous_size=head.previous_size, key=head.key,
        previous_root=bytes.fromhex(head.previous_root), signature=bytes.fromhex(head.signature), last_event=last_event,
    )  # fmt: skip


def _tell_of_changed_ones(taken: Sequence[Entry]) -> None:
    """Write down which events do not bear the mark of what they say: they were changed, or put in, before they were sealed.

    Events from before there were marks bear none; none comes after one that does.
    """
    said = {one.event: one.says for one in taken}
    bare = [event for event, told in said.items() if not told["mark"]]
    first = AuditEvent.objects.filter(mark__isnull=False).order_by("pk").values_list("pk", flat=True).first() if bare else None
    wrong = [event for event in bare if first is not None and event > first]
    wrong += [event for event, told in said.items() if told["mark"] and not bears_its_mark(told)]
    for event in wrong:
        log.error("trail_event_without_its_mark", audit_event=event)
        record("trail.mark_wrong", by=SYSTEM, event=event)


def reading() -> Range:
    """Return what gives the hash of the leaves from one number to before another, from what is kept; it reads nothing twice."""
    leaves = cache(_leaves)

    @cache
    def between(start: int, end: int) -> bytes:
        width = end - start
        if width.bit_count() == 1 and width >= 1 << KEPT and not start % width:
            height = width.bit_length() - 1
            return bytes(TrailNode.objects.values_list("hash", flat=True).get(height=height, place=start >> height))
        if width <= 1 << KEPT:
            first = start >> KEPT << KEPT
            return hash_of(leaves(first)[start - first : end - first])
        middle = start + split(width)
        return node_hash(between(start, middle), between(middle, end))

    return between


def _leaves(first: int) -> list[bytes]:
    found = TrailLeaf.objects.filter(place__gte=first, place__lt=first + (1 << KEPT))
    return [bytes(one) for one in found.values_list("hash", flat=True)]

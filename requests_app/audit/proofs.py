"""What can be proven of events to somebody who has nothing of this product: that they are in a tree, and that trees continue."""

from collections.abc import Sequence
from typing import Any, Final

from requests_app.audit import entries, heads
from requests_app.audit.models import TrailLeaf, TrailSeal
from requests_app.audit.sealing import reading, seal
from requests_app.audit.tree import consistency, inclusion

FORMAT: Final = "dsar-trail-proofs/1"
CONTINUES: Final = "dsar-trail-continues/1"


class NotSealed(Exception):
    """Events have no place in the tree: they are not committed yet, or never were."""


def proven(events: Sequence[int]) -> dict[str, Any]:
    """Return the newest head, and for each of `events` its entry, its place and the hashes that lead to that head.

    Seals first what waits, so that nobody waits for the clock.

    Raises:
        NotSealed: one of them has no place yet.
    """
    seal(wait=True)
    told = known(events)
    if told is None or len(told["proofs"]) < len(set(events)):
        raise NotSealed
    return told


def known(events: Sequence[int]) -> dict[str, Any] | None:
    """Return the same of those of `events` that are sealed already, and wait for nobody; None while there is no head at all."""
    head = heads.latest()
    if head is None:
        return None
    between = reading()
    places = dict(TrailLeaf.objects.filter(event__in=events, place__lt=head.size).values_list("event", "place"))
    return {
        "format": FORMAT,
        "head": head.told(),
        "proofs": [
            {"entry": entries.text_of(event), "place": place, "path": [one.hex() for one in inclusion(place, head.size, between)]}
            for event, place in sorted(places.items(), key=lambda one: one[1])
        ],
    }


def continues(first: int, second: int) -> dict[str, Any]:
    """Return the heads of two sizes, and the hashes by which the second tree begins with the first.

    Raises:
        TrailSeal.DoesNotExist: no head of that size was sealed.
    """
    told = {name: heads.of(TrailSeal.objects.get(size=size)).told() for name, size in (("first", first), ("second", second))}
    return {"format": CONTINUES} | told | {"path": [one.hex() for one in consistency(first, second, reading())]}

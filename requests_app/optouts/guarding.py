"""Whoever is on the list is reached by no system, whatever an import brings: looked for by digests, switched off again."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from django.db import transaction

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel, Stopped, Suppressor
from requests_app.emails import NotAnAddress
from requests_app.ledger.services import enqueue
from requests_app.optouts import register
from requests_app.optouts.digests import NotANumber, digest_of
from requests_app.optouts.models import Suppression
from requests_app.sources import services as sources
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Claim, Identity, Side

_AT_ONCE: Final = 2000
_QUARTER: Final = 900  # seconds in which many clicks lead to one look


def switched_off(source: Source, identity: Identity, channels: Collection[str]) -> Iterator[Stopped]:
    """Switch off in one system, and read it back.

    Raises:
        SourceFault: it did not work.
    """
    able = suppressor(source)
    if able is not None:
        yield from able.suppress(sources.writing_config(source), identity, [Channel(one) for one in channels])


def suppressor(source: Source) -> Suppressor | None:
    """Return what switches off at `source`; None where a person does: it cannot, or it has no account that may."""
    able = sources.connector(source)
    return able if isinstance(able, Suppressor) and source.erase_secret else None


def guard(source: Source, *, hold: Callable[[], object]) -> int:
    """Switch off whom `source` would reach although they are on the list; return how many addresses that were.

    Raises:
        SourceFault: the system did not answer.
    """
    able = suppressor(source)
    if able is None or not Suppression.objects.filter(brand=source.brand, lifted_at=None).exists():
        return 0
    found: dict[Claim, set[Channel]] = {}
    reached = able.reached(sources.writing_config(source))
    while some := list(islice(reached, _AT_ONCE)):
        hold()
        for channel, claim in _refused(source.brand, some):
            found.setdefault(claim, set()).add(channel)
    for claim, channels in found.items():
        hold()
        list(able.suppress(sources.writing_config(source), Identity((claim,)), sorted(channels)))
    if found:
        record("suppression.guarded", by=SYSTEM, brand=source.brand.slug, source=source.name, addresses=len(found))
    return len(found)


@transaction.atomic
def guard_everywhere(today: str) -> int:
    """Write down that every system with an account for it is looked at, once a day; return how many."""
    able = [source for source in Source.objects.searched().exclude(erase_secret="") if suppressor(source)]
    for source in able:
        enqueue("optouts.guard", key=f"guard:{source.pk}:{today}", source=source)
    return len(able)


@transaction.atomic
def guard_soon(brand: Brand, moment: int) -> None:
    """Have the systems of `brand` looked at within a quarter of an hour; `moment` is in seconds."""
    quarter = moment // _QUARTER
    for source in Source.objects.searched().of(brand, Side.CUSTOMERS).exclude(erase_secret=""):
        if suppressor(source):
            delay = (quarter + 1) * _QUARTER - moment
            enqueue("optouts.guard", key=f"guard:{source.pk}:soon:{quarter}", source=source, delay=delay)


def _refused(brand: Brand, some: Iterable[tuple[Channel, Claim]]) -> Iterator[tuple[Channel, Claim]]:
    """Yield those of some addresses that are on the list."""
    by_channel: dict[Channel, dict[bytes, list[Claim]]] = {}
    for channel, claim in some:
        try:
            by_channel.setdefault(channel, {}).setdefault(digest_of(brand, claim), []).append(claim)
        except (NotAnAddress, NotANumber, KeyError):
            continue
    for channel, known in by_channel.items():
        for digest in register.refused_among(brand, channel, known.keys()):
            yield from ((channel, claim) for claim in known[digest])

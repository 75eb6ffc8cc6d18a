"""The one list of refusals of a shop: who is on it for which channel, by keyed digests. It outlives requests and erasures."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.optouts.models import Door, Suppression
from requests_app.values import Actor

_ADD = """
INSERT INTO requests_app_suppression (brand_id, channel, digest, door, since)
SELECT %(brand)s, c, d, %(door)s, now() FROM unnest(%(channels)s::text[]) AS c, unnest(%(digests)s::bytea[]) AS d
    ON CONFLICT (brand_id, digest, channel)
    DO UPDATE SET lifted_at = NULL, since = now(), door = EXCLUDED.door
        WHERE requests_app_suppression.lifted_at IS NOT NULL"""


@transaction.atomic
def add(brand: Brand, digests: Iterable[bytes], channels: Collection[Channel], *, door: Door, by: Actor) -> int:
    """Put digests on the list for each of `channels`; return how many entries are new. What stands there already stays."""
    codes = [one.value for one in channels]
    values: dict[str, Any] = {"brand": brand.pk, "door": door.value, "channels": codes, "digests": list(digests)}
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
        new = int(cursor.rowcount)
    if new:
        record("suppression.added", by=by, brand=brand.slug, door=door.value, channels=sorted(codes), entries=new)
    return new


@transaction.atomic
def lift(brand: Brand, digest: bytes, channels: Collection[Channel], *, by: Actor) -> int:
    """Take an address off the list, because the person agreed anew since; return how many entries that were."""
    found = Suppression.objects.filter(brand=brand, digest=digest, channel__in=list(channels), lifted_at=None)
    lifted = found.update(lifted_at=Now())
    if lifted:
        record("suppression.lifted", by=by, brand=brand.slug, channels=sorted(one.value for one in channels), entries=lifted)
    return lifted


def channels_refused(brand: Brand, digest: bytes) -> tuple[Channel, ...]:
    """Return the channels for which nobody may use the address with this digest; none where it is not on the list."""
    found = Suppression.objects.filter(brand=brand, digest=digest, lifted_at=None).values_list("channel", flat=True)
    return tuple(one for one in Channel if one in set(found))


def is_suppressed(brand: Brand, digest: bytes, channel: Channel) -> bool:
    return channel in channels_refused(brand, digest)


def refused_among(brand: Brand, channel: Channel, digests: Collection[bytes]) -> frozenset[bytes]:
    """Return those of `digests` that are on the list for `channel`."""
    found = Suppression.objects.filter(brand=brand, channel=channel, digest__in=list(digests), lifted_at=None)
    return frozenset(bytes(one) for one in found.values_list("digest", flat=True))


def entries(brand: Brand) -> Iterator[tuple[str, str]]:
    """Yield all that stands on the list, as channel and hexadecimal digest, in order."""
    found = Suppression.objects.filter(brand=brand, lifted_at=None).order_by("channel", "digest")
    for channel, digest in found.values_list("channel", "digest").iterator(chunk_size=5000):
        yield channel, bytes(digest).hex()

"""Counting what comes from one place, in one statement, for every process together: docs/decisions/006."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.db import connection
from django.db.models.functions import Now

from requests_app.intake.models import Tally
from requests_app.keys.crypto import keyed_index

_COUNT = """
INSERT INTO requests_app_tally AS known (name, began_at, count) VALUES (%(name)s, now(), 1)
ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN known.began_at < now() - make_interval(secs => %(within)s) THEN 1 ELSE known.count + 1 END,
    began_at = CASE WHEN known.began_at < now() - make_interval(secs => %(within)s) THEN now() ELSE known.began_at END
RETURNING count"""


def counted(kind: str, who: str, *, within: timedelta) -> int:
    """Count one more of `kind` from `who`; return how many there were in the running window, this one among them."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"name": keyed_index(f"tally:{kind}", who), "within": within.total_seconds()})
        (count,) = cursor.fetchone()
    return int(count)


def running(kind: str, who: str, *, within: timedelta) -> tuple[int, datetime] | None:
    """Return how many of `kind` came from `who` in the running window, and when that began; counts none."""
    found = Tally.objects.filter(name=keyed_index(f"tally:{kind}", who), began_at__gte=Now() - within)
    return found.values_list("count", "began_at").first()


def network(address: str) -> str:
    """Return the network that one customer of a provider has: the IPv4 address, of IPv6 the /64."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped) if known.ipv4_mapped else known.exploded[:19]
    return str(known)


def tidy() -> None:
    """Forget counts that nobody asks for any more."""
    Tally.objects.filter(began_at__lt=Now() - timedelta(days=2)).delete()

"""The emergency stop: of one system, or of all erasures of a brand. It holds before the next effect, until somebody lifts it."""

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.officers.models import Officer
from requests_app.sources.models import Source, Stop


class StandsAlready(Exception):
    """Somebody stopped it before."""


class NotStanding(Exception):
    """Somebody has lifted it before."""


@transaction.atomic
def place(brand: Brand, source: Source | None, *, reason: str, by: Officer) -> Stop:
    """Stop `source`, or without one every erasure of `brand`.

    Raises:
        StandsAlready: it is stopped.
    """
    Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
    if Stop.objects.standing().filter(brand=brand, source=source).exists():
        raise StandsAlready
    stop = Stop.objects.create(brand=brand, source=source, reason=reason, placed_by=by)
    record("stop.placed", by=by.actor, brand=brand.slug, source=source.name if source else "", stop=stop.pk)
    return stop


@transaction.atomic
def lift(stop: Stop, *, reason: str, by: Officer) -> None:
    """Let what was stopped go on; what waits for it comes back by itself.

    Raises:
        NotStanding: it was lifted.
    """
    standing = Stop.objects.standing().filter(pk=stop.pk)
    if not standing.update(lifted_at=Now(), lifted_by=by, lifted_because=reason):
        raise NotStanding
    record("stop.lifted", by=by.actor, brand=stop.brand.slug, source=stop.source.name if stop.source else "", stop=stop.pk)

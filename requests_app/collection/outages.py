"""Systems that keep failing: their officers are told once, and what nobody waits for is tried all the same."""

from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.ledger.models import OPEN, Step
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.sources.models import Source, Stop
from requests_app.values import SYSTEM, Side


def watch() -> None:
    """Look after the paused systems. Running twice at once does nothing twice."""
    for pk in Source.objects.searched().filter(paused_at__isnull=False, told_at=None).values_list("pk", flat=True):
        tell(pk)
    for source in _untried():
        enqueue("collection.check", key=f"trial:{source.pk}:{uuid4()}", source=source)


@transaction.atomic
def tell(pk: int) -> int:
    """Write to every officer of a paused system, once for each pause; return to how many."""
    source = Source.objects.select_for_update(no_key=True, of=("self",)).select_related("brand").get(pk=pk)
    if source.paused_at is None or source.told_at is not None:
        return 0
    Source.objects.filter(pk=pk).update(told_at=Now())
    record("source.paused", by=SYSTEM, brand=source.brand.slug, source=source.name, code=source.last_fault)
    officers = Officer.objects.filter(policy.answering_for(source.brand, Side(source.side))).distinct()
    for officer in officers:
        key = f"paused:{source.pk}:{source.paused_at:%Y%m%d%H%M%S%f}:{officer.pk}"
        enqueue("collection.tell_paused", key=key, source=source, officer=officer.pk)
    return len(officers)


def waiting(source: Source) -> int:
    """Return how many pieces of work wait until `source` answers again."""
    return Step.objects.filter(source=source, state__in=OPEN, error__in=("resting", "stopped")).count()


def _untried() -> list[Source]:
    """Return the paused systems whose rest is over and for which nothing waits that would try them."""
    open_steps = Step.objects.filter(source=OuterRef("pk"), state__in=OPEN)
    stopped = Stop.objects.standing().filter(source=OuterRef("pk"))
    rested = Q(resting_until=None) | Q(resting_until__lte=Now())
    paused = Source.objects.searched().filter(rested, paused_at__isnull=False)
    return list(paused.exclude(Exists(open_steps)).exclude(Exists(stopped)))

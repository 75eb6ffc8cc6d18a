"""What an officer does about a value that did not change by itself: by hand, not at all, or once more."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.changes.models import Deed, Entry, Stand
from requests_app.changes.proposing import NotOpen
from requests_app.changes.running import ask_run, settle
from requests_app.errands import services as errands
from requests_app.errands.models import Errand
from requests_app.officers.models import Officer
from requests_app.values import Actor
from requests_app.workflow.services import locked


@transaction.atomic
def done_by_hand(entry: Entry, *, by: Officer) -> None:
    """Note that an officer did by hand what the product cannot do there.

    Raises:
        NotOpen: it does not wait for a person.
    """
    settle_by_hand(entry, by=by.actor)
    _call_off(entry, by=by)


def _call_off(entry: Entry, *, by: Officer) -> None:
    for errand in Errand.objects.filter(about=entry.pk).select_related("source"):
        errands.withdraw(errand, by=by.actor)


@transaction.atomic
def settle_by_hand(entry: Entry, *, by: Actor, nothing: bool = False) -> None:
    """Note that a person did by hand what the product cannot do there, or that there was `nothing` to do.

    Raises:
        NotOpen: it does not wait for a person.
    """
    dsr = locked(entry.dsr)
    waiting = dsr.entries.filter(pk=entry.pk, stand=Stand.BY_HAND)
    proof = {"how": "by_hand", "by": by.name} | ({"nothing": True} if nothing else {})
    if not waiting.update(stand=Stand.DONE, done_at=Now(), proof=proof):
        raise NotOpen
    record("changes.done_by_hand", by=by, dsr_id=dsr.pk, source=entry.source.name, field=entry.field)
    settle(dsr)


@transaction.atomic
def give_up(entry: Entry, *, reason: str, by: Officer) -> None:
    """Leave a value as it is, for a reason that the answer states.

    Raises:
        NotOpen: it is none that waits for a person.
    """
    dsr = locked(entry.dsr)
    now = dsr.entries.get(pk=entry.pk)
    if now.stand not in (Stand.BY_HAND, Stand.STALE, Stand.FAILED):
        raise NotOpen
    now.stand, now.answer = Stand.GIVEN_UP, reason
    now.save(update_fields=["stand", "answer"])
    _call_off(entry, by=by)
    record("changes.given_up", by=by.actor, dsr_id=dsr.pk, source=entry.source.name, field=entry.field)
    settle(dsr)


@transaction.atomic
def again(entry: Entry, *, by: Officer, seen: str | None = None) -> None:
    """Change a value after all: against what stands there now, as the officer has `seen` it.

    Raises:
        NotOpen: nothing failed, or something else stands there by now.
    """
    dsr = locked(entry.dsr)
    now = dsr.entries.select_related("source").get(pk=entry.pk)
    if now.stand not in (Stand.STALE, Stand.FAILED) or (now.stand == Stand.STALE and seen != now.found):
        raise NotOpen
    if now.stand == Stand.STALE:
        now.old, now.found = now.found, None
    now.stand, now.attempt, now.decided_by = Stand.ACCEPTED, F("attempt") + 1, by
    now.save(update_fields=["stand", "old", "found", "attempt", "decided_by"])
    record("changes.tried_again", by=by.actor, dsr_id=dsr.pk, source=now.source.name, field=now.field)
    ask_run(dsr, now.source, Deed(now.deed))

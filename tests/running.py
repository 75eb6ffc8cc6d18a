"""What the workers would do, done here: claim and run what is due, until nothing is."""

from contextlib import suppress
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Now

from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import KINDS, StepFailed
from requests_app.ledger.models import Step, StepState
from requests_app.ledger.services import run

_ENOUGH: Final = 500


def run_all_due(*kinds: str, dying: bool = False) -> list[str]:
    """Run every due step, or only those of `kinds`, and what follows from them; return the kinds that ran, in order.

    `dying`: each is first run by a worker that is killed when its work is done and nothing of it committed yet.
    """
    ran: list[str] = []
    while step := _next(kinds):
        if dying:
            _die(step)
        taken = claim(step.pk)
        assert taken is not None
        ran.append(step.kind)
        run(taken)
        assert len(ran) < _ENOUGH, ran[-20:]
    return ran


def _die(step: Step) -> None:
    taken = claim(step.pk)
    assert taken is not None
    with suppress(StepFailed):
        KINDS[step.kind].handler(taken)
    Step.objects.filter(pk=step.pk).update(state=StepState.DUE, lease_until=None)  # the lease ran out


def come_due(*kinds: str) -> int:
    """Let the time pass until the waiting steps of `kinds`, or all, are due; return how many waited."""
    return _waiting(kinds).exclude(not_before__lte=Now()).update(not_before=Now())


def waiting(*kinds: str) -> list[str]:
    """Return the kinds of the steps that are not done."""
    return list(_waiting(kinds).order_by("pk").values_list("kind", flat=True))


def _waiting(kinds: tuple[str, ...]) -> QuerySet[Step]:
    open_ones = Step.objects.filter(state=StepState.DUE)
    return open_ones.filter(kind__in=kinds) if kinds else open_ones


def _next(kinds: tuple[str, ...]) -> Step | None:
    return _waiting(kinds).filter(not_before__lte=Now()).order_by("pk").first()

"""Write down work, run it, finish it."""

import hashlib
import json
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import OperationalError

from dsar.logs import place
from requests_app.audit.services import record
from requests_app.ledger.claims import Claim, LeaseLost, held
from requests_app.ledger.handlers import KINDS, Done, Kind, Outcome, StepFailed
from requests_app.ledger.models import Step, StepState
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Actor

if TYPE_CHECKING:
    from requests_app.workflow.models import SubjectRequest

CHANNEL = "step_due"
_LOST_WORKERS = 20  # claims beyond a kind's own attempts after which the work itself is held to kill its workers
_NEWER_RELEASE_DELAY = 60.0  # seconds until a step of a kind unknown here is looked at again
log = structlog.get_logger(__name__)


class KeyUsedDifferently(Exception):
    """The same key was used before for other parameters: two different pieces of work must not share it."""


def enqueue(
    kind: str, *, key: str, dsr: "SubjectRequest | None" = None, source: Source | None = None, delay: float = 0,
    **params: str | int,
) -> Step:  # fmt: skip
    """Write down work in the transaction that decided it. Asking again with the same key returns the first step.

    `delay` is in seconds. The database wakes the sweeper when the transaction commits (NOTIFY), so that nothing
    here waits for a broker.

    Raises:
        KeyUsedDifferently: `key` stands for other parameters already.
    """
    digest = hashlib.sha256(json.dumps([kind, params], sort_keys=True).encode()).digest()
    step, made = Step.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind, "queue": KINDS[kind].queue, "dsr": dsr, "source": source, "params": params, "params_digest": digest,
            "not_before": _in(delay),
        },
    )  # fmt: skip
    if bytes(step.params_digest) != digest:
        raise KeyUsedDifferently(key)
    if made and not delay:
        _notify(step)
    return step


def run(claim: Claim) -> None:
    """Run the handler of a claimed step and finish it: done, due again, or dead."""
    kind = KINDS.get(claim.step.kind)
    logger = log.bind(step=claim.step.pk, kind=claim.step.kind, attempt=claim.step.attempts)
    if kind is None:
        logger.warning("step_of_unknown_kind")
        _leave_to_newer_release(claim)
    elif claim.step.attempts > kind.retry.attempts + _LOST_WORKERS:
        logger.error("step_kills_its_workers")
        _fail(claim, kind, StepFailed("worker_died", again=False))
    else:
        _work(claim, kind, logger)


def _work(claim: Claim, kind: Kind, logger: Any) -> None:
    try:
        with held(claim):
            outcome = kind.handler(claim)
        claim.hold()
        finish(claim, outcome)
        logger.info("step_finished")
    except LeaseLost:
        logger.warning("step_lease_lost")
    except StepFailed as fault:
        logger.warning("step_failed", code=fault.code)
        _fail(claim, kind, fault)
    except OperationalError:
        raise  # the database is away: the lease runs out and somebody takes the step again
    except Exception as fault:
        logger.error("step_broke", fault=type(fault).__name__, where=place(fault))  # noqa: TRY400  # a traceback may hold personal data
        _fail(claim, kind, StepFailed(f"unexpected:{type(fault).__name__}"))
        if settings.LEDGER_RAISES:
            raise


@transaction.atomic
def finish(claim: Claim, outcome: Outcome) -> None:
    """Keep what the work found and let the step go, if it is still ours.

    Raises:
        LeaseLost: it is not; nothing was kept.
    """
    if isinstance(outcome, Done):
        _let_go(claim, state="done", proof=dict(outcome.proof), error="", finished_at=_in(0))
    else:
        _let_go(claim, state="due", attempts=0, checkpoint=dict(outcome.checkpoint), not_before=_in(outcome.delay), error="")
        _notify(claim.step)
    if outcome.commit is not None:
        outcome.commit()
    if isinstance(outcome, Done):
        _audit(claim, "step.done", kind=claim.step.kind)


def _leave_to_newer_release(claim: Claim) -> None:
    with suppress(LeaseLost):
        _let_go(claim, state="due", not_before=_in(_NEWER_RELEASE_DELAY), error="unknown_kind")


@transaction.atomic
def _fail(claim: Claim, kind: Kind, fault: StepFailed) -> None:
    """Put the step back with a delay, or give it up after the last attempt and tell its room."""
    try:
        if fault.again and claim.step.attempts < kind.retry.attempts:
            delay = kind.retry.delay(claim.step.attempts) if fault.delay is None else fault.delay
            _let_go(claim, state="due", not_before=_in(delay * settings.LEDGER_PATIENCE), error=fault.code[:60])
            return
        _let_go(claim, state="dead", error=fault.code[:60], finished_at=_in(0))
    except LeaseLost:
        return
    _audit(claim, "step.given_up", kind=claim.step.kind, code=fault.code)
    if kind.on_dead is not None:
        kind.on_dead(claim, fault.code)


def _let_go(claim: Claim, **values: Any) -> None:
    mine = Step.objects.filter(pk=claim.step.pk, state="running", fence=claim.fence)
    if not mine.update(lease_until=None, owner="", woken_at=None, **values):
        raise LeaseLost(str(claim.step))


def _audit(claim: Claim, action: str, **facts: str) -> None:
    dsr_id: UUID | None = claim.step.dsr_id
    record(action, by=SYSTEM, dsr_id=dsr_id, step=claim.step.pk, attempt=claim.step.attempts, **facts)


def _notify(step: Step) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{step.pk}"])


def _in(seconds: float) -> Any:
    return Now() + timedelta(seconds=seconds)


@transaction.atomic
def try_again(by: Actor) -> int:
    """Put every step that was given up back among the due ones, with all its attempts; return how many."""
    dead = list(Step.objects.select_for_update().filter(state=StepState.DEAD))
    for step in dead:
        Step.objects.filter(pk=step.pk).update(
            state=StepState.DUE, attempts=0, not_before=_in(0), woken_at=None, finished_at=None, error="",
        )  # fmt: skip
        record("step.revived", by=by, dsr_id=step.dsr_id, step=step.pk, kind=step.kind)
        _notify(step)
    return len(dead)

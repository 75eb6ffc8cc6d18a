"""Write down work, run it, finish it."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.db.utils import OperationalError

from dsar.logs import place
from requests_app.audit.services import record
from requests_app.ledger import chains, writing
from requests_app.ledger.chains import Chain, Fold
from requests_app.ledger.claims import Claim, LeaseLost, held
from requests_app.ledger.handlers import KINDS, LONGEST_WAIT, Done, Kind, Outcome, StepFailed
from requests_app.ledger.models import Step, StepState
from requests_app.ledger.writing import CHANNEL, KeyUsedDifferently
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Actor

if TYPE_CHECKING:
    from requests_app.workflow.models import SubjectRequest

_LOST_WORKERS = 20  # claims beyond a kind's own attempts after which the work itself is held to kill its workers
_PAUSED_DELAY = 60.0  # seconds until what is paused is looked at again
_NEWER_RELEASE_DELAY = 60.0  # seconds until a step of a kind unknown here is looked at again
_MANY = """
INSERT INTO requests_app_step
       (kind, key, queue, dsr_id, params, params_digest, state, attempts, owner, fence, checkpoint, proof, error)
SELECT %(kind)s, w.key, %(queue)s, w.dsr_id, w.params::jsonb, w.digest, 'due', 0, '', 0, '{}', '{}', ''
  FROM unnest(%(keys)s::text[], %(dsrs)s::uuid[], %(params)s::text[], %(digests)s::bytea[]) AS w(key, dsr_id, params, digest)
    ON CONFLICT (key) DO NOTHING"""
log = structlog.get_logger(__name__)


def enqueue(
    kind: str, *, key: str, dsr: "SubjectRequest | None" = None, source: Source | None = None, delay: float = 0,
    **params: str | int,
) -> None:  # fmt: skip
    """Write down work in the transaction that decided it. Asking again with the same key changes nothing.

    `delay` is in seconds. The database wakes the sweeper when the transaction commits (NOTIFY), so that nothing
    here waits for a broker; what a worker decides while it carries a chain, it does itself and at once.

    Raises:
        KeyUsedDifferently: `key` stands for other parameters already.
    """
    asked = {"dsr_id": dsr.pk if dsr else None, "source_id": source.pk if source else None, "params": params}
    chain = chains.current()
    if chain and chain.is_finishing and KINDS[kind].folds and not delay:
        chain.folds.append(chains.Fold(kind, key, asked))
        return
    taken = chain is not None and not delay and chain.takes(KINDS[kind].queue)
    step = writing.write(kind, key, asked, delay=delay, state=writing.TAKEN if taken else writing.DUE)
    if step is not None and taken and chain is not None:
        chain.add(Claim(step, step.fence))


def enqueue_many(kind: str, wanted: Sequence[tuple[str, UUID, Mapping[str, str | int]]]) -> None:
    """Write down one piece of work of `kind` for each key, request and parameters of `wanted`, in one statement.

    What a key stands for already stays as it is. The sweeper is woken once.
    """
    values: dict[str, Any] = {
        "kind": kind, "queue": KINDS[kind].queue, "keys": [key for key, *_ in wanted], "dsrs": [dsr_id for _, dsr_id, _ in wanted],
        "params": [json.dumps(params) for *_, params in wanted], "digests": [writing.digest(kind, params) for *_, params in wanted],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MANY, values)
    _notify()


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
        chain = chains.current()
        with held(claim, on_long=chain.release if chain else lambda: None):
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


def finish(claim: Claim, outcome: Outcome) -> None:
    """Keep what the work found and let the step go, if it is still ours.

    Raises:
        LeaseLost: it is not; nothing was kept.
    """
    chain = chains.current()
    with transaction.atomic(), _folding(chain):
        if isinstance(outcome, Done):
            writing.done(claim, outcome.proof)
        else:
            _let_go(claim, state="due", attempts=0, checkpoint=dict(outcome.checkpoint), not_before=_in(outcome.delay), error="")
            _notify()
        if outcome.commit is not None:
            outcome.commit()
        while chain is not None and chain.folds:
            _fold(chain, chain.folds.popleft())


@contextmanager
def _folding(chain: Chain | None) -> Iterator[None]:
    """Gather what folds while a step is finished; nothing of it outlives a transaction that fails."""
    if chain is None:
        yield
        return
    chain.is_finishing = True
    try:
        yield
    finally:
        chain.is_finishing = False
        chain.folds.clear()


def _fold(chain: Chain, fold: Fold) -> None:
    """Carry out a step in the transaction that wrote it. Where that fails, the step is due, and tried by itself."""
    known = len(chain.folds)
    try:
        with transaction.atomic():
            _carry_out(fold)
    except OperationalError:
        raise  # the database is away: the whole is done again
    except Exception as fault:  # noqa: BLE001  # whatever breaks it, the step is then tried by itself
        log.error("step_broke", kind=fold.kind, fault=type(fault).__name__, where=place(fault))  # noqa: TRY400  # as above
        while len(chain.folds) > known:
            chain.folds.pop()
        writing.write(fold.kind, fold.key, fold.asked)


def _carry_out(fold: Fold) -> None:
    step = writing.write(fold.kind, fold.key, fold.asked, state=writing.TAKEN)
    if step is None:  # it was asked for before
        return
    claim = Claim(step, step.fence)
    outcome = KINDS[fold.kind].handler(claim)
    writing.done(claim, outcome.proof if isinstance(outcome, Done) else {})
    if outcome.commit is not None:
        outcome.commit()


def _leave_to_newer_release(claim: Claim) -> None:
    with suppress(LeaseLost):
        later = _in(_NEWER_RELEASE_DELAY)  # no attempt: nobody here could have tried, however often they meet it
        _let_go(claim, state="due", attempts=F("attempts") - 1, not_before=later, error="unknown_kind")


@transaction.atomic
def _fail(claim: Claim, kind: Kind, fault: StepFailed) -> None:
    """Put the step back with a delay, or give it up after the last attempt and tell its room."""
    try:
        if fault.waits and _may_wait(claim):
            _let_go(claim, state="due", attempts=F("attempts") - 1, not_before=_in(_pause(fault)), error=fault.code[:60])
            return
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


def _may_wait(claim: Claim) -> bool:
    return Step.objects.filter(pk=claim.step.pk, created_at__gt=Now() - LONGEST_WAIT).exists()


def _pause(fault: StepFailed) -> float:
    """Return for how many seconds a step waits for what is paused; not all come back at the same moment."""
    delay = _PAUSED_DELAY if fault.delay is None else fault.delay
    return delay * (1 + random.random() / 2)  # noqa: S311  # spreads load


def _let_go(claim: Claim, **values: Any) -> None:
    mine = Step.objects.filter(pk=claim.step.pk, state="running", fence=claim.fence)
    if not mine.update(lease_until=None, owner="", woken_at=None, **values):
        raise LeaseLost(str(claim.step))


def _audit(claim: Claim, action: str, **facts: str) -> None:
    dsr_id: UUID | None = claim.step.dsr_id
    record(action, by=SYSTEM, dsr_id=dsr_id, step=claim.step.pk, attempt=claim.step.attempts, **facts)


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


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
        _notify()
    return len(dead)


__all__ = ["CHANNEL", "KeyUsedDifferently", "enqueue", "enqueue_many", "finish", "run", "try_again"]

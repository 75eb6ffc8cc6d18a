"""The statements by which a step comes into the world and leaves it: one round trip each."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import connection

from requests_app.audit.signing import mark
from requests_app.ledger.claims import Claim, LeaseLost, owner
from requests_app.ledger.handlers import KINDS
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM

CHANNEL: Final = "step_due"
DUE: Final = "due"
TAKEN: Final = "running"

_WRITE: Final = """
WITH made AS (
  INSERT INTO requests_app_step (kind, key, queue, dsr_id, source_id, params, params_digest, state, attempts, fence, owner,
                                 not_before, lease_until, checkpoint, proof, error)
  VALUES (%(kind)s, %(key)s, %(queue)s, %(dsr_id)s, %(source_id)s, %(params)s, %(digest)s, %(state)s, %(taken)s, %(taken)s,
          %(owner)s, statement_timestamp() + make_interval(secs => %(delay)s),
          CASE WHEN %(taken)s = 1 THEN clock_timestamp() + make_interval(secs => %(lease)s) END, '{{}}', '{{}}', '')
  ON CONFLICT (key) DO NOTHING RETURNING id, not_before, created_at)
SELECT id, not_before, created_at{notice} FROM made"""
_QUIETLY: Final = _WRITE.format(notice="")
_ALOUD: Final = _WRITE.format(notice=f", pg_notify('{CHANNEL}', '')")

_DONE: Final = """
WITH done AS (
  UPDATE requests_app_step SET state = 'done', proof = %(proof)s, error = '', finished_at = statement_timestamp(),
         lease_until = NULL, owner = '', woken_at = NULL
   WHERE id = %(id)s AND state = 'running' AND fence = %(fence)s RETURNING dsr_id)
INSERT INTO requests_app_auditevent (action, dsr_id, actor_kind, actor_name, facts, mark)
SELECT 'step.done', dsr_id, %(actor_kind)s, %(actor_name)s, %(facts)s, %(mark)s FROM done"""


class KeyUsedDifferently(Exception):
    """The same key was used before for other parameters: two different pieces of work must not share it."""


def digest(kind: str, params: Mapping[str, str | int]) -> bytes:
    """Return what tells apart two pieces of work that were given one key."""
    return hashlib.sha256(json.dumps([kind, params], sort_keys=True).encode()).digest()


def write(kind: str, key: str, asked: Mapping[str, Any], *, delay: float = 0, state: str = DUE) -> Step | None:
    """Write a step that is due after `delay` seconds, or one in this worker's hands; None when the key stood there already.

    Raises:
        KeyUsedDifferently: `key` stands for other parameters.
    """
    step = Step(
        kind=kind, key=key, queue=KINDS[kind].queue, params_digest=digest(kind, asked["params"]), state=state,
        attempts=int(state == TAKEN), fence=int(state == TAKEN), **asked,
    )  # fmt: skip
    values: dict[str, Any] = {
        "kind": kind, "key": key, "queue": step.queue, "dsr_id": step.dsr_id, "source_id": step.source_id,
        "params": json.dumps(step.params), "digest": step.params_digest, "state": state, "taken": step.attempts,
        "owner": owner() if state == TAKEN else "", "delay": delay, "lease": settings.LEDGER_LEASE_DELAY,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ALOUD if state == DUE and not delay else _QUIETLY, values)
        row = cursor.fetchone()
    if row is None:
        _compare(step)
        return None
    step.pk, step.not_before, step.created_at, *_notice = row  # whoever takes it in the same breath may ask when it was written
    step._state.adding = False  # noqa: SLF001  # Django's own way of telling a row that is there
    return step


def _compare(step: Step) -> None:
    """Raises: KeyUsedDifferently: what stands under the key was asked for with other parameters."""
    if bytes(Step.objects.values_list("params_digest", flat=True).get(key=step.key)) != step.params_digest:
        raise KeyUsedDifferently(step.key)


def done(claim: Claim, proof: Mapping[str, Any]) -> None:
    """Finish a step that is ours, with its line in the audit trail.

    Raises:
        LeaseLost: it is not ours any more.
    """
    facts = {"step": claim.step.pk, "attempt": claim.step.attempts, "kind": claim.step.kind}
    values: dict[str, Any] = {
        "id": claim.step.pk, "fence": claim.fence, "proof": json.dumps(dict(proof)), "facts": json.dumps(facts),
        "actor_kind": SYSTEM.kind, "actor_name": SYSTEM.name, "mark": mark("step.done", SYSTEM, claim.step.dsr_id, facts),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DONE, values)
        if not cursor.rowcount:
            raise LeaseLost(str(claim.step))

"""Which laws a request is answered under, and an officer's word on it: chosen anew, every date is computed again."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from requests_app.audit.services import record
from requests_app.deadlines import dates
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.choice import Choice
from requests_app.values import Actor
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked


class UnknownLaw(Exception):
    """There is no such law, or only what adds to one."""


class ReasonMissing(Exception):
    """Another law without a reason."""


def reason_of(choice: Choice) -> dict[str, Any]:
    """Return why each law was chosen or left out, as the request keeps it: codes, no words."""
    return {
        "chosen": {law.regime: law.why.value for law in choice.laws},
        "left_out": {law.regime: law.why_not.value for law in choice.left_out},
        "low_confidence": [law.regime for law in choice.laws if law.low_confidence],
    }


@transaction.atomic
def choose_instead(dsr: SubjectRequest, regimes: Sequence[str], *, by: Actor, reason: str) -> SubjectRequest:
    """Answer `dsr` under `regimes` from now on. The dates are computed anew, from the same receipt.

    Raises:
        UnknownLaw, ReasonMissing: it cannot be.
    """
    if not regimes or any(name not in REGIMES for name in regimes) or all(REGIMES[name].parent for name in regimes):
        raise UnknownLaw(", ".join(regimes))
    if not reason.strip():
        raise ReasonMissing
    dsr = locked(dsr)
    before = ",".join(laws_of(dsr))
    dsr.regimes = list(dict.fromkeys(regimes))
    dsr.law_reason = {"chosen": dict.fromkeys(dsr.regimes, "officer"), "left_out": {}, "low_confidence": _unsure(dsr.regimes)}
    dsr.law_note = reason.strip()
    dsr.save(update_fields=["regimes", "law_reason", "law_note"])
    record("law.chosen", by=by, dsr_id=dsr.pk, before=before, regimes=",".join(dsr.regimes))
    dates.keep(dsr, by=by, because="law_chosen")
    return dsr


def _unsure(regimes: Sequence[str]) -> list[str]:
    return [name for name in regimes if REGIMES[name].confidence == "low"]

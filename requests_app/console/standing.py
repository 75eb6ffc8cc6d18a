"""How the approval of a plan stands: who has said yes to this very plan, what is missing, and whether this reader may."""

from dataclasses import dataclass
from datetime import datetime

from requests_app.console import deeds
from requests_app.console.case import Case
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Approval
from requests_app.erasure.services import NotReady
from requests_app.officers.policy import Action
from requests_app.workflow.states import Move


@dataclass(frozen=True, slots=True)
class Yes:
    """One officer's approval."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`digest` is the whole plan's, in hexadecimal; `missing` officers must still approve; `hinders`: what is in the way."""

    digest: str
    given: tuple[Yes, ...]
    missing: int
    mine: bool
    frozen: bool
    hinders: str
    can_approve: bool

    @property
    def is_last(self) -> bool:
        """Whether with this reader's word it is approved."""
        return self.missing == 1


def standing(case: Case) -> Standing | None:
    """Return how the approval of a plan stands; None where nobody can approve one now."""
    dsr = case.dsr
    if Move.APPROVE_ERASURE not in dsr.moves:
        return None
    digest = erasure.plan_digest(dsr)
    given = erasure.standing(dsr, digest)
    mine = any(one.officer_id == case.reader.pk for one in given)
    hinders, frozen = _hinders(case), erasure.is_frozen(dsr.brand)
    return Standing(
        digest=digest.hex(), given=tuple(_yes(one) for one in given), missing=max(erasure.needed(dsr.brand) - len(given), 0),
        mine=mine, frozen=frozen, hinders=hinders,
        can_approve=not (mine or frozen or hinders) and Action.ANSWER in case.actions,
    )  # fmt: skip


def _yes(one: Approval) -> Yes:
    return Yes(str(one.officer), one.at)


def _hinders(case: Case) -> str:
    try:
        erasure.check_approvable(case.dsr)
    except NotReady as why:
        return deeds.not_ready(why.reason)
    return ""

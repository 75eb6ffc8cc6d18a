"""What an erasure came to: what stays and until when, who else was told and what they answered, the certificate."""

from typing import Any

from requests_app.console import deeds
from requests_app.console.because import because
from requests_app.console.case import Case
from requests_app.console.searched import title
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.correspondence.recipients import ANSWERS
from requests_app.erasure import certifying
from requests_app.erasure.remains import Kept, KeptState
from requests_app.officers.policy import Action
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State


def told(case: Case) -> dict[str, Any]:
    """Return what there is to say; three queries."""
    closed = case.dsr.stage != State.ERASING
    return {
        "kept": _kept(case.dsr) if closed else [],
        "recipients": list(RecipientNotice.objects.filter(dsr=case.dsr)) if closed else [],
        "answers": [(state.value, state.label) for state in NoticeState if state in ANSWERS],
        "may_mark": Action.ANSWER in case.actions,
        "certificate": certifying.latest(case.dsr) if closed else None,
    }


def _kept(dsr: SubjectRequest) -> list[dict[str, Any]]:
    parts = list(Kept.objects.filter(dsr=dsr).select_related("source").order_by("source__name", "until"))
    reasons = because(dsr, {one.reason for one in parts}, private=False)
    return [
        {
            "system": title(one.source), "because": reasons[one.reason], "records": deeds.number(one.records),
            "until": deeds.day(one.until), "erased_at": deeds.moment(one.erased_at), "waits": one.state == KeptState.ASKED,
        }
        for one in parts
    ]  # fmt: skip

"""FI-08 and FI-12: a commit of which nobody hears, and messages that come three times, in any order, or not at all.

What leads to an approved erasure is shorter here than a customer's way, and its letters are not sent: neither proves anything.
"""

import os
from random import Random, SystemRandom

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.ledger.claims import claim
from requests_app.ledger.models import Step
from requests_app.ledger.services import run
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.erasure.cutting import wired
from tests.erasure.ready import RUN, ready
from tests.erasure.test_running import OTHERS, held
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop


def ended(dsr: SubjectRequest) -> tuple[str, int]:
    """Return where the request is, and how many intents were written."""
    intents = AuditEvent.objects.filter(dsr_id=dsr.pk, action="erasure.intended").count()
    return SubjectRequest.objects.get(pk=dsr.pk).stage, intents


@pytest.mark.threat("7.03")
@pytest.mark.threat("FI-08")
def test_a_commit_whose_answer_is_lost_was_done_once_and_is_read_back_first(
    erasing: SmallShop, officers: tuple[Officer, Officer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with wired(os.environ["SMALL_ORDERS_URL"]) as wire:
        monkeypatch.setenv("SMALL_ERASER", wire.url)
        Source.objects.filter(pk=erasing.orders.pk).update(erase_secret="SMALL_ERASER")
        dsr = ready(erasing, officers)
        wire.cuts = 2

        for _ in range(3):
            come_due(*RUN)
            run_all_due(*RUN)

    assert wire.lost == 1  # the second attempt finds it done, and commits nothing
    assert (ended(dsr), held(erasing)) == ((State.ANSWERED, 2), OTHERS)
    assert Plan.objects.get(dsr=dsr, source=erasing.orders).state == PlanState.DONE
    done = RecordSet.objects.filter(plan__source=erasing.orders)
    assert {one.proof["how"] for one in done} == {"found_done"}


@pytest.mark.threat("7.03")
@pytest.mark.threat("FI-12")
def test_messages_that_come_three_times_in_any_order_or_are_lost_end_where_a_clean_run_ends(
    erasing: SmallShop, officers: tuple[Officer, Officer]
) -> None:
    seed = int(os.environ.get("DSAR_FAULTS_SEED") or SystemRandom().randrange(10**6))
    draw = Random(seed)
    dsr = ready(erasing, officers)

    while due := list(Step.objects.filter(state="due", kind__in=RUN).values_list("pk", flat=True)):
        come_due(*RUN)
        messages = [pk for pk in due * 3 if draw.random() >= 0.1]
        draw.shuffle(messages)
        for pk in messages:
            if taken := claim(pk):
                run(taken)

    assert (ended(dsr), held(erasing)) == ((State.ANSWERED, 2), OTHERS), seed
    assert dsr.plans.count() == dsr.plans.filter(state=PlanState.DONE).count() == 2
    assert set(Step.objects.filter(dsr=dsr, kind__in=RUN).values_list("state", flat=True)) == {"done"}, seed

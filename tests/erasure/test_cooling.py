"""The customer thinks it over: cancels, waits, or does not want to wait. Of cancelling and beginning one wins."""

import os
import random
import time
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.erasure import cooling, freezing
from requests_app.erasure import services as erasure
from requests_app.erasure.models import CoolingOff, Plan, PlanState
from requests_app.ledger.models import Step
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move
from requests_app.workflow.states import State
from tests.erasure.planning import a_planned_dsr
from tests.making import a_brand, an_officer, as_owner
from tests.running import come_due, run_all_due

RACES = int(os.environ.get("DSAR_RACES", "120"))


def an_approved_dsr() -> SubjectRequest:
    """Return a request that cools off, with a plan that waits for it."""
    dsr = a_planned_dsr()
    for name in ("one", "two"):
        erasure.approve(dsr, by=an_officer(f"{name}@desk.example", dsr.brand), digest=erasure.plan_digest(dsr))
    return now_of(dsr)


def now_of(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


@pytest.mark.promise("O17")
@pytest.mark.django_db
def test_nothing_begins_before_the_time_is_over_and_it_begins_by_itself_then() -> None:
    dsr = an_approved_dsr()
    assert erasure.cooling_off_until(dsr) == CoolingOff.objects.get().until

    come_due("erasure.begin")
    run_all_due("erasure.begin")
    assert now_of(dsr).stage == State.COOLING_OFF

    CoolingOff.objects.update(until=Now())
    assert cooling.begin(now_of(dsr))
    assert now_of(dsr).stage == State.ERASING
    assert now_of(dsr).erasing_at is not None
    assert erasure.cooling_off_until(now_of(dsr)) is None


@pytest.mark.django_db
def test_who_does_not_want_to_wait_says_so_once() -> None:
    dsr = an_approved_dsr()

    assert erasure.waive_cooling_off(dsr)
    assert not erasure.waive_cooling_off(dsr)
    run_all_due("erasure.begin")

    assert now_of(dsr).stage == State.ERASING
    assert AuditEvent.objects.filter(action="erasure.waited_enough", actor_kind="customer").count() == 1
    come_due("erasure.begin")
    run_all_due("erasure.begin")
    assert now_of(dsr).transitions.filter(move=Move.ERASE).count() == 1


@pytest.mark.django_db
def test_a_cancelled_request_never_begins() -> None:
    dsr = an_approved_dsr()

    assert erasure.cancel(dsr)
    assert not erasure.cancel(dsr)
    assert not erasure.waive_cooling_off(dsr)
    CoolingOff.objects.update(until=Now())
    come_due("erasure.begin")
    run_all_due("erasure.begin")

    assert now_of(dsr).stage == State.WITHDRAWN
    assert Plan.objects.get().state == PlanState.READY


@pytest.mark.django_db
def test_what_has_begun_cannot_be_cancelled() -> None:
    dsr = an_approved_dsr()
    CoolingOff.objects.update(until=Now())
    assert cooling.begin(dsr)

    assert not erasure.cancel(now_of(dsr))
    assert now_of(dsr).stage == State.ERASING


@pytest.mark.django_db
def test_a_frozen_brand_begins_nothing_until_a_lead_has_looked() -> None:
    dsr = an_approved_dsr()
    CoolingOff.objects.update(until=Now())
    freezing.freeze(dsr)

    come_due("erasure.begin")
    run_all_due("erasure.begin")
    assert (now_of(dsr).stage, Step.objects.get(kind="erasure.begin").state) == (State.COOLING_OFF, "due")

    erasure.lift(dsr.brand, by=an_officer())
    come_due("erasure.begin")
    run_all_due("erasure.begin")
    assert now_of(dsr).stage == State.ERASING


_CLONES = """
ALTER TABLE requests_app_subjectrequest DISABLE TRIGGER USER;
CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS id, n FROM generate_series(1, {races}) n;
CREATE TEMP TABLE r AS SELECT * FROM requests_app_subjectrequest WHERE id = '{id}';
INSERT INTO requests_app_subjectrequest
  SELECT (jsonb_populate_record(r, jsonb_build_object('id', m.id, 'reference', 'R-' || m.n))).* FROM r, made m;
ALTER TABLE requests_app_subjectrequest ENABLE TRIGGER USER;
CREATE TEMP TABLE p AS SELECT * FROM requests_app_plan WHERE dsr_id = '{id}';
INSERT INTO requests_app_plan
  SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'dsr_id', m.id))).* FROM p, made m;
INSERT INTO requests_app_approval (dsr_id, round, digest, officer_id, at)
  SELECT m.id, a.round, a.digest, a.officer_id, a.at FROM requests_app_approval a, made m WHERE a.dsr_id = '{id}';
INSERT INTO requests_app_coolingoff (dsr_id, until, earliest) SELECT m.id, now(), now() FROM made m"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("7.05")
@pytest.mark.timeout(180)
def test_each_race_between_cancelling_and_beginning_has_one_outcome() -> None:
    template = a_planned_dsr(brand=a_brand())
    approve_by_two_of(template)
    with as_owner() as owner:
        for statement in _CLONES.format(id=template.pk, races=RACES).split(";\n"):
            owner.execute(statement)
    requests = list(SubjectRequest.objects.exclude(pk=template.pk).select_related("brand"))
    assert len(requests) == RACES

    said = raced(requests, erasure.cancel, cooling.begin)

    ends = dict(SubjectRequest.objects.exclude(pk=template.pk).values_list("pk", "state"))
    for dsr, (cancelled, begun) in zip(requests, said, strict=True):
        assert (cancelled, begun, ends[dsr.pk]) in {(True, False, State.WITHDRAWN), (False, True, State.ERASING)}
    won = sum(cancelled for cancelled, _begun in said)
    assert RACES / 50 < won < RACES - RACES / 50, f"no race: the customer won {won} times"
    assert SubjectRequest.objects.filter(erasing_at__isnull=False).exclude(state=State.ERASING).count() == 0


def approve_by_two_of(dsr: SubjectRequest) -> None:
    for name in ("one", "two"):
        erasure.approve(dsr, by=an_officer(f"{name}@desk.example", dsr.brand), digest=erasure.plan_digest(dsr))


def raced(requests: list[SubjectRequest], *acts: Callable[[SubjectRequest], bool]) -> list[tuple[bool, ...]]:
    """Let each of `acts` be done to each request at the same moment, by two that wait for one another."""
    start, said = Barrier(len(acts)), [list[bool]() for _ in acts]

    def run(number: int) -> None:
        draw = random.Random(number)
        for dsr in requests:
            mine = SubjectRequest(pk=dsr.pk, brand=dsr.brand, state=dsr.state, right=dsr.right)
            start.wait(30)
            time.sleep(draw.random() * 0.002)
            said[number].append(acts[number](mine))
        connections.close_all()

    threads = [Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(150)
    return list(zip(*said, strict=True))

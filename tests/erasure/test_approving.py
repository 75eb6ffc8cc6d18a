"""Two people say yes to one plan, and to nothing else."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from requests_app.audit.models import AuditEvent
from requests_app.connectors.erasing import Deed
from requests_app.correspondence.models import Letter
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Approval, CoolingOff, Freeze, Plan, PlanState, RecordSet
from requests_app.ledger.models import Step
from requests_app.officers.models import Membership, Officer, Role
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, MoveNotAllowed, advance
from requests_app.workflow.states import State
from tests.erasure.planning import a_plan, a_planned_dsr
from tests.making import a_brand, a_dsr, a_source, an_officer
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def now_of(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


def say_yes(dsr: SubjectRequest, *officers: Officer) -> None:
    for officer in officers:
        erasure.approve(now_of(dsr), by=officer, digest=erasure.plan_digest(dsr))


def test_two_officers_let_the_time_to_think_it_over_begin() -> None:
    dsr = a_planned_dsr()
    one, two = an_officer("one@desk.example"), an_officer("two@desk.example")

    say_yes(dsr, one)
    assert now_of(dsr).stage == State.REVIEWING
    say_yes(dsr, two)

    assert now_of(dsr).stage == State.COOLING_OFF
    assert now_of(dsr).approved_at is not None
    begins = Step.objects.get(kind="erasure.begin")
    waits = begins.not_before - begins.created_at
    assert timedelta(hours=71, minutes=59) < waits <= timedelta(hours=72)
    said = AuditEvent.objects.filter(dsr_id=dsr.pk, action="erasure.approved")
    assert [event.actor_name for event in said] == [f"officer:{one.pk}", f"officer:{two.pk}"]


@pytest.mark.promise("O17")
def test_one_officer_counts_once_however_often() -> None:
    dsr, one = a_planned_dsr(), an_officer()
    say_yes(dsr, one)

    with pytest.raises(erasure.NotYours):
        say_yes(dsr, one)
    with pytest.raises(IntegrityError, match="one_approval_per_officer"), transaction.atomic():
        Approval.objects.create(dsr=dsr, round=1, digest=bytes(32), officer=one)

    assert now_of(dsr).stage == State.REVIEWING


@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_who_may_not_answer_for_the_brand_approves_nothing(role: Role | None) -> None:
    dsr, somebody = a_planned_dsr(), an_officer(role=role or Role.OFFICER)
    if role is None:
        Membership.objects.filter(officer=somebody).delete()

    with pytest.raises(erasure.NotYours):
        say_yes(dsr, somebody)


def test_a_yes_of_somebody_who_lost_the_rights_meanwhile_does_not_count() -> None:
    dsr = a_planned_dsr()
    one, two, three = (an_officer(f"{name}@desk.example") for name in ("one", "two", "three"))
    say_yes(dsr, one)
    Membership.objects.filter(officer=one).delete()

    say_yes(dsr, two)
    assert now_of(dsr).stage == State.REVIEWING
    say_yes(dsr, three)
    assert now_of(dsr).stage == State.COOLING_OFF


def test_what_was_read_is_what_is_approved() -> None:
    dsr = a_planned_dsr()
    seen = erasure.plan_digest(dsr)
    Plan.objects.filter(dsr=dsr).update(digest=b"\x02" * 32)

    with pytest.raises(erasure.PlanStale):
        erasure.approve(dsr, by=an_officer(), digest=seen)


def test_a_new_round_of_planning_asks_both_again() -> None:
    dsr = a_planned_dsr()
    one, two = an_officer("one@desk.example"), an_officer("two@desk.example")
    say_yes(dsr, one)
    old = Plan.objects.get(dsr=dsr)
    Plan.objects.filter(pk=old.pk).update(state=PlanState.STALE)
    a_plan(dsr, old.source, round=2)

    say_yes(dsr, two)
    assert now_of(dsr).stage == State.REVIEWING
    say_yes(dsr, one)
    assert now_of(dsr).stage == State.COOLING_OFF


@pytest.mark.parametrize("state", [PlanState.ASKED, PlanState.IMPOSSIBLE, PlanState.FAILED, PlanState.STALE])
def test_a_plan_that_does_not_stand_whole_is_not_approved(state: PlanState) -> None:
    dsr = a_planned_dsr()
    Plan.objects.filter(dsr=dsr).update(state=state)

    with pytest.raises(erasure.NotReady, match="unfinished"):
        say_yes(dsr, an_officer())


def test_what_the_rules_ask_a_person_is_answered_before() -> None:
    dsr = a_planned_dsr()
    open_one = RecordSet.objects.create(
        plan=dsr.plans.get(), position=1, collection="scans", deed=Deed.ASK, reason="undated", records=1
    )

    with pytest.raises(erasure.NotReady, match="undecided"):
        say_yes(dsr, an_officer())
    open_one.reason = "by_hand"
    open_one.save()
    say_yes(dsr, an_officer())

    assert dsr.approvals.count() == 1


def test_nothing_is_approved_where_nothing_waits_for_it() -> None:
    empty = a_dsr(State.REVIEWING, right="erasure")
    early = a_dsr(State.COLLECTING, right="erasure")
    copy = a_dsr(State.REVIEWING)

    for dsr, reason in ((empty, "unfinished"), (early, "state"), (copy, "state")):
        with pytest.raises(erasure.NotReady, match=reason):
            erasure.approve(dsr, by=an_officer(), digest=erasure.plan_digest(dsr))


def test_a_shop_of_one_waits_a_day_instead_and_tells_its_lead() -> None:
    brand = a_brand("solo", solo_mode=True, cooling_off_hours=0)
    dsr = a_planned_dsr(brand=brand)
    lead = an_officer("lead@solo.example", brand, Role.LEAD)

    say_yes(dsr, lead)

    waits = dsr.cooling_off.until - Step.objects.get(kind="erasure.begin").created_at
    assert timedelta(hours=23, minutes=59) < waits <= timedelta(hours=24)
    assert Letter.objects.get(kind="officer_erases_alone").officer == lead
    assert erasure.waive_cooling_off(now_of(dsr))
    assert CoolingOff.objects.get(dsr=dsr).until == CoolingOff.objects.get(dsr=dsr).earliest


@pytest.mark.threat("7.07")
@pytest.mark.parametrize("limit", ["erasures_per_hour", "erasures_per_day"])
def test_two_stolen_accounts_stop_at_the_limit_and_the_leads_are_told_at_once(limit: str) -> None:
    brand = a_brand("limited", **{limit: 3})
    source = a_source(brand=brand)
    thieves = [an_officer(f"{name}@desk.example", brand) for name in ("one", "two")]
    lead, chief = an_officer("lead@desk.example", brand, Role.LEAD), an_officer("chief@desk.example", brand, Role.ADMINISTRATOR)
    requests = [a_planned_dsr(source, brand=brand) for _ in range(5)]

    for dsr in requests[:3]:
        say_yes(dsr, *thieves)
    for dsr in requests[3:]:
        with pytest.raises(erasure.Frozen):
            say_yes(dsr, *thieves)

    assert [now_of(dsr).stage for dsr in requests] == [State.COOLING_OFF] * 3 + [State.REVIEWING] * 2
    assert sorted(Letter.objects.filter(kind="officer_frozen").values_list("officer__email", flat=True)) == [
        chief.email,
        lead.email,
    ]
    assert Freeze.objects.count() == 1

    erasure.lift(brand, by=lead)
    say_yes(requests[3], *thieves)
    assert now_of(requests[3]).stage == State.COOLING_OFF


def test_the_database_counts_the_officers_too() -> None:
    dsr = a_planned_dsr()
    say_yes(dsr, an_officer())

    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        advance(now_of(dsr), Move.APPROVE_ERASURE, by=SYSTEM)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Approval.objects.update(officer=an_officer("two@desk.example"))


@pytest.mark.promise("O17")
def test_the_database_waits_for_the_customer_too() -> None:
    dsr = a_planned_dsr()
    say_yes(dsr, an_officer("one@desk.example"), an_officer("two@desk.example"))

    with pytest.raises(IntegrityError, match="not over"), transaction.atomic():
        advance(now_of(dsr), Move.ERASE, by=SYSTEM)


def test_the_database_answers_nothing_that_was_not_erased() -> None:
    dsr = a_planned_dsr()

    with pytest.raises(IntegrityError, match="was not erased"), transaction.atomic():
        advance(now_of(dsr), Move.FINISH_ERASURE, by=SYSTEM)


@pytest.mark.threat("7.02")
@pytest.mark.threat("7.04")
@pytest.mark.timeout(300)
def test_of_five_hundred_attempts_to_do_it_alone_none_begins_to_erase() -> None:
    """One officer, who has everything but a second person: tried in every order, with every plan and every old yes."""
    draw = random.Random(702)
    dsr, one, other = a_planned_dsr(), an_officer("one@desk.example"), an_officer("two@desk.example")
    Membership.objects.filter(officer=other).delete()
    digests = [erasure.plan_digest(dsr), bytes(32)]
    attempts: dict[str, Callable[[], object]] = {
        "approve": lambda: erasure.approve(now_of(dsr), by=one, digest=erasure.plan_digest(dsr)),
        "replay": lambda: erasure.approve(now_of(dsr), by=one, digest=draw.choice(digests)),
        "as somebody without a role": lambda: erasure.approve(now_of(dsr), by=other, digest=erasure.plan_digest(dsr)),
        "as a copy": lambda: advance(now_of(dsr), Move.APPROVE, by=one.actor),
        "move": lambda: advance(now_of(dsr), Move.APPROVE_ERASURE, by=one.actor),
        "erase": lambda: advance(now_of(dsr), Move.ERASE, by=one.actor),
        "answer": lambda: advance(now_of(dsr), Move.FINISH_ERASURE, by=one.actor),
        "shell": lambda: SubjectRequest.objects.filter(pk=dsr.pk).update(
            state=draw.choice(["cooling_off", "erasing", "fulfilling"])
        ),
        "another's yes": lambda: Approval.objects.filter(dsr=dsr).update(officer=other),
        "run": lambda: erasure.start_run(now_of(dsr)),
        "waive": lambda: erasure.waive_cooling_off(now_of(dsr)),
        "plan changed": lambda: _change(dsr, draw, digests),
    }
    refused = (erasure.NotYours, erasure.PlanStale, erasure.NotReady, MoveNotAllowed, IntegrityError, ProgrammingError)
    for _ in range(500):
        try:
            with transaction.atomic():
                attempts[draw.choice(sorted(attempts))]()
        except refused:
            pass

    assert now_of(dsr).stage == State.REVIEWING
    assert not Step.objects.filter(kind__in=["erasure.run", "erasure.begin"]).exists()
    assert not Plan.objects.filter(intent_at__isnull=False).exists()


def _change(dsr: SubjectRequest, draw: random.Random, digests: list[bytes]) -> None:
    last = dsr.plans.order_by("-round")[0]
    Plan.objects.filter(pk=last.pk).update(state=PlanState.STALE)
    a_plan(dsr, last.source, round=last.round + 1, digest=draw.randbytes(32))
    digests.append(erasure.plan_digest(dsr))


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("7.02")
def test_of_one_officer_in_many_sessions_one_yes_counts_and_of_two_at_the_same_moment_both() -> None:
    alone, both = a_planned_dsr(), a_planned_dsr()
    one, two = an_officer("one@desk.example"), an_officer("two@desk.example")

    def yes(dsr: SubjectRequest, officer: Officer) -> str:
        try:
            say_yes(dsr, officer)
        except (erasure.NotYours, erasure.NotReady) as refusal:
            return type(refusal).__name__
        return "yes"

    assert at_once(4, lambda _number: yes(alone, one)) == ["NotYours"] * 3 + ["yes"]
    assert at_once(2, lambda number: yes(both, (one, two)[number])) == ["yes", "yes"]
    assert (now_of(alone).stage, now_of(both).stage) == (State.REVIEWING, State.COOLING_OFF)

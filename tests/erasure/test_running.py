"""The run: only what was approved, once, read back; and what happens where something is different."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.traces import ErasedIdentity
from requests_app.holds import services as holds
from requests_app.holds.models import Reach
from requests_app.holds.services import Asked
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.services import Move
from requests_app.workflow.states import State
from tests.filing import Filed
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

Planner = Callable[[], Filed]
Approver = Callable[[Filed], None]


def held(shop: SmallShop) -> Mapping[str, list[Any]]:
    """Return what the shop's systems hold."""
    with psycopg.connect(shop.database) as connection:
        customers = [row[0] for row in connection.execute("SELECT id FROM customers ORDER BY id")]
        orders = [row[0] for row in connection.execute("SELECT id FROM orders ORDER BY id")]
    letters = sqlite3.connect(shop.folder / "letters.sqlite")
    subscribers = [row[0] for row in letters.execute("SELECT id FROM subscribers ORDER BY id")]
    letters.close()
    return {"customers": customers, "orders": orders, "subscribers": subscribers}


ALL = {"customers": [1, 2], "orders": [10, 11, 20, 21], "subscribers": [5, 6]}
OTHERS = {"customers": [2], "orders": [20, 21], "subscribers": [6]}


def plans(filed: Filed) -> dict[tuple[str, int], str]:
    return {(plan.source.name, plan.round): plan.state for plan in filed.dsr.plans.select_related("source")}


def intents(filed: Filed) -> int:
    return AuditEvent.objects.filter(dsr_id=filed.dsr.pk, action="erasure.intended").count()


@pytest.mark.promise("O17")
def test_two_officers_approve_and_only_that_person_is_erased(erasing: SmallShop, planned: Planner, approve: Approver) -> None:
    filed = planned()
    assert (filed.state, held(erasing)) == (State.REVIEWING, ALL)
    approve(filed)
    assert held(erasing) == ALL

    run_all_due()

    assert (filed.state, held(erasing)) == (State.ANSWERED, OTHERS)
    assert intents(filed) == 2
    assert {plan.state for plan in erasure.current(filed.now)} == {PlanState.DONE}
    assert all(plan.absent_at for plan in erasure.current(filed.now))
    for one in RecordSet.objects.all():
        assert (one.intent_at is not None, one.done_at is not None, one.erased, one.proof["how"]) == (
            True,
            True,
            one.records,
            "run",
        )
    traces = {(one.source.name, one.kind) for one in ErasedIdentity.objects.all()}
    assert traces == {(source, kind) for source in ("orders", "newsletter") for kind in ("email", "record")}
    assert Letter.objects.filter(dsr=filed.dsr, kind="erased").count() == 1


def test_a_summary_says_what_is_planned_and_what_was_done(
    erasing: SmallShop, planned: Planner, approve: Approver, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    filed = planned()
    with django_assert_num_queries(2):
        before = erasure.summary(filed.dsr)
    approve(filed)
    run_all_due()
    after = erasure.summary(filed.dsr)

    assert [(one.collection, one.records, one.erased) for one in before.systems[1].sets] == [("orders", 2, 0), ("customers", 1, 0)]
    assert [(one.collection, one.records, one.erased) for one in after.systems[1].sets] == [("orders", 2, 2), ("customers", 1, 1)]
    assert (before.round, before.records(before.systems[0].sets[0].deed), before.kept_until) == (1, 4, None)


@pytest.mark.promise("O17")
def test_a_new_record_stops_its_system_alone_and_is_asked_again(erasing: SmallShop, planned: Planner, approve: Approver) -> None:
    filed = planned()
    approve(filed)
    erasing.order(12, 1)

    run_all_due()

    assert held(erasing) == {"customers": [1, 2], "orders": [10, 11, 12, 20, 21], "subscribers": [6]}
    assert filed.state == State.REVIEWING
    assert plans(filed) == {("orders", 1): "stale", ("newsletter", 1): "done", ("orders", 2): "ready"}
    assert not erasure.cancel(filed.now)
    assert Letter.objects.filter(dsr=filed.dsr, kind="officer_plan_again").count() == 2

    approve(filed)
    come_due("erasure.begin")
    run_all_due()

    assert (filed.state, held(erasing)) == (State.ANSWERED, OTHERS)


@pytest.mark.threat("7.01")
def test_a_hold_that_is_placed_before_the_run_stops_what_it_holds(
    erasing: SmallShop, planned: Planner, approve: Approver, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    filed = planned()
    approve(filed)
    asked = Asked("matter 7", "a dispute", Reach.PERSONS, date(2027, 6, 1), ["ada@example.com"])
    assert holds.place(erasing.brand, asked, by=officers[0]).too_late == ()

    run_all_due()

    assert (filed.state, held(erasing), intents(filed)) == (State.REVIEWING, ALL, 0)
    assert {plan.state for plan in erasure.current(filed.now)} == {PlanState.READY}
    assert set(RecordSet.objects.filter(plan__round=2).values_list("deed", flat=True)) == {"keep"}


def test_a_system_that_fails_for_good_does_not_stop_the_others_and_is_seen(
    erasing: SmallShop, planned: Planner, approve: Approver, officers: tuple[Officer, Officer], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    filed = planned()
    approve(filed)
    monkeypatch.setenv("SMALL_LETTERS_ERASER", f"sqlite:///{erasing.folder / 'nowhere' / 'gone.sqlite'}")
    Source.objects.filter(pk=erasing.newsletter.pk).update(erase_secret="SMALL_LETTERS_ERASER")

    run_all_due()
    while come_due("erasure.run"):
        Source.objects.update(resting_until=None)
        run_all_due()

    assert held(erasing) == {**OTHERS, "subscribers": [5, 6]}
    failed = Plan.objects.get(dsr=filed.dsr, source=erasing.newsletter)
    assert (filed.state, failed.state, bool(failed.fault)) == (State.ERASING, PlanState.FAILED, True)
    assert Letter.objects.filter(dsr=filed.dsr, kind="officer_stuck").exists()

    Source.objects.filter(pk=erasing.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL", failures=0, resting_until=None)
    assert erasure.try_again(failed, by=officers[0])
    run_all_due()
    assert (filed.state, held(erasing)) == (State.ANSWERED, OTHERS)


def test_what_cannot_be_erased_is_settled_with_a_reason_that_the_answer_names(
    erasing: SmallShop, planned: Planner, approve: Approver, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    Source.objects.filter(pk=erasing.newsletter.pk).update(erase_secret="")
    filed = planned()
    by_hand = Plan.objects.get(dsr=filed.dsr, source=erasing.newsletter)
    assert (by_hand.by_hand, [one.reason for one in by_hand.sets.all()]) == (True, ["by_hand"])
    approve(filed)
    run_all_due()

    assert (filed.state, held(erasing)) == (State.ERASING, {**OTHERS, "subscribers": [5, 6]})
    assert Letter.objects.filter(dsr=filed.dsr, kind="officer_by_hand").count() == 2
    erasure.give_up(by_hand, reason="The provider has gone.", by=officers[0])
    run_all_due()

    assert filed.state == State.ERASED_IN_PART
    assert [one.reason for one in erasure.summary(filed.now).systems if one.state == PlanState.GIVEN_UP] == [
        "The provider has gone."
    ]
    with pytest.raises(erasure.NotOpen):
        erasure.give_up(by_hand, reason="again", by=officers[0])


@pytest.mark.threat("7.08")
def test_done_by_hand_is_looked_for_too(
    erasing: SmallShop, planned: Planner, approve: Approver, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    Source.objects.filter(pk=erasing.newsletter.pk).update(erase_secret="")
    filed = planned()
    approve(filed)
    run_all_due()
    by_hand = Plan.objects.get(dsr=filed.dsr, source=erasing.newsletter)

    erasure.done_by_hand(by_hand, by=officers[0])  # who says so has forgotten to do it
    run_all_due()
    assert (filed.state, plans(filed)["newsletter", 2]) == (State.REVIEWING, "ready")

    approve(filed)
    come_due("erasure.begin")
    run_all_due()
    erasing.letters("DELETE FROM subscribers WHERE id = 5")
    erasure.done_by_hand(Plan.objects.get(dsr=filed.dsr, source=erasing.newsletter, round=2), by=officers[1])
    run_all_due()

    assert (filed.state, held(erasing)) == (State.ANSWERED, OTHERS)
    with pytest.raises(erasure.NotOpen):
        erasure.done_by_hand(by_hand, by=officers[0])


def test_what_came_while_it_was_erased_is_found_and_planned(erasing: SmallShop, planned: Planner, approve: Approver) -> None:
    filed = planned()
    approve(filed)
    run_all_due("journey.follow", "erasure.begin", "erasure.run", "correspondence.send")
    erasing.subscriber(9, "ada@example.com")

    run_all_due()

    assert filed.state in (State.REVIEWING, State.DECIDING)
    assert Move.SEARCH_AGAIN in {transition.move for transition in filed.dsr.transitions.all()}
    assert plans(filed)["newsletter", 1] == "stale"


def test_nothing_found_is_answered_and_nobody_has_to_approve_that(erasing: SmallShop, planned: Planner) -> None:
    erasing.sql("DELETE FROM orders")
    erasing.sql("DELETE FROM customers")
    erasing.letters("DELETE FROM subscribers")

    filed = planned()

    assert (filed.state, intents(filed)) == (State.ANSWERED, 0)


def test_a_plan_that_cannot_be_carried_out_is_refused_with_the_place(
    erasing: SmallShop, planned: Planner, officers: tuple[Officer, Officer],
) -> None:  # fmt: skip
    described = Path(erasing.orders.description)
    text = described.read_text(encoding="utf-8")
    null = "{name: name, fides_meta: {masking_strategy_override: {strategy: null_rewrite}}, "
    blank = text.replace(
        "      - name: customers\n        dsar:\n", "      - name: customers\n        dsar:\n          erase: blank\n"
    )
    described.write_text(blank.replace("{name: name, ", null), encoding="utf-8")
    erasing.sql("ALTER TABLE customers ALTER name SET NOT NULL")
    filed = planned()

    refused = Plan.objects.get(dsr=filed.dsr, source=erasing.orders)
    assert (filed.state, refused.state) == (State.REVIEWING, PlanState.IMPOSSIBLE)
    assert any("customers.name" in one["where"] for one in refused.problems), refused.problems
    with pytest.raises(erasure.NotReady, match="unfinished"):
        erasure.approve(filed.now, by=officers[0], digest=erasure.plan_digest(filed.now))

    described.write_text(text, encoding="utf-8")
    erasure.plan_again(filed.now, by=officers[0])
    run_all_due()
    assert plans(filed) == {("orders", 1): "stale", ("newsletter", 1): "stale", ("orders", 2): "ready", ("newsletter", 2): "ready"}


@pytest.mark.threat("7.06")
@pytest.mark.parametrize("kind", ["erasure.plan", "erasure.run", "erasure.absence", "erasure.begin", "erasure.certificate"])
def test_a_worker_killed_before_its_commit_changes_nothing(
    erasing: SmallShop, planned: Planner, approve: Approver, kind: str,
) -> None:  # fmt: skip
    filed = planned()
    if kind == "erasure.plan":
        Step.objects.filter(kind=kind).update(state="due", finished_at=None)
    approve(filed)
    while not run_all_due(kind, dying=True):
        assert run_all_due(*{step.kind for step in Step.objects.filter(state="due")} - {kind} or {"none"})
    run_all_due()

    assert (filed.state, held(erasing), intents(filed)) == (State.ANSWERED, OTHERS, 2)
    if kind == "erasure.run":
        assert {one.proof["how"] for one in RecordSet.objects.all()} == {"found_done"}


def test_the_account_that_may_erase_is_asked_for_in_the_moment_of_erasing(
    erasing: SmallShop, planned: Planner, approve: Approver, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SMALL_ERASER", os.environ["SMALL_ORDERS_URL"])
    Source.objects.filter(pk=erasing.orders.pk).update(erase_secret="SMALL_ERASER")
    filed = planned()
    approve(filed)
    monkeypatch.delenv("SMALL_ERASER")

    run_all_due()

    assert Plan.objects.get(dsr=filed.dsr, source=erasing.orders).fault == "refused"
    assert held(erasing) == {**ALL, "subscribers": [6]}

"""The one door: what `advance` does, refuses, and leaves behind."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection

from requests_app.audit.models import AuditEvent
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM, Actor
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import MoveNotAllowed, StaleState, advance, open_dsr
from requests_app.workflow.states import TRANSITIONS, Move, State, table
from tests.making import a_dsr, approve_by_two, as_owner

OFFICER = Actor("officer", "officer:7")
RIGHTS = ("access", "erasure", "rectification", "objection", "opt_out_sale", "complaint")  # one for each way
FORBIDDEN = [(right, *pair) for right in RIGHTS for pair in product(State, Move) if pair not in table(right)]


@pytest.mark.django_db
def test_a_move_that_the_table_does_not_name_is_refused() -> None:
    for right, state, move in FORBIDDEN:
        with pytest.raises(MoveNotAllowed):
            advance(SubjectRequest(reference="DSR-0000-0000", state=state, right=right), move, by=OFFICER)

    assert not Transition.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("pair", "target"), TRANSITIONS.items())
def test_a_move_of_the_table_is_made_and_written_down(pair: tuple[State, Move], target: State) -> None:
    source, move = pair
    dsr = a_dsr(source, right=next(right for right in RIGHTS if pair in table(right)))
    if move == Move.APPROVE_ERASURE:
        approve_by_two(dsr)
    made_before = dsr.transitions.count()

    transition = advance(dsr, move, by=OFFICER, reason="because")

    assert dsr.stage == target
    assert SubjectRequest.objects.get(pk=dsr.pk).stage == target
    kept = Transition.objects.get(pk=transition.pk)
    assert (kept.number, kept.source, kept.target, kept.move) == (made_before + 1, source, target, move)
    assert (kept.actor_kind, kept.actor_name, kept.reason) == ("officer", "officer:7", "because")


@pytest.mark.django_db
@pytest.mark.threat("11.03")
def test_each_move_leaves_one_audit_event_that_names_who_and_what_but_no_person() -> None:
    dsr = a_dsr(State.REVIEWING)
    AuditEvent.objects.filter(dsr_id=dsr.pk).count()

    advance(dsr, Move.REFUSE, by=OFFICER, reason="Ada is somebody else")

    event = AuditEvent.objects.filter(dsr_id=dsr.pk).latest("pk")
    assert (event.action, event.actor_name) == ("request.moved", "officer:7")
    assert event.facts == {"move": "refuse", "source": "reviewing", "target": "refused"}
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="request.moved").count() == dsr.transitions.count()


@pytest.mark.django_db
def test_the_step_that_lets_the_journey_follow_is_written_with_the_move() -> None:
    dsr = a_dsr()

    transition = advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)

    step = Step.objects.get(key=f"follow:{dsr.pk}:{transition.number}")
    assert (step.kind, step.dsr, step.params) == ("journey.follow", dsr, {"number": 1})


@pytest.mark.django_db
def test_the_moments_of_proof_approval_and_closing_are_stamped_by_the_move_that_makes_them() -> None:
    dsr = a_dsr(State.VERIFYING)
    assert (dsr.verified_at, dsr.approved_at, dsr.closed_at) == (None, None, None)

    advance(dsr, Move.ACCEPT_PROOF, by=SYSTEM)
    assert dsr.verified_at is not None
    for move in (Move.SEARCH, Move.FINISH_COLLECTION, Move.APPROVE):
        assert dsr.approved_at is None
        advance(dsr, move, by=SYSTEM)
    assert dsr.approved_at is not None
    assert dsr.closed_at is None
    advance(dsr, Move.ANSWER, by=SYSTEM)
    assert dsr.closed_at is not None


@pytest.mark.django_db
def test_whoever_looked_too_early_is_told_that_the_state_is_stale() -> None:
    dsr = a_dsr(State.REVIEWING)
    seen_earlier = SubjectRequest.objects.get(pk=dsr.pk)
    advance(dsr, Move.APPROVE, by=OFFICER)

    with pytest.raises(StaleState):
        advance(seen_earlier, Move.REFUSE, by=OFFICER)

    assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.FULFILLING


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", range(10))
def test_of_two_officers_at_the_same_moment_exactly_one_decides(_turn: int) -> None:
    dsr = a_dsr(State.REVIEWING)
    transitions = dsr.transitions.count()
    start, outcomes = Barrier(2), []

    def decide(move: Move) -> None:
        try:
            mine = SubjectRequest.objects.get(pk=dsr.pk)
            start.wait(60)
            advance(mine, move, by=OFFICER)
            outcomes.append("won")
        except StaleState:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=[move]) for move in (Move.APPROVE, Move.REFUSE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["stale", "won"]
    assert dsr.transitions.count() == transitions + 1


@pytest.fixture
def deaf_trail() -> Iterator[None]:
    """An audit trail that takes no entry."""
    with as_owner() as cursor:
        cursor.execute("CREATE FUNCTION deaf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'deaf'; END $$")
        cursor.execute("CREATE TRIGGER deaf BEFORE INSERT ON requests_app_auditevent EXECUTE FUNCTION deaf()")
    yield
    with as_owner() as cursor:
        cursor.execute("DROP FUNCTION deaf CASCADE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("11.04")
def test_no_audit_no_move(request: pytest.FixtureRequest) -> None:
    dsr = a_dsr(State.REVIEWING)
    before = (dsr.transitions.count(), Step.objects.count())
    request.getfixturevalue("deaf_trail")

    with pytest.raises(DatabaseError, match="deaf"):
        advance(dsr, Move.APPROVE, by=OFFICER)

    assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.REVIEWING
    assert (dsr.transitions.count(), Step.objects.count()) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("11.04")
def test_no_audit_no_request(request: pytest.FixtureRequest) -> None:
    brand = a_dsr().brand
    request.getfixturevalue("deaf_trail")

    with pytest.raises(DatabaseError, match="deaf"):
        open_dsr(
            by=SYSTEM, brand=brand, right="access", regime="eu-gdpr", language="en", email="ada@example.com", email_index=bytes(32)
        )

    assert SubjectRequest.objects.count() == 1


@pytest.mark.django_db
def test_a_request_is_late_only_after_its_last_legal_day_and_while_it_is_open() -> None:
    dsr = a_dsr(State.REVIEWING, due_legal_on=date(2026, 12, 1))

    assert not dsr.is_late(date(2026, 12, 1))
    assert dsr.is_late(date(2026, 12, 2))
    assert list(SubjectRequest.objects.overdue(date(2026, 12, 2))) == [dsr]
    advance(dsr, Move.WITHDRAW, by=SYSTEM)
    assert not dsr.is_late(date(2026, 12, 2))
    assert not SubjectRequest.objects.overdue(date(2026, 12, 2)).exists()

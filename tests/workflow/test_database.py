"""The database keeps the table by itself, whoever writes and by which way."""

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from requests_app.rights import RIGHTS as CATALOGUE
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import MoveNotAllowed, advance, forget
from requests_app.workflow.states import Move, State, edges, states
from tests.making import a_brand, a_dsr

pytestmark = [pytest.mark.django_db, pytest.mark.threat("2.12")]

# One right for each way that there is; what the others of the same way may do is written in the same breath.
RIGHTS = ("access", "erasure", "rectification", "objection", "opt_out_sale", "complaint")
NO_MOVE = "no move leads from"


def a_request_for(right: str) -> SubjectRequest:
    return a_dsr(right=right, concerns=a_dsr(email="other@example.com") if CATALOGUE[right].concerns else None)


@pytest.mark.parametrize(("right", "source"), [(right, source) for right in RIGHTS for source in sorted(states(right))])
def test_an_edge_that_is_not_in_the_table_is_refused_by_the_database(right: str, source: State) -> None:
    dsr = a_dsr(source, right=right)
    strays = [target for target in State if target != source and (source.value, target.value) not in edges(right)]

    assert strays
    for target in strays:
        with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic():
            SubjectRequest.objects.filter(pk=dsr.pk).update(state=target)
    with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE requests_app_subjectrequest SET state = %s WHERE id = %s", [strays[0].value, dsr.pk])
    dsr.state = strays[-1]
    with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic():
        dsr.save()

    assert SubjectRequest.objects.get(pk=dsr.pk).stage == source


@pytest.mark.parametrize("right", CATALOGUE)
def test_the_database_keeps_the_first_moves_of_every_right(right: str) -> None:
    dsr = a_request_for(right)
    first = {target for source, target in edges(right) if source == State.RECEIVED}

    for target in frozenset(State) - first - {State.RECEIVED}:
        with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic():
            SubjectRequest.objects.filter(pk=dsr.pk).update(state=target)


@pytest.mark.parametrize("right", CATALOGUE)
def test_only_a_right_without_proof_is_carried_out_unproven(right: str) -> None:
    dsr = a_request_for(right)

    if CATALOGUE[right].needs_proof:
        with pytest.raises(MoveNotAllowed):
            advance(dsr, Move.CARRY_OUT, by=SYSTEM)
    else:
        advance(dsr, Move.CARRY_OUT, by=SYSTEM)
        assert advance(dsr, Move.ANSWER, by=SYSTEM).target == State.ANSWERED


def test_a_wish_is_sealed_and_forgotten_with_the_person() -> None:
    dsr = a_dsr(right="post_mortem", wish={"trustee": "a letter"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT wish FROM requests_app_subjectrequest WHERE id = %s", [dsr.pk])
        assert b"letter" not in bytes(cursor.fetchone()[0])

    assert SubjectRequest.objects.get(pk=dsr.pk).wish == {"trustee": "a letter"}
    forget([dsr.pk])

    assert SubjectRequest.objects.get(pk=dsr.pk).wish is None


def test_an_appeal_names_the_request_that_it_is_about() -> None:
    with pytest.raises(IntegrityError, match="names the request"):
        a_dsr(right="appeal")


def test_these_tests_speak_to_the_database_as_the_application_does() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT tableowner FROM pg_tables WHERE tablename = 'requests_app_subjectrequest')")
        user, owner = cursor.fetchone()

    assert user == settings.DSAR_APP_ROLE
    assert owner != user


@pytest.mark.parametrize(
    "statement", ["DISABLE TRIGGER USER", "DROP CONSTRAINT approved_only_when_proven", "ADD COLUMN extra text"]
)
def test_the_application_cannot_take_the_rules_off_the_table(statement: str) -> None:
    with pytest.raises(Exception, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE requests_app_subjectrequest {statement}")


def test_the_application_cannot_run_without_triggers() -> None:
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


@pytest.mark.parametrize("state", [state for state in State if state != State.RECEIVED])
def test_a_request_begins_as_received(state: State) -> None:
    with pytest.raises(IntegrityError, match="begins as received"):
        SubjectRequest.objects.create(reference="DSR-0000-0001", brand=a_brand(), email_index=bytes(32), state=state)


def test_the_right_asked_for_never_changes() -> None:
    dsr = a_dsr()

    with pytest.raises(IntegrityError, match="never changes"):
        SubjectRequest.objects.filter(pk=dsr.pk).update(right="erasure")


def test_nothing_is_approved_without_proof() -> None:
    dsr = a_dsr(State.VERIFYING)

    with pytest.raises(IntegrityError, match="approved_only_when_proven"):
        SubjectRequest.objects.filter(pk=dsr.pk).update(approved_at=dsr.received_at)


def test_nothing_passes_the_door_without_proof() -> None:
    dsr = a_dsr(State.VERIFYING)

    with pytest.raises(IntegrityError, match="past_the_door_only_when_proven"):
        SubjectRequest.objects.filter(pk=dsr.pk).update(state=State.MATCHING)


@pytest.mark.parametrize("state", [State.MATCHING, State.REVIEWING, State.FULFILLING, State.ANSWERED, State.REFUSED])
def test_proof_is_not_taken_back_once_the_request_is_past_the_door(state: State) -> None:
    dsr = a_dsr(state)

    with pytest.raises(IntegrityError, match="only_when_proven"):
        SubjectRequest.objects.filter(pk=dsr.pk).update(verified_at=None)


def test_two_moves_cannot_have_the_same_number() -> None:
    dsr = a_dsr(State.VERIFYING)
    first = dsr.transitions.get()
    first.pk = None

    with pytest.raises(IntegrityError, match="moves_are_numbered"):
        first.save(force_insert=True)

"""The database keeps the table by itself, whoever writes and by which way."""

from itertools import product

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State, edges
from tests.making import a_brand, a_dsr

pytestmark = [pytest.mark.django_db, pytest.mark.threat("2.12")]

NO_EDGE = [(a, b) for a, b in product(State, State) if a != b and (a.value, b.value) not in edges()]
NO_MOVE = "no move leads from"


@pytest.mark.parametrize(("source", "target"), NO_EDGE)
def test_an_edge_that_is_not_in_the_table_is_refused_by_the_database(source: State, target: State) -> None:
    dsr = a_dsr(source)

    with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic():
        SubjectRequest.objects.filter(pk=dsr.pk).update(state=target)
    with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE requests_app_subjectrequest SET state = %s WHERE id = %s", [target.value, dsr.pk])
    dsr.state = target
    with pytest.raises(IntegrityError, match=NO_MOVE), transaction.atomic():
        dsr.save()

    assert SubjectRequest.objects.get(pk=dsr.pk).stage == source


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

"""A step that was given up is not lost: once its cause is mended, it is tried again."""

from io import StringIO

import pytest
from django.core.management import call_command

from requests_app.audit.models import AuditEvent
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, StepFailed
from requests_app.ledger.models import Step
from tests.ledger.conftest import Work


def refused(_claim: Claim) -> Outcome:
    raise StepFailed("wrong_password", again=False)


@pytest.mark.django_db
def test_the_command_names_what_was_given_up_and_changes_nothing_unasked(work: Work) -> None:
    work.handler = refused
    dead = work.attempt(work.step())
    said = StringIO()

    call_command("steps", stdout=said)

    assert said.getvalue() == f"{dead.pk}  test.work  -  wrong_password\n"
    assert Step.objects.get(pk=dead.pk).state == "dead"


@pytest.mark.django_db
def test_what_was_given_up_is_tried_again_with_all_its_attempts(work: Work) -> None:
    work.handler = refused
    dead = work.attempt(work.step())
    work.handler = lambda _claim: Done()

    call_command("steps", "--again", stdout=StringIO())

    again = Step.objects.get(pk=dead.pk)
    assert (again.state, again.attempts, again.error, again.finished_at) == ("due", 0, "", None)
    assert work.attempt(again).state == "done"
    assert AuditEvent.objects.filter(action="step.revived", actor_kind="administrator").count() == 1


@pytest.mark.django_db
def test_what_is_done_stays_done(work: Work) -> None:
    done = work.attempt(work.step())

    call_command("steps", "--again", stdout=StringIO())

    assert Step.objects.get(pk=done.pk).state == "done"
    assert work.ran == [1]

"""More time: only where a law gives it, in time, with a reason, and once its letter has gone out."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter, LetterState
from requests_app.deadlines import dates, extensions
from requests_app.deadlines.extensions import NoExtension, ReasonMissing, TooLateToExtend, extend
from requests_app.deadlines.models import Extension
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer
from tests.making import a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
LINKS: Final = {"follow": "https://shop.example/follow", "disown": "https://shop.example/disown"}


@pytest.fixture
def dsr() -> SubjectRequest:
    found = a_dsr(State.REVIEWING)
    dates.keep(found, by=SYSTEM, because="test")
    return found


def asked(dsr: SubjectRequest, reason: str = "Nine systems, and half of them on paper.") -> Extension:
    return extend(dsr, by=SYSTEM, reason=reason, links=LINKS)


def test_the_dates_move_when_the_letter_has_gone_out_and_not_before(dsr: SubjectRequest, post: Any) -> None:
    before = dsr.due_safe_on
    asked(dsr)
    dsr.refresh_from_db()
    assert dsr.due_safe_on == before

    run_all_due()

    dsr.refresh_from_db()
    assert dsr.due_safe_on == dates.of(dsr).longer_on
    assert dsr.due_safe_on is not None
    assert before is not None
    assert dsr.due_safe_on > before
    letter = Letter.objects.get(dsr=dsr, kind="extension")
    assert letter.state == LetterState.SENT
    assert "Nine systems, and half of them on paper." in letter.text
    assert AuditEvent.objects.filter(dsr_id=dsr.pk, action="deadline.extended").count() == 1


def test_a_letter_that_cannot_go_takes_no_time_and_the_officers_are_told(dsr: SubjectRequest, post: Any) -> None:
    an_officer()
    before = dsr.due_safe_on
    extension = asked(dsr)
    _letter_of(extension).update(state=LetterState.FAILED)

    run_all_due("deadlines.extend")

    dsr.refresh_from_db()
    assert dsr.due_safe_on == before
    assert not Extension.objects.exists()
    assert Letter.objects.filter(kind="officer_not_extended").count() == 1
    asked(dsr)  # and it may be tried again


def test_a_letter_that_went_too_late_takes_no_time(dsr: SubjectRequest) -> None:
    an_officer()
    extension = asked(dsr)
    notice_by = dates.of(dsr).notice_by
    assert notice_by is not None
    late = notice_by + timedelta(days=2)
    _letter_of(extension).update(state=LetterState.SENT, sent_at=f"{late}T12:00Z")

    extensions.hold(Extension.objects.get(pk=extension.pk))

    assert not Extension.objects.exists()


def test_after_its_own_deadline_nothing_is_extended(dsr: SubjectRequest) -> None:
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=Now() - timedelta(days=33))

    with pytest.raises(TooLateToExtend):
        asked(dsr)
    assert not Letter.objects.filter(kind="extension").exists()


@pytest.mark.parametrize("reason", ["", " \n"])
def test_no_extension_is_taken_in_silence(dsr: SubjectRequest, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        asked(dsr, reason)


def test_it_is_taken_once(dsr: SubjectRequest) -> None:
    asked(dsr)
    with pytest.raises(NoExtension):
        asked(dsr)


def test_a_law_that_gives_no_more_time_gives_none() -> None:
    with pytest.raises(NoExtension):
        asked(a_dsr(State.REVIEWING, regimes=["br-lgpd"], regime="br-lgpd"))


@pytest.mark.parametrize("state", [State.VERIFYING, State.ANSWERED, State.WITHDRAWN])
def test_what_is_not_worked_on_is_not_extended(state: State) -> None:
    with pytest.raises(NoExtension):
        asked(a_dsr(state))


def test_a_mail_server_that_is_away_lets_the_extension_wait(dsr: SubjectRequest) -> None:
    extension = asked(dsr)
    before = dsr.due_safe_on
    run_all_due("deadlines.extend")

    dsr.refresh_from_db()
    assert dsr.due_safe_on == before
    assert Extension.objects.get(pk=extension.pk).holds_from is None


def _letter_of(extension: Extension) -> "QuerySet[Letter]":
    assert extension.letter_id is not None
    return Letter.objects.filter(pk=extension.letter_id)

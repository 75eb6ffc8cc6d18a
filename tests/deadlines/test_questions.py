"""A question to the customer: shown on the page alone, ended by the answer, counted as each law says."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.composing import LetterLacks
from requests_app.correspondence.models import Letter, Message
from requests_app.deadlines import dates, questions
from requests_app.deadlines.models import Pause
from requests_app.deadlines.questions import NoProofWanted, NothingSaid, NotNow
from requests_app.officers.models import Officer
from requests_app.rights import RIGHTS
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer
from tests.making import a_dsr

pytestmark = pytest.mark.django_db(transaction=True)
LINKS: Final = {"follow": "https://shop.example/follow", "disown": "https://shop.example/disown"}
WORDS: Final = "Which of your two shops in Lyon do you mean?"


@pytest.fixture
def officer() -> Officer:
    return an_officer()


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_dsr(State.REVIEWING, regimes=["uk-gdpr"], regime="uk-gdpr")


def asked(dsr: SubjectRequest, officer: Officer, about: str = "clarification", text: str = WORDS) -> Pause:
    return questions.ask(dsr, about=about, by=officer, links=LINKS, asked=text, because="There are two of them.")


@pytest.mark.promise("S3")
def test_the_letter_says_that_there_is_a_question_and_never_which(dsr: SubjectRequest, officer: Officer) -> None:
    pause = asked(dsr, officer)

    letter = Letter.objects.get(dsr=dsr, kind="question")
    assert WORDS not in letter.text
    assert pause.question.text.startswith(WORDS)
    assert WORDS not in repr(AuditEvent.objects.filter(dsr_id=dsr.pk).values_list("facts", flat=True))


def test_the_answer_ends_the_pause_and_the_days_in_between_count_as_the_law_says(dsr: SubjectRequest, officer: Officer) -> None:
    dates.keep(dsr, by=officer.actor, because="test")
    before = dsr.due_legal_on
    pause = asked(dsr, officer)
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=Now() - timedelta(days=10))
    Pause.objects.filter(pk=pause.pk).update(asked_at=Now() - timedelta(days=6))

    questions.answer(dsr, "Both of them.")

    pause.refresh_from_db()
    dsr = SubjectRequest.objects.get(pk=dsr.pk)
    assert pause.ended_at is not None
    assert before is not None
    assert dsr.due_legal_on != before
    assert [message.text.partition("\n")[0] for message in Message.objects.filter(dsr=dsr)] == [WORDS, "Both of them."]
    assert Letter.objects.filter(dsr=dsr, kind="officer_message").count() == 1
    assert list(AuditEvent.objects.filter(dsr_id=dsr.pk, action__startswith="question.").values_list("action", flat=True)) == [
        "question.asked", "question.answered",
    ]  # fmt: skip


def test_a_message_without_a_question_moves_no_date(dsr: SubjectRequest, officer: Officer) -> None:
    questions.answer(dsr, "One more thing.")

    assert not AuditEvent.objects.filter(dsr_id=dsr.pk, action="deadline.computed").exists()
    assert Message.objects.get(dsr=dsr).from_customer


def test_there_is_one_question_at_a_time(dsr: SubjectRequest, officer: Officer) -> None:
    asked(dsr, officer)
    with pytest.raises(NotNow):
        asked(dsr, officer)


@pytest.mark.parametrize("state", [State.VERIFYING, State.ANSWERED, State.REFUSED])
def test_only_who_can_answer_is_asked(officer: Officer, state: State) -> None:
    with pytest.raises(NotNow):
        asked(a_dsr(state), officer)


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_is_asked_without_words(dsr: SubjectRequest, officer: Officer, text: str) -> None:
    with pytest.raises(LetterLacks, match="question"):
        asked(dsr, officer, text=text)
    assert not Pause.objects.exists()
    with pytest.raises(NothingSaid):
        questions.answer(dsr, text)


def test_every_right_that_asks_for_no_proof_is_spared_the_question(officer: Officer) -> None:
    for name, right in RIGHTS.items():
        about: dict[str, Any] = {"concerns": a_dsr(), "regime": "us-va-vcdpa"} if right.concerns else {}
        dsr = a_dsr(State.REVIEWING if right.needs_proof else State.FULFILLING, right=name, **about)
        if right.asks_facts:
            asked(dsr, officer, about="identity")
        else:
            with pytest.raises(NoProofWanted if right.needs_proof else NotNow):
                asked(dsr, officer, about="identity")


def test_what_was_said_goes_with_the_request(dsr: SubjectRequest, officer: Officer) -> None:
    asked(dsr, officer)
    SubjectRequest.objects.filter(pk=dsr.pk).delete()

    assert not Message.objects.exists()
    assert not Pause.objects.exists()

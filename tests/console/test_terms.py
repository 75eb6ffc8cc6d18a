"""The pages of dates, laws and messages: each date explains itself, and nothing moves in silence."""

import pytest
from django.test import Client
from django.urls import reverse

from requests_app.correspondence.models import Letter, Message
from requests_app.deadlines import dates, questions
from requests_app.deadlines.models import Extension, Pause
from requests_app.officers.models import Role
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_dsr

pytestmark = pytest.mark.django_db


@pytest.fixture
def dsr() -> SubjectRequest:
    found = a_dsr(State.REVIEWING, regimes=["eu-gdpr", "us-ca-ccpa"], law_reason={"chosen": {"eu-gdpr": "establishment"}})
    dates.keep(found, by=SYSTEM, because="test")
    return found


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer(), fresh=True)


def page(desk: Client, dsr: SubjectRequest, name: str) -> str:
    return desk.get(reverse(f"console:{name}", args=[dsr.reference])).content.decode()


def moves(dsr: SubjectRequest) -> int:
    return dsr.transitions.count()


def test_each_date_says_how_it_came_about_and_by_which_law(desk: Client, dsr: SubjectRequest) -> None:
    shown = page(desk, dsr, "terms")

    assert "where the shop is established" in shown
    assert "Art. 12(3)" in shown
    assert "Calendar months: 1." in shown
    assert "Calendar days: 45." in shown
    assert "comes first" in shown


def test_an_officer_takes_more_time_with_a_reason_and_a_letter(desk: Client, dsr: SubjectRequest) -> None:
    url = reverse("console:extend", args=[dsr.reference])
    assert desk.post(url, {"seen": moves(dsr), "reason": " "}).status_code == 422
    assert not Extension.objects.exists()

    answer = desk.post(url, {"seen": moves(dsr), "reason": "Many systems."})

    assert answer.status_code == 302
    assert Letter.objects.get(dsr=dsr, kind="extension").text.count("Many systems.") == 1
    assert "Take more time" not in page(desk, dsr, "terms")
    assert desk.get(url).status_code == 409


def test_an_officer_chooses_other_laws_and_says_why(desk: Client, dsr: SubjectRequest) -> None:
    url = reverse("console:law", args=[dsr.reference])
    assert desk.post(url, {"seen": moves(dsr), "laws": ["eu-gdpr-fr"], "reason": "x"}).status_code == 422

    assert desk.post(url, {"seen": moves(dsr), "laws": ["us-ca-ccpa"], "reason": "Moved."}).status_code == 302

    dsr.refresh_from_db()
    assert (dsr.regime, dsr.law_note) == ("us-ca-ccpa", "Moved.")
    assert "chosen by an officer" in page(desk, dsr, "terms")


def test_a_page_that_is_old_changes_nothing(desk: Client, dsr: SubjectRequest) -> None:
    assert (
        desk.post(reverse("console:law", args=[dsr.reference]), {"seen": 0, "laws": ["us-ca-ccpa"], "reason": "x"}).status_code
        == 409
    )
    assert desk.post(reverse("console:extend", args=[dsr.reference]), {"seen": 0, "reason": "x"}).status_code == 409
    assert desk.post(reverse("console:talk", args=[dsr.reference]), {"seen": 0, "text": "x"}).status_code == 409
    dsr.refresh_from_db()
    assert dsr.regime == "eu-gdpr"


@pytest.mark.promise("S3")
def test_a_question_waits_for_the_customer_and_the_queue_says_so(desk: Client, dsr: SubjectRequest) -> None:
    asked = {"seen": moves(dsr), "about": "clarification", "text": "Which order do you mean?", "because": "There are two."}

    assert desk.post(reverse("console:talk", args=[dsr.reference]), asked).status_code == 302

    assert Pause.objects.get(dsr=dsr).trigger == "clarification"
    assert "waits for an answer" in page(desk, dsr, "talk")
    assert "<dd>customer</dd>" in page(desk, dsr, "detail").replace("\n", "")
    questions.answer(dsr, "Number 12.")
    assert "Number 12." in page(desk, dsr, "talk")
    assert "<strong>you</strong>" in page(desk, dsr, "detail")


def test_an_auditor_sees_the_dates_and_not_what_was_said(dsr: SubjectRequest) -> None:
    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))
    questions.answer(dsr, "A secret.")
    dsr.law_note = "Another secret."
    dsr.save(update_fields=["law_note"])

    assert "Another secret." not in page(auditor, dsr, "terms")
    assert "Take more time" not in page(auditor, dsr, "terms")
    assert auditor.get(reverse("console:talk", args=[dsr.reference])).status_code == 403
    assert Message.objects.count() == 1

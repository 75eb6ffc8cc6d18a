"""Complaints, appeals and whatever else is answered in an officer's own words."""

from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.db import IntegrityError, transaction

from requests_app.brands.models import Brand
from requests_app.correspondence.denials import Rests, refuse
from requests_app.deadlines.dates import under
from requests_app.deadlines.laws import choose_instead
from requests_app.deadlines.limits import Happened
from requests_app.deadlines.models import Reminder
from requests_app.intake.services import NotOffered, laws_for, offers, open_request
from requests_app.officers.models import Officer
from requests_app.replies.models import Outcome, Reply
from requests_app.replies.services import NoSuchOutcome, Words, answer, objections, outcomes, to_say
from requests_app.values import CUSTOMER, SYSTEM, Actor
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import DecidedBefore, MoveNotAllowed, State, advance
from requests_app.workflow.states import Move
from tests.filing import Filed, an_application, an_officer, file_and_confirm
from tests.mail import Post
from tests.making import a_brand
from tests.running import run_all_due

pytestmark = pytest.mark.django_db

VIRGINIA: Final[dict[str, Any]] = {
    "regime": "us-va-vcdpa", "establishment": "US-VA", "rights": {"voluntary": ["automated_decision_review"]},
}  # fmt: skip


@pytest.fixture
def officer() -> Officer:
    return an_officer(a_brand())


def virginian() -> Brand:
    return a_brand("old-dominion", **VIRGINIA)


def a_complaint(post: Post, brand: Brand | None = None, **fields: Any) -> Filed:
    return file_and_confirm(post, brand, **{"right": "complaint", "facts": {}, "details": "You never answered me."} | fields)


def refused(post: Post, by: Officer, brand: Brand, **fields: Any) -> Filed:
    filed = file_and_confirm(post, brand, right="automated_decision_review", **fields)
    refuse(filed.now, Rests("unfounded", "The Act, s. 1", "No."), by=by)
    run_all_due()
    return filed


def an_appeal(about: SubjectRequest) -> SubjectRequest:
    with transaction.atomic():
        application = an_application(right="appeal", email=about.email, facts={}, details="You are wrong.", concerns=about)
        dsr = open_request(about.brand, application, by=CUSTOMER)
        verification.vouched(dsr, about)
    run_all_due()
    return SubjectRequest.objects.select_related("brand", "concerns").get(pk=dsr.pk)


@pytest.mark.promise("S13")
def test_a_complaint_is_taken_up_at_once_without_any_search(post: Post) -> None:
    filed = a_complaint(post)

    assert filed.state == State.REVIEWING
    assert not filed.now.matches.exists()
    assert [letter.kind for letter in filed.now.letters.filter(officer=None)] == ["confirm_address", "proven"]
    assert "answers you in writing" in post.to(filed.now.email)[-1].text


@pytest.mark.promise("A11")
def test_a_complaint_is_answered_within_the_days_that_the_shop_promises_and_officers_are_reminded(post: Post) -> None:
    filed = a_complaint(post, a_brand("prompt", complaint_days=10))
    received = filed.now.received_at.date()

    assert filed.now.due_legal_on == filed.now.due_safe_on
    assert filed.now.due_legal_on is not None
    assert filed.now.due_legal_on - received in {timedelta(days=10), timedelta(days=11)}  # the day at the shop's place
    assert Reminder.objects.filter(dsr=filed.dsr).exists()


def test_a_british_complaint_is_acknowledged_within_thirty_days_by_law() -> None:

    brand = Brand(establishment="GB-ENG", complaint_days=20)

    found = under(["uk-gdpr"], right="complaint", brand=brand, happened=Happened(start=date(2026, 11, 2)))

    assert found.legal_on == date(2026, 11, 22)
    assert found.acknowledge_on == date(2026, 12, 2)


@pytest.mark.parametrize("law", ["eu-gdpr", "us-va-vcdpa", "us-ca-ccpa"])
def test_every_shop_hears_complaints_and_nobody_appeals_out_of_nowhere(law: str) -> None:
    brand = a_brand(f"shop-{law}", regime=law)
    names = [offer.name for offer in offers(brand, laws_for(brand, ""))]

    assert "complaint" in names
    assert "appeal" not in names
    with pytest.raises(NotOffered):
        open_request(brand, an_application(right="appeal"), by=CUSTOMER)


@pytest.mark.promise("J8")
@pytest.mark.parametrize("channel", ["form", "mail", "telephone"])
def test_a_complaint_is_answered_in_writing_whichever_door_it_came_through(post: Post, officer: Officer, channel: str) -> None:
    filed = a_complaint(post, channel=channel)

    answer(filed.now, Words(Outcome.GRANTED, "We should have answered. Here is what we do now."), by=officer)
    run_all_due()

    assert filed.state == State.ANSWERED
    letter = post.to(filed.now.email)[-1]
    assert "you are right" in letter.message["Subject"]
    assert "We should have answered." in letter.text
    assert filed.now.brand.privacy_email in str(letter.message["From"]) + str(letter.message["Reply-To"])


def test_a_complaint_that_is_not_upheld_names_the_authority(post: Post, officer: Officer) -> None:
    filed = a_complaint(post, language="fr")

    answer(filed.now, Words(Outcome.DENIED, "Nous avons répondu le 3 mars."), by=officer)
    run_all_due()

    letter = post.to(filed.now.email)[-1]
    assert "Nous avons répondu le 3 mars." in letter.text
    assert "https://" in letter.text.partition("3 mars.")[2]
    assert "Notre appréciation est différente" in letter.text


def test_a_complaint_is_decided_and_a_question_is_answered(post: Post, officer: Officer) -> None:
    filed = a_complaint(post)

    assert outcomes(filed.now) == (Outcome.GRANTED, Outcome.DENIED)
    with pytest.raises(NoSuchOutcome):
        answer(filed.now, Words(Outcome.ANSWERED, "Yes."), by=officer)
    assert filed.state == State.REVIEWING
    assert not Reply.objects.exists()


def test_who_had_a_decision_looked_at_is_told_what_was_done_and_by_which_logic(post: Post, officer: Officer) -> None:
    filed = file_and_confirm(post, right="automated_decision_review", wish={"decision": "Payment by invoice"})

    assert [code.key for code in to_say(filed.now, Outcome.ANSWERED)] == ["action_taken"]
    answer(filed.now, Words(Outcome.ANSWERED, "A person looked at it: you may pay by invoice."), by=officer)
    run_all_due()

    text = post.to(filed.now.email)[-1].text
    assert "you may pay by invoice" in text
    assert "no machine decides alone" in text


def test_only_an_answered_request_can_be_objected_to_and_an_appeal_only_where_a_law_knows_it(post: Post) -> None:
    european, american = an_officer(a_brand(), "eu@desk.example"), an_officer(virginian(), "va@desk.example")
    open_one = file_and_confirm(post, virginian(), right="automated_decision_review", email="other@example.com")

    assert objections(open_one.now) == ()
    assert objections(refused(post, european, a_brand(), email="eve@example.com").now) == ("complaint",)
    appealable = refused(post, american, virginian())
    assert objections(appealable.now) == ("appeal", "complaint")
    appeal = an_appeal(appealable.now)
    assert objections(appealable.now) == ("complaint",)
    assert appeal.due_legal_on is not None
    assert (appeal.due_legal_on - appeal.received_at.date()).days in {60, 61}


def test_an_appeal_is_decided_by_another_officer_than_the_request(post: Post) -> None:
    brand = virginian()
    first, second = an_officer(brand, "first@desk.example"), an_officer(brand, "second@desk.example")
    about = refused(post, first, brand)
    appeal = an_appeal(about.now)
    words = Words(Outcome.DENIED, "We looked again and see it the same way.")

    with pytest.raises(DecidedBefore):
        answer(appeal, words, by=first)
    with pytest.raises(DecidedBefore), transaction.atomic():
        advance(appeal, Move.REFUSE, by=first.actor)
    with pytest.raises(IntegrityError, match="another officer"), transaction.atomic():
        Transition.objects.create(
            dsr=appeal,
            number=99,
            move=Move.APPROVE,
            source=State.REVIEWING,
            target=State.FULFILLING,
            actor_kind="officer",
            actor_name=first.actor.name,
        )
    with pytest.raises(IntegrityError, match="another officer"), transaction.atomic():
        advance(appeal, Move.APPROVE, by=Actor("rule", "rule"))
    appeal.refresh_from_db()
    answer(appeal, words, by=second)
    run_all_due()

    text = post.to(appeal.email)[-1].text
    assert about.dsr.reference in text
    assert "Attorney General of Virginia" in text
    assert SubjectRequest.objects.get(pk=appeal.pk).state == State.ANSWERED


def test_an_appeal_stays_under_the_laws_of_what_it_is_about(post: Post) -> None:
    officer = an_officer(a_brand())
    about = refused(post, officer, a_brand()).now
    assert objections(about) == ("complaint",)
    choose_instead(about, ["us-va-vcdpa"], by=officer.actor, reason="Lives in Richmond.")
    about.refresh_from_db()

    assert objections(about) == ("appeal", "complaint")
    assert an_appeal(about).regimes == ["us-va-vcdpa"]


def test_the_shop_of_one_officer_hears_its_own_appeals(post: Post) -> None:
    brand = a_brand("alone", solo_mode=True, **VIRGINIA)
    only = an_officer(brand)
    appeal = an_appeal(refused(post, only, brand).now)

    answer(appeal, Words(Outcome.GRANTED, "You are right."), by=only)

    assert appeal.state == State.FULFILLING


def test_nobody_appeals_for_another_person_or_at_another_shop(post: Post) -> None:
    brand = virginian()
    about = refused(post, an_officer(brand), brand).now

    with pytest.raises(NotOffered):
        open_request(brand, an_application(right="appeal", email="eve@example.com", concerns=about), by=CUSTOMER)
    with pytest.raises(NotOffered):
        open_request(a_brand("other", **VIRGINIA), an_application(right="appeal", concerns=about), by=CUSTOMER)


def test_a_reply_searches_nothing_whatever_somebody_tries(post: Post) -> None:
    filed = a_complaint(post)

    with pytest.raises(MoveNotAllowed):
        advance(filed.now, Move.SEARCH_AGAIN, by=SYSTEM)

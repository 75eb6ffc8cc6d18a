"""What happens when nobody answers, and how somebody finds back to a request."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from requests_app.correspondence.models import Letter
from requests_app.emails import NotAnAddress
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.verification.services import LAPSES_AFTER, NoSuchLink
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import Filed, file, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr
from tests.racing import at_once
from tests.running import run_all_due
from tests.verification.asking import age_letters, filed_and_asked

pytestmark = pytest.mark.django_db


def old(filed: Filed, by: timedelta = LAPSES_AFTER) -> None:
    SubjectRequest.objects.filter(pk=filed.dsr.pk).update(received_at=Now() - by)


def test_what_nobody_confirms_for_a_week_lapses_with_one_letter_that_says_nothing_of_the_person(post: Post) -> None:
    filed = filed_and_asked(name="Ada Secret", details="my ring")
    young = filed_and_asked(email="young@example.com")
    run_all_due()
    old(filed, LAPSES_AFTER + timedelta(seconds=1))
    old(young, LAPSES_AFTER - timedelta(minutes=1))

    assert verification.lapse() == 1
    assert verification.lapse() == 0
    run_all_due()

    assert (filed.state, young.state) == (State.LAPSED, State.VERIFYING)
    confirmation, lapsed = post.to(ADDRESS)
    assert lapsed.subject == f"Your request {filed.dsr.reference} was closed"
    assert lapsed.tokens == []
    for word in ("Ada", "Secret", "ring", "75001", ADDRESS):
        assert word not in lapsed.text
    with pytest.raises(NoSuchLink):
        verification.confirm(verification.opened(confirmation.tokens[0]), claim=filed.secrets.claim)


@pytest.mark.threat("1.03")
def test_lapses_write_no_more_letters_to_an_address_than_confirmations(post: Post) -> None:
    for _ in range(3):
        old(filed_and_asked(email="victim@example.com"), timedelta(days=8))
    run_all_due("correspondence.send")

    assert verification.lapse() == 3
    run_all_due("journey.follow", "correspondence.send")

    assert len(post.to("victim@example.com")) == 2  # one confirmation, one lapse


def test_two_lapses_at_once_write_one_letter(post: Post) -> None:
    first = filed_and_asked()
    age_letters(timedelta(minutes=11))
    second = filed_and_asked()
    for filed in (first, second):
        advance(filed.now, Move.LAPSE, by=SYSTEM)
    run_all_due()

    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["confirm_address", "confirm_address", "lapsed"]


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_in_the_moment_of_the_lapse_wins_or_loses_whole(post: Post) -> None:
    filed = filed_and_asked()
    other = filed_and_asked(email="other@example.com")
    run_all_due()
    token = post.to(ADDRESS)[0].tokens[0]
    old(filed, timedelta(days=8))
    old(other, timedelta(days=8))

    def act(number: int) -> str:
        if number:
            return f"lapsed {verification.lapse()}"
        try:
            return str(verification.confirm(verification.opened(token), claim=filed.secrets.claim).state)
        except NoSuchLink:
            return "late"

    said = at_once(2, act)

    assert said in (["lapsed 1", "matching"], ["lapsed 2", "late"])
    assert other.state == State.LAPSED


def test_a_link_to_follow_goes_to_the_proven_address_of_the_newest_request_and_to_nobody_else(post: Post) -> None:
    first = file_and_confirm(post)
    newest = file(brand=first.dsr.brand)
    Letter.objects.update(written_at=Now() - timedelta(minutes=11))
    run_all_due()
    before = len(post.taken)

    verification.ask_to_follow(first.dsr.brand, "ADA@example.com")
    verification.ask_to_follow(first.dsr.brand, "nobody@example.com")
    verification.ask_to_follow(a_brand("other-shop"), ADDRESS)
    run_all_due()

    [letter] = post.taken[before:]
    assert letter.recipients == (ADDRESS,)
    assert first.dsr.reference in letter.subject
    assert newest.dsr.reference not in letter.text


@pytest.mark.threat("1.02")
def test_asking_to_follow_does_the_same_work_for_every_address() -> None:
    known = a_dsr(State.MATCHING).brand
    before = Step.objects.count()

    verification.ask_to_follow(known, ADDRESS)
    verification.ask_to_follow(known, "nobody@example.com")

    assert Step.objects.count() == before + 2
    assert [sorted(step.params) for step in Step.objects.filter(kind="verification.follow")] == [["brand", "index"]] * 2
    assert ADDRESS not in str(list(Step.objects.values()))


def test_asking_to_follow_again_and_again_writes_once_in_ten_minutes(post: Post) -> None:
    dsr = a_dsr(State.REVIEWING)
    for _ in range(3):
        verification.ask_to_follow(dsr.brand, ADDRESS)
    run_all_due("verification.follow", "correspondence.send")

    assert [one.subject for one in post.taken] == [f"The link to your request {dsr.reference}"]


def test_no_link_to_follow_is_written_of_an_unproven_request() -> None:
    assert not verification.send_follow_link(a_dsr(State.VERIFYING))
    assert not Letter.objects.exists()


def test_a_question_after_requests_that_were_forgotten_finds_none() -> None:
    dsr = a_dsr(State.ANSWERED)
    SubjectRequest.objects.filter(pk=dsr.pk).update(email=None)

    verification.ask_to_follow(dsr.brand, ADDRESS)
    run_all_due("verification.follow")

    assert not Letter.objects.filter(kind="follow").exists()


def test_what_was_asked_after_an_address_is_not_kept() -> None:
    brand = a_brand()
    verification.ask_to_follow(brand, ADDRESS)
    run_all_due("verification.follow")
    verification.ask_to_follow(brand, ADDRESS)

    verification.tidy()
    assert Step.objects.filter(kind="verification.follow").count() == 2
    Step.objects.filter(finished_at__isnull=False).update(finished_at=Now() - timedelta(days=2))
    verification.tidy()

    assert list(Step.objects.filter(kind="verification.follow").values_list("state", flat=True)) == ["due"]


def test_asking_after_what_is_no_address_is_refused() -> None:
    with pytest.raises(NotAnAddress):
        verification.ask_to_follow(a_brand(), "no address")

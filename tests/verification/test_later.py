"""How somebody finds back to a request."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from requests_app.correspondence.models import Letter
from requests_app.emails import NotAnAddress
from requests_app.ledger.models import Step
from requests_app.verification import services as verification
from requests_app.workflow import services as workflow
from requests_app.workflow.states import State
from tests.filing import file, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


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
    workflow.forget([dsr.pk])

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

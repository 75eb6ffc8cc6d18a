"""What the person hears of an erasure, from the approval to the certificate, with real systems behind it."""

import pytest

from requests_app.erasure import certifying
from requests_app.erasure import services as erasure
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.filing import Filed, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS
from tests.running import run_all_due
from tests.small_shop import SmallShop

pytestmark = pytest.mark.django_db(transaction=True)
Two = tuple[Officer, Officer]


def approved(filed: Filed, officers: Two) -> None:
    for officer in officers:
        erasure.approve(filed.now, by=officer, digest=erasure.plan_digest(filed.now))
    run_all_due()


def subjects(post: Post) -> list[str]:
    return [letter.subject for letter in post.to(ADDRESS)]


@pytest.mark.promise("O5")
def test_the_letters_follow_one_another_and_the_certificate_counts_what_went(erasing: SmallShop, officers: Two, post: Post) -> None:
    filed = file_and_confirm(post, erasing.brand, right="erasure")
    approved(filed, officers)
    assert "Your erasure is approved; you can stop it until" in subjects(post)[-1]
    assert "Nothing has been erased yet" in post.to(ADDRESS)[-1].text

    assert erasure.waive_cooling_off(filed.now)
    run_all_due()

    made = certifying.latest(filed.now)
    assert made is not None
    assert filed.state == State.ANSWERED
    assert made.said["complete"]
    assert made.said["approvers"] == len(officers)
    assert made.said["records"]["deleted"] == sum(
        line["records"] for system in made.said["systems"] for line in system["classes"] if line["became"] == "deleted"
    )
    assert made.said["records"]["deleted"] > 0
    assert all(system["read_back_at"] for system in made.said["systems"])
    assert subjects(post)[-1].startswith("Your data is erased (")


def test_somebody_who_is_nowhere_is_told_that_there_was_nothing(erasing: SmallShop, post: Post) -> None:
    filed = file_and_confirm(post, erasing.brand, right="erasure", email="nobody@example.com")

    assert filed.state == State.ANSWERED
    letter = post.to("nobody@example.com")[-1]
    assert "there was nothing to erase" in letter.text
    assert "None" not in letter.text


def test_nothing_is_approved_before_the_copy_that_comes_first_is_answered(erasing: SmallShop, officers: Two, post: Post) -> None:
    filed = file_and_confirm(post, erasing.brand, right="erasure", copy_first=True)
    copy = SubjectRequest.objects.get(before=filed.dsr)
    assert copy.stage == State.REVIEWING

    with pytest.raises(erasure.NotReady) as caught:
        erasure.approve(filed.now, by=officers[0], digest=erasure.plan_digest(filed.now))
    assert caught.value.reason == "copy"

    Filed(copy, filed.secrets).approve(by=officers[0])
    run_all_due()
    assert Filed(copy, filed.secrets).state == State.ANSWERED
    approved(filed, officers)
    assert filed.state == State.COOLING_OFF


def test_a_copy_that_is_withdrawn_holds_nothing_up(erasing: SmallShop, officers: Two, post: Post) -> None:
    filed = file_and_confirm(post, erasing.brand, right="erasure", copy_first=True)
    copy = SubjectRequest.objects.get(before=filed.dsr)
    advance(copy, Move.WITHDRAW, by=CUSTOMER)
    approved(filed, officers)

    assert filed.state == State.COOLING_OFF

"""FI-13: the mail server is away for more than a day, in four ways; nothing is lost, and a link lives from its sending."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from requests_app.correspondence.models import Letter, LetterState
from requests_app.ledger.models import Step
from requests_app.verification.models import Challenge
from requests_app.workflow.states import State
from tests.filing import file
from tests.mail import Post, post
from tests.running import come_due, run_all_due

__all__ = ["post"]

DAY = timedelta(hours=26)
PEOPLE = 5


def later(by: timedelta) -> None:
    """Let everything that was written be older."""
    Letter.objects.update(written_at=F("written_at") - by)
    Challenge.objects.update(made_at=F("made_at") - by, ends_at=F("ends_at") - by)
    Step.objects.update(created_at=F("created_at") - by)


@pytest.mark.threat("FI-13")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refusal", [{}, {"RCPT": "451 later"}, {"DATA": "452 no room"}, {"DATA": "554 no"}])
def test_after_a_day_without_a_mail_server_each_letter_goes_out_once_with_a_link_that_is_good(
    post: Post, refusal: dict[str, str]
) -> None:
    if not refusal:
        post.stop()
    post.answers |= refusal
    filed = [file(email=f"ada{number}@example.com") for number in range(PEOPLE)]
    run_all_due()
    for _ in range(3):  # as often as it is tried in a day, it stays the same
        assert come_due("correspondence.send") == PEOPLE
        run_all_due("correspondence.send")
    later(DAY)
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.WAITING}
    assert post.taken == []

    post.answers.clear()
    if not refusal:
        post.start()
    come_due("correspondence.send")
    run_all_due("correspondence.send")

    assert Counter(one.recipients[0] for one in post.taken) == Counter(one.now.email for one in filed)
    for one in filed:
        one.confirm(post)
        assert one.state == State.MATCHING


@pytest.mark.threat("FI-13")
@pytest.mark.django_db(transaction=True)
def test_a_link_that_was_sent_a_day_ago_is_good_no_more(post: Post) -> None:
    filed = file()
    run_all_due()
    later(DAY)
    Letter.objects.update(sent_at=F("sent_at") - DAY)

    with pytest.raises(Exception, match=r"^$") as refused:
        filed.confirm(post)
    assert type(refused.value).__name__ == "NoSuchLink"

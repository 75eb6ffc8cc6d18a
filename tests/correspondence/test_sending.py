"""Sending: an outside effect that may fail in many ways, and loses nothing."""

from datetime import timedelta

import pytest
from django.db import transaction

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import forget, write
from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import KINDS
from requests_app.ledger.models import Step, StepState
from requests_app.workflow.states import State
from tests.mail import Post
from tests.making import ADDRESS, a_dsr
from tests.running import come_due, run_all_due, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.threat("9.01")]

LINKS = {"follow": "https://shop.example/letter/f", "disown": "https://shop.example/letter/d"}


def a_letter() -> Letter:
    return write(a_dsr(State.REVIEWING), "proven", links=LINKS)


def step() -> Step:
    return Step.objects.get(kind="correspondence.send")


def send() -> None:
    come_due("correspondence.send")
    run_all_due("correspondence.send")


def test_a_letter_that_went_out_is_known_as_sent(post: Post) -> None:
    letter = a_letter()
    send()

    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    assert letter.sent_at is not None
    assert step().proof == {"message_id": f"<{letter.pk}@testserver>"}


def test_no_letter_is_sent_whose_transaction_was_rolled_back(post: Post) -> None:
    with transaction.atomic():
        a_letter()
        transaction.set_rollback(True)
    run_all_due("correspondence.send")

    assert post.taken == []
    assert not Letter.objects.exists()


def test_while_the_mail_server_is_away_the_letter_stays_due_and_goes_when_it_is_back(post: Post) -> None:
    a_letter()
    post.stop()
    for _ in range(3):
        send()
    assert (step().state, step().error) == (StepState.DUE, "mail_away:ConnectionRefusedError")
    assert Letter.objects.get().state == LetterState.WAITING

    post.start()
    send()

    assert len(post.taken) == 1
    assert Letter.objects.get().state == LetterState.SENT


def test_a_mail_server_that_is_away_for_two_days_loses_no_letter() -> None:
    patience = KINDS["correspondence.send"].retry

    shortest = sum(min(patience.ceiling, patience.first * patience.factor**turn) / 2 for turn in range(patience.attempts - 1))
    assert timedelta(seconds=shortest) > timedelta(days=2)


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("RCPT", "450 4.2.1 Mailbox busy", "address_refused"),
        ("DATA", "451 4.3.0 Try again later", "mail_away:SMTPDataError"),
        ("DATA", "554 5.7.1 Looks like spam", "mail_away:SMTPDataError"),
    ],
)
def test_a_server_that_asks_for_patience_gets_it(post: Post, command: str, answer: str, error: str) -> None:
    a_letter()
    post.answers[command] = answer
    send()
    assert (step().state, step().error) == (StepState.DUE, error)

    post.answers.clear()
    send()

    assert len(post.taken) == 1
    assert Letter.objects.get().state == LetterState.SENT


def test_an_address_that_the_server_refuses_fails_the_letter_and_is_written_down_without_the_address(post: Post) -> None:
    letter = a_letter()
    post.answers["RCPT"] = f"550 5.1.1 <{ADDRESS}> no such user"
    send()

    assert Letter.objects.get().state == LetterState.FAILED
    assert (step().state, step().error, step().attempts) == (StepState.DEAD, "address_refused", 1)
    event = AuditEvent.objects.get(action="letter.failed")
    assert event.facts == {"letter": str(letter.pk), "code": "address_refused"}
    assert ADDRESS not in str(list(AuditEvent.objects.values())) + str(list(Step.objects.values()))


@pytest.mark.threat("12.02")
@pytest.mark.parametrize("answers", [{"RCPT": f"550 <{ADDRESS}> unknown"}, {"DATA": f"451 {ADDRESS} greylisted"}])
def test_no_log_names_the_address(post: Post, caplog: pytest.LogCaptureFixture, answers: dict[str, str]) -> None:
    a_letter()
    post.answers.update(answers)
    caplog.clear()
    send()

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("requests_app")]
    assert ours
    assert not any(ADDRESS in line for line in ours)


def test_a_letter_is_sent_once_however_often_it_is_woken(post: Post) -> None:
    a_letter()
    send()
    Step.objects.update(state=StepState.DUE)
    send()

    assert len(post.taken) == 1


def test_a_worker_that_dies_between_the_servers_yes_and_the_commit_sends_a_copy_with_the_same_number(post: Post) -> None:
    letter = a_letter()
    taken = claim(step().pk)
    assert taken is not None
    KINDS["correspondence.send"].handler(taken)  # the message is out; the worker dies before it can say so
    Step.objects.update(state=StepState.DUE)
    send()

    first, second = post.taken
    assert first.message["Message-ID"] == second.message["Message-ID"] == f"<{letter.pk}@testserver>"
    assert first.text == second.text


def test_a_letter_whose_request_was_forgotten_is_not_sent(post: Post) -> None:
    letter = a_letter()
    forget([letter.dsr_id])
    send()

    assert post.taken == []
    assert waiting("correspondence.send") == []
    kept = Letter.objects.get()
    assert (kept.address, kept.subject, kept.text, bytes(kept.address_index)) == (None, None, None, b"")

"""How often an address is written to, corrections, lapses, and finding back."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.emails import NotAnAddress
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.verification.services import CONFIRM_WITHIN, NoMoreCorrections, NoSuchLink, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.clock import later
from tests.filing import Filed, file
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr, walk_to
from tests.racing import at_once
from tests.running import come_due, run_all_due, waiting
from tests.verification.asking import age_letters, filed_and_asked

pytestmark = pytest.mark.django_db


@pytest.mark.promise("A7")
@pytest.mark.promise("J2")
@pytest.mark.promise("S6")
def test_no_system_is_searched_before_the_owner_of_the_mailbox_has_answered(post: Post) -> None:
    filed = file()
    run_all_due()

    [letter] = post.taken
    assert letter.recipients == (ADDRESS,)
    assert filed.state == State.VERIFYING
    assert not filed.dsr.matches.exists()
    assert not Step.objects.filter(kind__in=["matching.ask", "collection.pull"]).exists()


@pytest.mark.threat("1.02")
def test_a_known_and_an_unknown_address_get_the_same_letter(post: Post) -> None:
    file(email="known@example.com")
    run_all_due()
    file(email="other@example.com", name="Somebody Else", facts={"postcode": "99999"})
    run_all_due()

    first, second = (one.text for one in post.taken)
    for filed, text in zip(SubjectRequest.objects.order_by("received_at"), (first, second), strict=True):
        assert filed.reference in text
    assert _without_secrets(first) == _without_secrets(second)


def _without_secrets(text: str) -> list[str]:
    return [line for line in text.splitlines() if "/letter/" not in line and "DSR-" not in line]


@pytest.mark.threat("1.03")
def test_one_letter_in_ten_minutes_and_three_a_day_go_to_an_address_whatever_was_filed(post: Post) -> None:
    for turn in range(4):
        file(brand=a_brand(f"shop-{turn}"), email="Victim@Example.com" if turn % 2 else "victim@example.com")
    run_all_due()
    assert len(post.taken) == 1

    filed = Filed(SubjectRequest.objects.latest("received_at"), verification.Secrets("", ""))
    for expected in (2, 3, 3):
        age_letters(timedelta(minutes=11))
        if expected > len(post.taken):
            verification.resend(filed.now)
        else:
            with pytest.raises(TooSoon):
                verification.resend(filed.now)
        run_all_due("correspondence.send")
        assert len(post.taken) == expected

    age_letters(timedelta(days=1, minutes=1))
    verification.resend(filed.now)
    run_all_due("correspondence.send")
    assert len(post.taken) == 4
    assert AuditEvent.objects.filter(action="letter.withheld").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("1.03")
def test_of_ten_requests_asked_at_the_same_moment_one_writes_to_the_address() -> None:
    dsrs = [a_dsr(State.VERIFYING, email="victim@example.com") for _ in range(10)]

    said = at_once(10, lambda number: str(verification.ask(SubjectRequest.objects.get(pk=dsrs[number].pk))))

    assert said == ["False"] * 9 + ["True"]
    assert Letter.objects.count() == 1


@pytest.mark.threat("1.09")
def test_a_stranger_who_files_for_an_address_does_not_keep_its_owner_from_a_letter(post: Post) -> None:
    filed_and_asked(email="victim@example.com")
    own = filed_and_asked(email="victim@example.com")
    assert not verification.waits_for_answer(own.dsr)

    age_letters(timedelta(minutes=11))
    come_due("verification.ask")
    run_all_due()

    assert own.now.reference in post.taken[-1].text
    own.confirm(post)
    assert own.state == State.MATCHING


@pytest.mark.threat("1.03")
def test_a_letter_held_back_is_tried_once_more_and_then_not_again(post: Post) -> None:
    for _ in range(4):
        filed_and_asked(email="victim@example.com")
    age_letters(timedelta(minutes=11))
    come_due("verification.ask")
    run_all_due()

    assert len(post.taken) == 2
    assert waiting("verification.ask") == []


def test_a_letter_held_back_is_not_written_when_another_went_out_meanwhile(post: Post) -> None:
    filed_and_asked()
    second = filed_and_asked()
    age_letters(timedelta(minutes=11))
    verification.resend(second.dsr)
    age_letters(timedelta(minutes=11))
    come_due("verification.ask")
    run_all_due()

    assert len(post.taken) == 2
    second.confirm(post)


@pytest.mark.threat("9.01")
def test_a_link_in_a_letter_that_waited_for_the_mail_server_lasts_a_day_from_its_sending(post: Post) -> None:
    filed = filed_and_asked()
    Challenge.objects.update(made_at=Now() - timedelta(days=3), ends_at=Now() - timedelta(days=2))  # the mail server was away
    age_letters(timedelta(days=3))
    assert not verification.waits_for_answer(filed.dsr)
    run_all_due("correspondence.send")

    challenge = verification.opened(post.taken[0].tokens[0])
    with later(CONFIRM_WITHIN - timedelta(seconds=30)):
        assert verification.in_force(str(challenge.pk), Purpose.CONFIRM) == challenge
    with later(CONFIRM_WITHIN + timedelta(seconds=1)), pytest.raises(NoSuchLink):
        verification.confirm(challenge, claim=filed.secrets.claim)
    assert verification.confirm(challenge, claim=filed.secrets.claim).stage == State.MATCHING


def test_a_letter_sent_again_holds_a_new_link_and_the_old_one_dies(post: Post) -> None:
    filed = filed_and_asked()
    age_letters(timedelta(minutes=11))

    verification.resend(filed.dsr)
    run_all_due()

    old, new = (one.tokens[0] for one in post.taken)
    with pytest.raises(NoSuchLink):
        verification.opened(old)
    assert verification.confirm(verification.opened(new), claim=filed.secrets.claim).stage == State.MATCHING


@pytest.mark.parametrize("state", [state for state in State if state != State.VERIFYING])
def test_nothing_is_sent_again_before_or_after_the_proof(state: State) -> None:
    dsr = a_dsr(state)

    with pytest.raises(TooSoon):
        verification.resend(dsr)

    assert not Letter.objects.exists()


def test_a_corrected_address_gets_the_letter_and_links_to_the_old_one_die(post: Post) -> None:
    filed = filed_and_asked(email="wrogn@example.com")
    run_all_due()

    verification.correct(filed.now, "right@example.com")
    run_all_due()

    assert filed.now.email == "right@example.com"
    for token in post.to("wrogn@example.com")[0].tokens:
        with pytest.raises(NoSuchLink):
            verification.opened(token)
    filed.confirm(post)
    assert filed.state == State.MATCHING
    assert AuditEvent.objects.filter(action="address.corrected", dsr_id=filed.dsr.pk).count() == 1


def test_an_address_corrected_before_the_first_letter_is_the_only_one_written_to(post: Post) -> None:
    filed = file(email="wrogn@example.com")

    verification.correct(filed.now, "right@example.com")
    run_all_due()

    assert [one.recipients for one in post.taken] == [("right@example.com",)]


def test_an_address_is_corrected_three_times_and_no_more() -> None:
    filed = filed_and_asked(email="a@example.com")
    for turn in range(3):
        verification.correct(filed.now, f"b{turn}@example.com")

    with pytest.raises(NoMoreCorrections):
        verification.correct(filed.now, "c@example.com")

    assert filed.now.email == "b2@example.com"


@pytest.mark.parametrize("state", [State.MATCHING, State.REVIEWING, State.LAPSED, State.ANSWERED])
@pytest.mark.threat("2.12")
def test_a_proven_or_ended_address_is_never_corrected(state: State) -> None:
    filed = file()
    walk_to(filed.dsr, state)

    with pytest.raises(NoMoreCorrections):
        verification.correct(filed.now, "mine@example.com")

    assert filed.now.email == ADDRESS
    assert Proof.objects.get(dsr=filed.dsr).corrections_left == 3


@pytest.mark.parametrize(
    "address", ["", "no", "a@b", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com,b@example.com"]
)
def test_a_correction_to_what_is_no_address_changes_nothing(address: str) -> None:
    filed = filed_and_asked()

    with pytest.raises(NotAnAddress):
        verification.correct(filed.now, address)

    assert filed.now.email == ADDRESS
    assert Proof.objects.get(dsr=filed.dsr).corrections_left == 3


def test_a_correction_written_to_lately_waits_like_any_other(post: Post) -> None:
    filed_and_asked(email="busy@example.com")
    filed = filed_and_asked(email="wrong@example.com")

    verification.correct(filed.now, "busy@example.com")
    run_all_due()
    assert len(post.to("busy@example.com")) == 1

    age_letters(timedelta(minutes=11))
    come_due("verification.ask")
    run_all_due()
    filed.confirm(post)
    assert filed.state == State.MATCHING


def test_a_request_that_was_withdrawn_meanwhile_is_not_asked() -> None:
    filed = file()
    seen_earlier = filed.now
    advance(filed.now, Move.WITHDRAW, by=SYSTEM)

    assert not verification.ask(seen_earlier)
    assert not Challenge.objects.exists()

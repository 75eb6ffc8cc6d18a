"""How often an address is written to, corrections, lapses, and finding back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.emails import NotAnAddress
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Proof
from requests_app.verification.services import LAPSES_AFTER, NoMoreCorrections, NoSuchLink, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import Filed, file, file_and_confirm
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr, path_to
from tests.racing import at_once
from tests.running import come_due, run_all_due, waiting

pytestmark = pytest.mark.django_db


def age_letters(by: timedelta) -> None:
    Letter.objects.update(written_at=Now() - by)


def filed_and_asked(**fields: Any) -> Filed:
    filed = file(**fields)
    run_all_due("journey.follow")
    return filed


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
    advance(filed.dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    for move in path_to(state)[1:]:
        advance(filed.dsr, move, by=SYSTEM)

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


def test_a_request_that_was_withdrawn_meanwhile_is_not_asked() -> None:
    filed = file()
    seen_earlier = filed.now
    advance(filed.now, Move.WITHDRAW, by=SYSTEM)

    assert not verification.ask(seen_earlier)
    assert not Challenge.objects.exists()

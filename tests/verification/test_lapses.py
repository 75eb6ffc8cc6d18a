"""Requests that nobody confirms: they lapse, with a word before and a way back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from requests_app.correspondence.models import Letter
from requests_app.deadlines import reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.housekeeping import forget
from requests_app.keys import store
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.verification import lapses
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import NoSuchLink
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import Filed
from tests.mail import Post
from tests.making import ADDRESS, a_brand
from tests.racing import at_once
from tests.running import run_all_due
from tests.verification.asking import age_letters, filed_and_asked

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def old(filed: Filed, by: timedelta = WEEK) -> None:
    SubjectRequest.objects.filter(pk=filed.dsr.pk).update(received_at=Now() - by)


def test_what_nobody_confirms_for_a_week_lapses_with_one_letter_that_says_nothing_of_the_person(post: Post) -> None:
    filed = filed_and_asked(name="Ada Secret", details="my ring")
    young = filed_and_asked(email="young@example.com")
    run_all_due()
    old(filed, WEEK + timedelta(seconds=1))
    old(young, WEEK - timedelta(minutes=1))

    assert lapses.lapse() == 1
    assert lapses.lapse() == 0
    run_all_due()

    assert (filed.state, young.state) == (State.LAPSED, State.VERIFYING)
    confirmation, lapsed = post.to(ADDRESS)
    assert lapsed.subject == f"Your request {filed.dsr.reference} was closed"
    assert len(lapsed.tokens) == 1
    for word in ("Ada", "Secret", "ring", "75001", ADDRESS):
        assert word not in lapsed.text
    with pytest.raises(NoSuchLink):
        verification.confirm(verification.opened(confirmation.tokens[0]), claim=filed.secrets.claim)


@pytest.mark.threat("1.03")
def test_lapses_write_no_more_letters_to_an_address_than_confirmations(post: Post) -> None:
    for _ in range(3):
        old(filed_and_asked(email="victim@example.com"), timedelta(days=8))
    run_all_due("correspondence.send")

    assert lapses.lapse() == 3
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
            return f"lapsed {lapses.lapse()}"
        try:
            return str(verification.confirm(verification.opened(token), claim=filed.secrets.claim).state)
        except NoSuchLink:
            return "late"

    said = at_once(2, act)

    assert said in (["lapsed 1", "matching"], ["lapsed 2", "late"])
    assert other.state == State.LAPSED


@pytest.mark.parametrize("days", [1, 30])
def test_the_brand_says_how_long_it_waits_for_a_confirmation(days: int) -> None:
    filed = filed_and_asked(brand=a_brand(lapse_days=days))
    old(filed, timedelta(days=days) - timedelta(minutes=1))
    assert lapses.lapse() == 0
    old(filed, timedelta(days=days, seconds=1))

    assert lapses.lapse() == 1


def told_of(filed: Filed, notice: Notice) -> list[bool]:
    return list(Reminder.objects.filter(dsr=filed.dsr, notice=notice).order_by("due_at").values_list("told", flat=True))


def come_near(filed: Filed, left: timedelta) -> None:
    """Let all but `left` of the brand's week be over, for the request and its reminder."""
    old(filed, WEEK - left)
    Reminder.objects.filter(dsr=filed.dsr, notice=Notice.PROOF_LAPSES, settled_at=None).update(
        due_at=Now() - (lapses.WARNED_BEFORE - left)
    )
    age_letters(WEEK - left)


def test_the_customer_hears_once_before_it_lapses_and_can_still_confirm(post: Post) -> None:
    filed = filed_and_asked()
    [waits] = Reminder.objects.filter(dsr=filed.dsr, notice=Notice.PROOF_LAPSES)
    assert waits.due_at == filed.now.received_at + WEEK - timedelta(days=2)
    assert reminders.sweep() == 0

    come_near(filed, timedelta(days=1, hours=20))
    for _ in range(3):
        reminders.sweep()
        run_all_due()

    [_asked, warned] = post.to(ADDRESS)
    assert warned.subject.startswith("Please confirm your e-mail address by ")
    assert told_of(filed, Notice.PROOF_LAPSES) == [True]
    for word in ("Ada", "75001", ADDRESS):
        assert word not in warned.text
    verification.confirm(verification.opened(warned.tokens[0]), claim=filed.secrets.claim)
    assert filed.state == State.MATCHING


@pytest.mark.parametrize("move", [Move.ACCEPT_PROOF, Move.WITHDRAW, Move.LAPSE])
def test_nobody_is_warned_who_has_answered_or_whose_request_is_closed(move: Move, post: Post) -> None:
    filed = filed_and_asked()
    come_near(filed, timedelta(days=1))
    reminders.sweep()
    advance(filed.now, move, by=SYSTEM)
    run_all_due("journey.remind")

    assert told_of(filed, Notice.PROOF_LAPSES) == [False]
    assert not Letter.objects.filter(kind="lapses_soon").exists()


def test_nobody_is_warned_where_the_term_leaves_no_time_for_it() -> None:
    filed = filed_and_asked(brand=a_brand(lapse_days=2))

    assert not told_of(filed, Notice.PROOF_LAPSES)


@pytest.mark.threat("1.03")
def test_a_flood_of_requests_for_one_address_brings_one_warning(post: Post) -> None:
    several = [filed_and_asked(email="victim@example.com") for _ in range(4)]
    for filed in several:
        come_near(filed, timedelta(days=1))
    reminders.sweep()
    run_all_due("journey.remind")

    assert Letter.objects.filter(kind="lapses_soon").count() == 1


def lapsed(post: Post, **fields: Any) -> tuple[Filed, Challenge]:
    """Return a request that lapsed, and the link back from its letter."""
    filed = filed_and_asked(**fields)
    run_all_due()
    old(filed, timedelta(days=8))
    lapses.lapse()
    age_letters(timedelta(days=2))
    run_all_due()
    letter = post.to(filed.now.email)[-1]
    return filed, verification.opened(letter.tokens[-1])


def test_a_lapsed_request_is_taken_up_again_and_its_address_asked_for_once_more(post: Post) -> None:
    filed, back = lapsed(post)
    assert filed.now.closed_at is not None

    lapses.revive(back)
    run_all_due()

    assert filed.state == State.VERIFYING
    assert filed.now.closed_at is None
    confirmation = post.to(ADDRESS)[-1]
    assert confirmation.subject == "Please confirm your e-mail address"
    verification.confirm(verification.opened(confirmation.tokens[0]), claim=filed.secrets.claim)
    assert filed.state == State.MATCHING


def test_a_revived_request_has_the_whole_term_again_with_a_warning_and_lapses_again(post: Post) -> None:
    filed, back = lapsed(post)
    lapses.revive(back)
    run_all_due()

    assert lapses.lapse() == 0
    [waits] = Reminder.objects.filter(dsr=filed.dsr, notice=Notice.PROOF_LAPSES, settled_at=None)
    assert waits.due_at - filed.now.received_at == timedelta(days=5)
    old(filed, WEEK + timedelta(seconds=1))
    assert lapses.lapse() == 1


def test_the_time_of_the_law_starts_anew_when_a_request_is_taken_up_again(post: Post) -> None:
    filed, back = lapsed(post)
    due = filed.now.due_safe_on
    assert due is not None
    SubjectRequest.objects.update(due_safe_on=due - timedelta(days=60), due_legal_on=due - timedelta(days=60))

    lapses.revive(back)
    run_all_due("journey.follow")

    assert filed.now.due_safe_on == due


def test_the_link_back_works_once(post: Post) -> None:
    filed, back = lapsed(post)
    lapses.revive(back)
    advance(filed.now, Move.LAPSE, by=SYSTEM)

    with pytest.raises(NoSuchLink):
        lapses.revive(back)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_the_button_at_once_one_takes_it_up(post: Post) -> None:
    filed, back = lapsed(post)

    def act(_number: int) -> str:
        try:
            return str(lapses.revive(Challenge.objects.get(pk=back.pk)).state)
        except NoSuchLink:
            return "late"

    assert at_once(4, act) == ["late"] * 3 + ["verifying"]
    assert filed.dsr.transitions.filter(move=Move.REVIVE).count() == 1


def test_the_link_back_confirms_nothing_and_a_confirming_link_revives_nothing(post: Post) -> None:
    _filed, back = lapsed(post)
    with pytest.raises(NoSuchLink):
        verification.in_force(str(back.pk), Purpose.CONFIRM)
    other = verification.link(back.dsr, Purpose.CONFIRM, WEEK)
    with pytest.raises(NoSuchLink):
        lapses.revive(verification.opened(other.rstrip("/").rpartition("/")[2]))


def test_the_link_back_works_as_long_as_the_request_is_kept_and_no_longer(post: Post) -> None:
    filed, back = lapsed(post)
    Challenge.objects.update(made_at=Now() - timedelta(days=1094), ends_at=back.ends_at - timedelta(days=1094))
    assert verification.in_force(str(back.pk), Purpose.REVIVE)

    SubjectRequest.objects.update(closed_at=Now() - timedelta(days=1096))
    assert forget() == 1
    run_all_due("housekeeping.forget")

    assert filed.now.forgotten_at is not None
    with pytest.raises(NoSuchLink):
        verification.in_force(str(back.pk), Purpose.REVIVE)
    with pytest.raises(NoSuchLink):
        lapses.revive(back)


def test_what_is_just_being_forgotten_is_not_taken_up_again(post: Post) -> None:
    filed, back = lapsed(post)
    store.destroy(filed.dsr.pk)

    with pytest.raises(NoSuchLink):
        lapses.revive(back)
    assert filed.state == State.LAPSED


def test_what_was_taken_up_again_is_not_forgotten_by_a_step_that_waited(post: Post) -> None:
    filed, back = lapsed(post)
    SubjectRequest.objects.update(closed_at=Now() - timedelta(days=1096))
    forget()

    lapses.revive(back)
    run_all_due("housekeeping.forget")
    assert filed.now.email == ADDRESS

    advance(filed.now, Move.WITHDRAW, by=SYSTEM)
    SubjectRequest.objects.update(closed_at=Now() - timedelta(days=1097))
    assert forget() == 1
    run_all_due("housekeeping.forget")
    assert filed.now.forgotten_at is not None
    assert Step.objects.filter(kind="housekeeping.forget").count() == 2

"""The mailed link: what it opens, for what, for how long, and for how many."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.ledger.models import Step
from requests_app.values import SYSTEM
from requests_app.verification import lapses
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import CONFIRM_WITHIN, LINK_LASTS, NoSuchLink
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import CLOSED, State
from tests.clock import later
from tests.filing import Filed, an_officer, file, file_and_confirm
from tests.mail import Post
from tests.making import a_dsr, right_to, walk_to
from tests.racing import at_once
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def a_challenge(purpose: Purpose = Purpose.CONFIRM, filed: Filed | None = None) -> tuple[Filed, Challenge]:
    made = filed or file()
    if made.dsr.stage == State.RECEIVED:
        advance(made.dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    link = verification.link(made.dsr, purpose, CONFIRM_WITHIN)
    return made, verification.opened(token_of(link))


def test_the_table_holds_no_token() -> None:
    link = verification.link(a_dsr(), Purpose.CONFIRM, CONFIRM_WITHIN)

    token = token_of(link)
    assert len(token) == 43  # 256 bits
    assert bytes(Challenge.objects.get().digest) != token.encode()
    assert token not in str(Challenge.objects.values().get())


@pytest.mark.threat("2.01")
def test_no_two_links_are_the_same() -> None:
    dsr = a_dsr()

    assert len({verification.link(dsr, Purpose.FOLLOW, LINK_LASTS) for _ in range(200)}) == 200


def everything() -> tuple[object, ...]:
    links = list(Challenge.objects.order_by("pk").values_list("used_at", "revoked_at"))
    return links, AuditEvent.objects.count(), Step.objects.count()


@pytest.mark.threat("2.05")
def test_opening_a_link_any_number_of_times_changes_nothing() -> None:
    filed, challenge = a_challenge()
    token = token_of(verification.link(filed.dsr, Purpose.CONFIRM, CONFIRM_WITHIN))
    before = (
        Challenge.objects.order_by("pk").values_list("used_at", "revoked_at"),
        AuditEvent.objects.count(),
        Step.objects.count(),
    )

    for _ in range(5):
        verification.opened(token)

    assert list(before[0]) == list(Challenge.objects.order_by("pk").values_list("used_at", "revoked_at"))
    assert (AuditEvent.objects.count(), Step.objects.count()) == before[1:]
    assert filed.state == State.VERIFYING
    assert verification.confirm(challenge, claim=filed.secrets.claim).stage == State.MATCHING


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é", "0" * 10_000])
def test_a_link_that_was_never_made_opens_nothing(token: str) -> None:
    a_challenge()

    with pytest.raises(NoSuchLink):
        verification.opened(token)


def test_a_link_with_another_ending_or_case_is_another_link() -> None:
    token = token_of(verification.link(a_dsr(), Purpose.CONFIRM, CONFIRM_WITHIN))

    for changed in (token + "A", token[:-1], token.swapcase()):
        with pytest.raises(NoSuchLink):
            verification.opened(changed)


def _confirm(filed: Filed, challenge: Challenge) -> None:
    verification.confirm(challenge, claim=filed.secrets.claim)


def _disown(_filed: Filed, challenge: Challenge) -> None:
    verification.disown(challenge)


def _carry_on(purpose: Purpose) -> Callable[[Filed, Challenge], None]:
    def use(_filed: Filed, challenge: Challenge) -> None:
        verification.in_force(str(challenge.pk), purpose)

    return use


def _revive(filed: Filed, challenge: Challenge) -> None:
    if challenge.purpose == Purpose.REVIVE:
        advance(filed.dsr, Move.LAPSE, by=SYSTEM)
    lapses.revive(challenge)


_USES: dict[Purpose, Callable[[Filed, Challenge], None]] = {
    Purpose.CONFIRM: _confirm,
    Purpose.DISOWN: _disown,
    Purpose.FOLLOW: _carry_on(Purpose.FOLLOW),
    Purpose.DOWNLOAD: _carry_on(Purpose.DOWNLOAD),
    Purpose.REVIVE: _revive,
    Purpose.PROVE_PARTY: _carry_on(Purpose.PROVE_PARTY),
    Purpose.AGREE: _carry_on(Purpose.AGREE),
    Purpose.ACT: _carry_on(Purpose.ACT),
    Purpose.MOVE: _carry_on(Purpose.MOVE),
}
_ALLOWED = {(purpose, purpose) for purpose in Purpose} | {(Purpose.CONFIRM, Purpose.DISOWN), (Purpose.AGREE, Purpose.DISOWN)}


@pytest.mark.threat("2.10")
@pytest.mark.parametrize(("made_for", "used_for"), list(product(Purpose, Purpose)))
def test_a_link_serves_its_own_purpose_but_whoever_may_say_yes_may_say_no(made_for: Purpose, used_for: Purpose) -> None:
    filed, challenge = a_challenge(made_for)

    if (made_for, used_for) in _ALLOWED:
        _USES[used_for](filed, challenge)
    else:
        with pytest.raises(NoSuchLink):
            _USES[used_for](filed, challenge)
        assert filed.state == State.VERIFYING


@pytest.mark.threat("2.04")
@pytest.mark.parametrize(("purpose", "lasts"), [(Purpose.CONFIRM, CONFIRM_WITHIN), (Purpose.DISOWN, LINK_LASTS)])
def test_a_link_ends_to_the_second_by_the_clock_of_the_database(purpose: Purpose, lasts: timedelta) -> None:
    dsr = a_dsr(State.VERIFYING)
    token = token_of(verification.link(dsr, purpose, lasts))

    with later(lasts - timedelta(seconds=30)):
        challenge = verification.opened(token)
    with later(lasts + timedelta(seconds=1)), pytest.raises(NoSuchLink):
        verification.opened(token)
    with later(lasts + timedelta(seconds=1)), pytest.raises(NoSuchLink):
        verification.in_force(str(challenge.pk), purpose)


@pytest.mark.threat("2.04")
def test_a_link_that_ended_between_opening_and_pressing_confirms_nothing() -> None:
    filed, challenge = a_challenge()

    with later(CONFIRM_WITHIN + timedelta(seconds=1)), pytest.raises(NoSuchLink):
        verification.confirm(challenge, claim=filed.secrets.claim)

    assert filed.state == State.VERIFYING


def test_a_revoked_link_is_dead_for_the_browser_that_opened_it_before() -> None:
    filed, challenge = a_challenge()
    verification.correct(filed.dsr, "right@example.com")

    for use in (lambda: verification.in_force(str(challenge.pk), Purpose.CONFIRM), lambda: _confirm(filed, challenge)):
        with pytest.raises(NoSuchLink):
            use()
    assert filed.state == State.VERIFYING


@pytest.mark.threat("2.03")
def test_a_link_confirms_once() -> None:
    filed, challenge = a_challenge()
    verification.confirm(challenge, claim=filed.secrets.claim)

    with pytest.raises(NoSuchLink):
        verification.confirm(challenge, claim=filed.secrets.claim)

    assert filed.now.transitions.filter(move=Move.ACCEPT_PROOF).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("2.03")
@pytest.mark.parametrize("_turn", range(3))
def test_of_fifty_who_press_the_button_at_once_one_succeeds(_turn: int) -> None:
    filed, challenge = a_challenge()

    def press(_number: int) -> str:
        try:
            verification.confirm(Challenge.objects.select_related("dsr__brand").get(pk=challenge.pk), claim=filed.secrets.claim)
        except NoSuchLink:
            return "late"
        return "first"

    assert at_once(50, press) == ["first"] + ["late"] * 49
    assert filed.state == State.MATCHING


@pytest.mark.threat("2.12")
@pytest.mark.parametrize("state", [state for state in State if state not in {State.VERIFYING, State.RECEIVED}])
def test_no_confirmation_moves_a_request_that_is_past_it(state: State) -> None:
    filed = file(right=right_to(state))
    walk_to(filed.dsr, state)
    challenge = verification.opened(token_of(verification.link(filed.dsr, Purpose.CONFIRM, CONFIRM_WITHIN)))

    with pytest.raises(NoSuchLink):
        verification.confirm(challenge, claim=filed.secrets.claim)

    assert filed.state == state
    assert Challenge.objects.get(pk=challenge.pk).used_at is None


@pytest.mark.threat("2.06")
@pytest.mark.parametrize("state", State)
def test_whoever_owns_the_mailbox_can_say_that_it_was_not_them_wherever_the_request_stands(state: State) -> None:
    filed = file(right=right_to(state))
    walk_to(filed.dsr, state)
    verification.link(filed.dsr, Purpose.DOWNLOAD, LINK_LASTS)
    challenge = verification.opened(token_of(verification.link(filed.dsr, Purpose.DISOWN, LINK_LASTS)))

    verification.disown(challenge)

    # What is being erased is beyond calling back.
    assert filed.state == (state if state in CLOSED | {State.ERASING} else State.WITHDRAWN)
    assert not Challenge.objects.in_force().filter(dsr=filed.dsr).exists()
    assert AuditEvent.objects.filter(dsr_id=filed.dsr.pk, action="request.disowned").count() == 1
    with pytest.raises(NoSuchLink):
        verification.disown(challenge)


def test_a_request_that_was_disowned_tells_officers_only_when_they_knew_of_it(post: Post) -> None:
    unproven = file(email="first@example.com")
    an_officer(unproven.dsr.brand)
    run_all_due()
    verification.disown(verification.opened(post.to("first@example.com")[0].tokens[1]))
    run_all_due()
    assert post.to("officer@desk.example") == []

    proven = file_and_confirm(post, email="second@example.com")
    letter = post.to("second@example.com")[-1]
    verification.disown(verification.opened(letter.tokens[-1]))
    run_all_due()

    assert proven.state == State.WITHDRAWN
    assert "filed by somebody else" in post.to("officer@desk.example")[-1].subject


def test_an_unknown_challenge_is_no_link() -> None:
    with pytest.raises(NoSuchLink):
        verification.in_force(str(uuid4()), Purpose.CONFIRM)

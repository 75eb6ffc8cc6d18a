"""The second half of the proof: the claim code of the browser that filed, or the code that it showed."""

import re
from typing import Any

import pytest
from django.db import transaction

from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.verification.services import CODES, CONFIRM_WITHIN, TRIES, NotProven, TooSoon
from requests_app.workflow.states import State
from tests.filing import Filed, file
from tests.mail import Post
from tests.making import a_dsr
from tests.racing import at_once
from tests.running import run_all_due
from tests.verification.test_link import a_challenge

pytestmark = pytest.mark.django_db


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**6:06}"


def tries_left(filed: Filed) -> int:
    return Proof.objects.get(dsr=filed.dsr).tries_left


def test_the_browser_that_filed_needs_nothing_but_the_button() -> None:
    filed, challenge = a_challenge()

    assert verification.confirm(challenge, claim=filed.secrets.claim).verified_at is not None
    assert tries_left(filed) == TRIES


def test_elsewhere_the_code_that_was_shown_at_filing_is_typed() -> None:
    filed, challenge = a_challenge()

    verification.confirm(challenge, code=f" {filed.secrets.code[:3]} {filed.secrets.code[3:]} ")

    assert filed.state == State.MATCHING


@pytest.mark.threat("2.05")
@pytest.mark.parametrize("given", [{}, {"claim": ""}, {"code": ""}, {"code": "  "}, {"claim": "0000-0000"}])
def test_the_link_alone_proves_nothing_and_costs_no_try(given: dict[str, Any]) -> None:
    filed, challenge = a_challenge()

    with pytest.raises(NotProven) as caught:
        verification.confirm(challenge, **given)

    assert caught.value.tries_left == TRIES
    assert filed.state == State.VERIFYING


@pytest.mark.threat("2.06")
def test_neither_secret_stands_in_the_letter(post: Post) -> None:
    filed = file()
    run_all_due()

    [letter] = post.taken
    raw = letter.raw.decode()
    assert filed.secrets.code not in raw
    assert filed.secrets.claim not in raw


def test_the_secrets_of_one_request_open_no_other() -> None:
    mine, _ = a_challenge()
    other, challenge = a_challenge(filed=file(email="bob@example.com"))

    with pytest.raises(NotProven):
        verification.confirm(challenge, claim=mine.secrets.claim, code=mine.secrets.code)

    assert other.state == State.VERIFYING


def test_each_wrong_code_is_counted_and_the_right_one_comes_too_late_after_five() -> None:
    filed, challenge = a_challenge()

    left = []
    for turn in range(1, TRIES + 1):
        with pytest.raises(NotProven) as caught:
            verification.confirm(challenge, code=wrong(filed.secrets.code, turn))
        left.append(caught.value.tries_left)
    with pytest.raises(NotProven):
        verification.confirm(challenge, code=filed.secrets.code)

    assert left == [4, 3, 2, 1, 0]
    assert filed.state == State.VERIFYING
    assert verification.confirm(challenge, claim=filed.secrets.claim).stage == State.MATCHING


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("2.02")
@pytest.mark.parametrize("turn", range(5))
def test_of_fifty_guesses_at_once_five_are_looked_at(turn: int) -> None:
    filed, challenge = a_challenge()
    right = turn * 10  # the right one stands at different places

    def guess(number: int) -> str:
        mine = Challenge.objects.select_related("dsr__brand").get(pk=challenge.pk)
        try:
            verification.confirm(mine, code=filed.secrets.code if number == right else wrong(filed.secrets.code, number + 1))
        except NotProven:
            return "no"
        return "yes"

    said = at_once(50, guess)

    assert tries_left(filed) == 0
    assert said in (["no"] * 50, ["no"] * 49 + ["yes"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("2.02")
def test_no_rollback_gives_a_try_back() -> None:
    filed, challenge = a_challenge()

    with pytest.raises(RuntimeError), transaction.atomic():
        verification.confirm(challenge, code=wrong(filed.secrets.code))

    with pytest.raises(NotProven):
        verification.confirm(challenge, code=wrong(filed.secrets.code))
    assert tries_left(filed) == TRIES - 1


def test_a_fresh_code_takes_the_place_of_one_that_was_guessed_away() -> None:
    filed, challenge = a_challenge()
    for turn in range(1, TRIES + 1):
        with pytest.raises(NotProven):
            verification.confirm(challenge, code=wrong(filed.secrets.code, turn))

    fresh = verification.new_code(filed.dsr)

    assert tries_left(filed) == TRIES
    if fresh != filed.secrets.code:
        with pytest.raises(NotProven):
            verification.confirm(challenge, code=filed.secrets.code)
    assert verification.confirm(challenge, code=fresh).stage == State.MATCHING


@pytest.mark.threat("2.02")
def test_ten_codes_are_made_and_no_more() -> None:
    filed, _ = a_challenge()

    for _ in range(CODES - 1):
        verification.new_code(filed.dsr)
    with pytest.raises(TooSoon):
        verification.new_code(filed.dsr)


@pytest.mark.threat("2.01")
def test_codes_have_six_figures_and_claim_codes_a_hundred_and_forty_bits() -> None:
    made = [verification.begin(a_dsr(email=f"a{number}@example.com")) for number in range(12)]

    assert all(re.fullmatch(r"\d{6}", one.code) for one in made)
    assert all(re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}", one.claim) for one in made)
    assert len({one.claim for one in made}) == 12


def test_only_digests_of_both_are_kept() -> None:
    filed = file()

    kept = Proof.objects.get(dsr=filed.dsr)
    for digest in (bytes(kept.claim_digest), bytes(kept.code_digest)):
        assert len(digest) == 32
        assert filed.secrets.code.encode() not in digest


def test_the_claim_code_is_known_again_however_it_was_copied() -> None:
    filed = file()
    claim = filed.secrets.claim

    for typed in (
        claim,
        claim.upper(),
        claim.replace("-", " "),
        f"  {claim.replace('-', '')}\n",
        claim.replace("0", "O").replace("1", "l"),
    ):
        assert verification.holds_claim(filed.dsr, typed)
    for typed in ("", claim[:-1], claim + "x", claim[::-1]):
        assert not verification.holds_claim(filed.dsr, typed)


def test_a_filing_sent_twice_ends_with_the_secrets_that_were_shown_last() -> None:
    filed = file()

    again = verification.begin(filed.dsr)

    assert not verification.holds_claim(filed.dsr, filed.secrets.claim)
    assert verification.holds_claim(filed.dsr, again.claim)
    assert Proof.objects.filter(dsr=filed.dsr).count() == 1


def test_a_request_without_secrets_is_proven_by_none() -> None:
    dsr = a_dsr(State.VERIFYING)
    link = verification.link(dsr, Purpose.CONFIRM, CONFIRM_WITHIN)
    challenge = verification.opened(link.rstrip("/").rpartition("/")[2])

    assert not verification.holds_claim(dsr, "")
    with pytest.raises(NotProven) as caught:
        verification.confirm(challenge, claim="x", code="123456")
    assert caught.value.tries_left == 0


def test_neither_secret_nor_link_names_the_person_where_it_is_printed() -> None:
    filed, challenge = a_challenge()

    for printed in (str(challenge), str(Proof.objects.get(dsr=filed.dsr)), repr(challenge)):
        assert "ada@" not in printed.lower()
        assert filed.secrets.code not in printed


def test_what_is_forgotten_leaves_neither_link_nor_secret() -> None:
    filed, _ = a_challenge()
    other, kept = a_challenge(filed=file(email="bob@example.com"))

    verification.forget([filed.dsr.pk])

    assert list(Challenge.objects.values_list("pk", flat=True)) == [kept.pk]
    assert list(Proof.objects.values_list("pk", flat=True)) == [other.dsr.pk]

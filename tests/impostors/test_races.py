"""T-2.02, T-2.03: many at the same moment, each with a connection of its own: five guesses are looked at, one redemption counts.

The first proof of an address has its races in tests/verification; here are the other secrets that can be guessed or redeemed.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Final

import pytest

from requests_app.errands import doors
from requests_app.errands.doors import WrongCode
from requests_app.errands.models import Door, Keeper
from requests_app.values import SYSTEM
from requests_app.verification import acting, by_post, handover, lapses
from requests_app.verification import services as verification
from requests_app.verification.handover import NotHandedOver
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.verification.services import NoSuchLink, NotProven
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part, Party
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source
from tests.racing import at_once
from tests.signing import a_signing_shop, a_token

pytestmark = pytest.mark.django_db(transaction=True)
MANY: Final = 16
Act = Callable[[int], object]


def a_challenge(dsr: SubjectRequest, purpose: Purpose) -> Callable[[], Challenge]:
    token = verification.link(dsr, purpose, timedelta(hours=1), on_paper=False).rstrip("/").rpartition("/")[2]
    return lambda: verification.opened(token)


def with_an_agent() -> tuple[SubjectRequest, str]:
    dsr = a_dsr()
    made = acting.name(dsr, Part.AGENT, called="Mia Agent", email="agent@office.example")
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    return dsr, made.code


def proving_who_acts() -> Act:
    dsr, code = with_an_agent()
    opened = a_challenge(dsr, Purpose.PROVE_PARTY)
    Party.objects.update(tries_left=MANY)
    return lambda _number: acting.prove(opened(), code=code)


def agreeing() -> Act:
    dsr, _code = with_an_agent()
    opened = a_challenge(dsr, Purpose.AGREE)
    return lambda _number: acting.agree(opened(), "Ada Example")


def reviving() -> Act:
    dsr = a_dsr(State.VERIFYING)
    advance(dsr, Move.LAPSE, by=SYSTEM)
    opened = a_challenge(dsr, Purpose.REVIVE)
    return lambda _number: lapses.revive(opened())


def disowning() -> Act:
    opened = a_challenge(a_dsr(State.VERIFYING), Purpose.DISOWN)
    return lambda _number: verification.disown(opened())


def presenting_a_token() -> Act:
    brand, token = a_signing_shop(), a_token()
    return lambda _number: handover.receive(brand, token)


def filing_with_a_token() -> Act:
    brand = a_signing_shop()
    signed_in = handover.receive(brand, a_token())
    dsrs = [a_dsr(brand=brand, channel=handover.CHANNEL) for _ in range(MANY)]
    return lambda number: handover.accept(dsrs[number], signed_in)


REDEEMED: Final = (proving_who_acts, agreeing, reviving, disowning, presenting_a_token, filing_with_a_token)


@pytest.mark.threat("2.03")
@pytest.mark.parametrize("made", REDEEMED)
def test_of_many_who_redeem_at_once_one_succeeds(made: Callable[[], Act]) -> None:
    redeem = made()

    def one(number: int) -> str:
        try:
            redeem(number)
        except (NoSuchLink, NotHandedOver):
            return "late"
        return "first"

    assert at_once(MANY, one) == ["first"] + ["late"] * (MANY - 1)


def _wrong(code: str, by: int) -> str:
    return f"{(int(code) + by) % 10**6:06}"


@contextmanager
def who_acts() -> Iterator[tuple[str, Callable[[str], object]]]:
    dsr, code = with_an_agent()
    opened = a_challenge(dsr, Purpose.PROVE_PARTY)
    yield code, lambda guess: acting.prove(opened(), code=guess)
    assert Party.objects.get().tries_left == 0


@contextmanager
def on_paper() -> Iterator[tuple[str, Callable[[str], object]]]:
    dsr = a_dsr(State.VERIFYING, email=None, postal_address="12 rue des Lilas\n75001 Paris", channel="post")
    verification.begin(dsr)
    code = verification.new_code(dsr)
    verification.link(dsr, Purpose.CONFIRM, timedelta(hours=1))
    yield code, lambda guess: by_post.told(dsr.brand, dsr.reference, guess)
    assert Proof.objects.get().tries_left == 0


@contextmanager
def a_keepers_task() -> Iterator[tuple[str, Callable[[str], object]]]:
    keeper = Keeper.objects.create(source=a_source("papers", brand=a_brand()), name="The clerk", email="clerk@shop.example")
    door = doors.opened(doors.make(keeper, None))
    code = doors.new_code(door)
    yield code, lambda guess: doors.enter(Door.objects.get(pk=door.pk), guess)
    assert Door.objects.get().tries_left == 0


@pytest.mark.threat("2.02")
@pytest.mark.parametrize("secret", [who_acts, on_paper, a_keepers_task])
@pytest.mark.parametrize("place", [0, MANY - 1])
def test_of_many_guesses_at_once_five_are_looked_at(
    secret: Callable[[], AbstractContextManager[tuple[str, Callable[[str], object]]]], place: int
) -> None:
    with secret() as (code, tries):

        def guess(number: int) -> str:
            try:
                tries(code if number == place else _wrong(code, number + 1))
            except (NotProven, NoSuchLink, WrongCode):
                return "no"
            return "yes"

        assert at_once(MANY, guess) in (["no"] * MANY, ["no"] * (MANY - 1) + ["yes"])


@pytest.mark.threat("2.02")
def test_a_counter_that_is_read_and_then_written_is_caught() -> None:
    """The control: the same guesses against a counter that reads first, as one would write it without a thought."""
    dsr = a_dsr(State.VERIFYING)
    verification.begin(dsr)
    looked_at: list[int] = []
    everybody_has_read = Barrier(MANY)

    def careless(number: int) -> str:
        left = Proof.objects.values_list("tries_left", flat=True).get(dsr=dsr)
        everybody_has_read.wait(30)
        if left > 0:
            looked_at.append(number)
            Proof.objects.filter(dsr=dsr).update(tries_left=left - 1)
        return "no"

    at_once(MANY, careless)

    assert len(looked_at) > 5

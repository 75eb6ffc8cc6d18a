"""T-1.01, T-1.12, T-7.04: forty ways to get what is somebody else's, each with twenty-five ways to be somebody.

A sample in every run, all thousand with `--every-impostor`. What officers are asked they agree to: what holds here holds
without anybody's attention.
"""

from itertools import product
from random import Random
from typing import Final

import pytest

from tests.filing import an_officer
from tests.impostors.attacking import Attack
from tests.impostors.by_form import FORMS
from tests.impostors.by_other_doors import OTHERS
from tests.impostors.people import VARIANTS, victim
from tests.letter_writing import described, lives
from tests.mail import Post
from tests.running import run_all_due
from tests.signing import signing_keys
from tests.small_shop import SmallShop

SEED: Final = 20261122
SAMPLE: Final = 16  # of the forty scenarios, in an ordinary run
SCENARIOS: Final = (*FORMS, *OTHERS)
Tried = tuple[int, int]


def sample() -> list[Tried]:
    """Each scenario once, in a variant that the seed draws."""
    drawn = Random(SEED)  # nothing secret
    return [(number, drawn.randrange(VARIANTS)) for number in range(len(SCENARIOS))]


class Court:
    """The shop, its officers, and one attempt after the other."""

    def __init__(self, shop: SmallShop, post: Post) -> None:
        self.shop, self.post = described(shop), post
        self.officers = (an_officer(shop.brand, "one@desk.example"), an_officer(shop.brand, "two@desk.example"))
        shop.brand.hand_over = signing_keys()
        shop.brand.save(update_fields=["hand_over"])

    def an_attempt(self, number: int, variant: int) -> Attack:
        """Return an impostor at the door, and their victim in the shop's records."""
        who = victim(number, variant)
        self.shop.customer(who.number, who.email, who.name, who.postcode)
        lives(self.shop, who.number, f"{who.number} rue des Lilas", who.phone)
        self.shop.order(who.number, who.number, who.order)
        self.shop.order(who.number + 500_000, who.number, who.canary)
        self.shop.subscriber(who.number, who.email, who.canary)
        self.post.taken.clear()
        return Attack(self.shop, self.post, who, self.officers, variant)

    def tries(self, at: int, scenario: int, variant: int) -> list[str]:
        attack = self.an_attempt(1_000 + at, variant)
        SCENARIOS[scenario](attack)
        run_all_due()
        attack.looks()
        return [f"{SCENARIOS[scenario].__name__}, variant {variant}: {breach}" for breach in attack.breaches()]


@pytest.fixture
def court(shop: SmallShop, post: Post) -> Court:
    return Court(shop, post)


def test_there_are_a_thousand_attempts() -> None:
    assert (len(SCENARIOS), VARIANTS, len({one.__name__ for one in SCENARIOS})) == (40, 25, 40)


@pytest.mark.threat("1.01")
@pytest.mark.threat("1.12")
@pytest.mark.threat("7.04")
@pytest.mark.timeout(3_000)
def test_no_impostor_gets_a_byte_a_proof_or_an_erasure(court: Court, *, every: bool) -> None:
    tried = list(product(range(len(SCENARIOS)), range(VARIANTS))) if every else sample()

    breaches = [breach for at, one in enumerate(tried) for breach in court.tries(at, *one)]

    assert breaches == []


@pytest.mark.threat("1.01")
def test_the_same_eyes_see_what_the_person_is_shown(court: Court) -> None:
    """The positive control: whoever reads the victim's mail in the filing browser gets all of it, and that is reported."""
    attack = court.an_attempt(999, 0)
    dsr = attack.files()
    assert dsr is not None
    attack.own.add(attack.victim.email)
    attack.steals(attack.victim.email)
    attack.own.remove(attack.victim.email)
    attack.looks()
    court.shop.sql("UPDATE customers SET email = 'mallory@evil.example' WHERE id = 999")
    attack.filed[dsr.pk] = "erasure"

    breaches = " ".join(attack.breaches())

    for said in ("shows the victim's data", "without a proof", "became access", "is not what it was"):
        assert said in breaches

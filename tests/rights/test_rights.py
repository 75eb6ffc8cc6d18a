"""The catalogue of rights."""

import pytest

from requests_app.journey import FULFIL
from requests_app.jurisdictions import REGIMES
from requests_app.rights import RIGHTS


@pytest.mark.parametrize("name", RIGHTS)
def test_every_right_has_a_room_that_carries_it_out_and_a_law_that_grants_it(name: str) -> None:
    right = RIGHTS[name]

    assert right.name == name
    assert right.fulfilment in FULFIL
    assert any(name in regime.rights for regime in REGIMES.values())


@pytest.mark.parametrize("name", RIGHTS)
def test_every_right_is_offered_in_words(name: str) -> None:
    right = RIGHTS[name]

    assert all(words and words == words.strip() for words in (right.title, right.summary, right.action))


def test_access_asks_for_something_that_the_shop_holds() -> None:
    assert RIGHTS["access"].asks_facts

"""The catalogue of rights."""

import pytest

from requests_app.journey import ANSWER, COLLECT, FULFIL, PROPOSE
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.names import of_law
from requests_app.jurisdictions.vocabulary import Right as LawRight
from requests_app.rights import RIGHTS
from requests_app.workflow.states import State, states

OF_NO_LIST = {"complaint", "appeal"}


@pytest.mark.parametrize("name", RIGHTS)
def test_a_right_is_offered_only_where_its_room_carries_it_out(name: str) -> None:
    way, right = states(name), RIGHTS[name]

    assert right.fulfilment in COLLECT or State.COLLECTING not in way
    assert right.fulfilment in PROPOSE or State.PROPOSING not in way
    assert right.fulfilment in FULFIL or State.FULFILLING not in way
    assert right.fulfilment in ANSWER


@pytest.mark.parametrize("name", [name for name in RIGHTS if name not in OF_NO_LIST])
def test_some_law_grants_each_right(name: str) -> None:
    assert RIGHTS[name].name == name
    assert any(law.rights[right].has for law in REGIMES.values() if not law.is_overlay for right in of_law(name))


def test_every_right_of_the_laws_is_carried_out() -> None:
    assert {right for name in RIGHTS for right in of_law(name)} == set(LawRight)


def test_whoever_opts_out_proves_nothing_and_nobody_else_is_spared_the_proof() -> None:
    unproven = {name for name, right in RIGHTS.items() if not right.needs_proof}

    assert unproven == {
        "object_direct_marketing", "withdraw_consent", "opt_out_sale", "opt_out_targeted_advertising", "limit_sensitive",
        "opt_out_profiling",
    }  # fmt: skip
    assert not any(RIGHTS[name].asks_facts for name in unproven)


@pytest.mark.parametrize("name", RIGHTS)
def test_every_right_is_offered_in_words(name: str) -> None:
    right = RIGHTS[name]

    assert all(words and words == words.strip() for words in (right.title, right.summary, right.action))


def test_access_asks_for_something_that_the_shop_holds() -> None:
    assert RIGHTS["access"].asks_facts

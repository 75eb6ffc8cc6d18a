"""A column that is called like a full card number is told before anything is read out of it."""

import pytest

from tests.connectors.shops import EMAIL, KEY, Shop


@pytest.mark.promise("C5")
@pytest.mark.promise("S23")
@pytest.mark.parametrize("name", ["card_number", "credit_card_no", "pan", "numero_carte"])
def test_a_column_that_is_called_like_a_card_number_is_told(shop: Shop, name: str) -> None:
    shop.describe(customers={"id": KEY, "email": EMAIL, name: {}})

    (problem,) = [one for one in shop.check() if one.code == "card_number"]

    assert (name in problem.where, problem.fatal) == (True, False)


@pytest.mark.parametrize("name", ["card_last4", "gift_card_number", "company", "card_token"])
def test_a_column_of_other_cards_is_not(shop: Shop, name: str) -> None:
    shop.describe(customers={"id": KEY, "email": EMAIL, name: {}})

    assert "card_number" not in shop.codes()

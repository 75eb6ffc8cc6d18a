"""Within what time marketing stops, and whether a browser's signal counts."""

from datetime import date

import pytest

from requests_app.jurisdictions import choose
from requests_app.jurisdictions.marketing import clocks_at, signal_counts
from requests_app.jurisdictions.names import chief, of_law
from requests_app.jurisdictions.vocabulary import Right
from requests_app.rights import RIGHTS


@pytest.mark.parametrize(
    ("residence", "channel", "clocks"),
    [
        ("US-NY", "email", ["us-can-spam"]),
        ("US-NY", "sms_call", ["us-tcpa"]),
        ("CA-QC", "email", ["ca-casl"]),
        ("FR", "email", ["eu-art21"]),
        ("NO", "sms_call", ["eu-art21"]),
        ("GB", "electronic", ["uk-pecr"]),
        ("AU", "sms_call", ["au-spam"]),
        ("NZ", "electronic", ["nz-uem"]),
        ("BR", "email", []),
        ("US-CA", "browser_signal", ["us-universal-opt-out"]),
        ("FR", "browser_signal", []),
    ],
)
def test_the_clock_of_a_channel_is_that_of_the_customers_place(residence: str, channel: str, clocks: list[str]) -> None:
    assert [clock.id for clock in clocks_at(residence, channel)] == clocks


def test_a_channel_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        clocks_at("FR", "pigeon")


@pytest.mark.promise("S28")
@pytest.mark.parametrize(
    ("residence", "counts"), [("US-CA", True), ("US-TX", True), ("US-FL", False), ("US", False), ("FR", False)]
)
def test_the_law_of_the_customers_place_decides_whether_the_browsers_signal_counts(residence: str, *, counts: bool) -> None:
    assert signal_counts(residence) is counts


@pytest.mark.parametrize("name", RIGHTS)
def test_every_right_of_the_product_carries_out_rights_of_law(name: str) -> None:
    assert bool(of_law(name)) == (name not in {"complaint", "appeal"})
    assert set(of_law(name)) <= set(Right)
    assert chief(name) == next(iter(of_law(name)), Right.ACCESS)


def test_access_is_called_as_in_the_laws_and_what_is_not_known_is_refused() -> None:
    assert of_law("access") == (Right.ACCESS,)
    with pytest.raises(ValueError, match="acces"):
        of_law("acces")


def test_the_laws_that_grant_a_right_of_the_product_are_told() -> None:
    choice = choose("US-CA", "FR", "customer", date(2026, 11, 22))

    assert [by.regime for by in choice.granting("access")] == ["eu-gdpr", "us-ca-ccpa"]
    assert [by.regime for by in choice.granting("opt_out_sale")] == ["us-ca-ccpa"]
    assert choice.granting("opt_out_profiling") == ()

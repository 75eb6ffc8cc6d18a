"""Rights by place: what the law there gives, in plain words, with the law's own name beside."""

import pytest

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import Right
from requests_app.portal.offers import NAMES, PLAIN
from tests.portal.customer import Customer, words

pytestmark = pytest.mark.django_db


def test_every_right_of_every_law_has_plain_words_and_its_own_name_a_translation() -> None:
    own = {grant.name for law in REGIMES.values() for grant in law.rights.values() if grant.name}

    assert set(PLAIN) == set(Right)
    assert own == set(NAMES)


@pytest.mark.promise("S4")
def test_the_first_page_shows_the_rights_of_the_place(customer: Customer) -> None:
    french, californian = words(customer.get("?residence=FR")), words(customer.get("?residence=US-CA"))

    assert "Right of access (GDPR)" in french
    assert "Do not sell or share my data" not in french
    assert "Do not sell or share my data" in californian
    assert "Right to opt out of sale (CCPA)" in californian


@pytest.mark.parametrize(("headers", "place"), [("fr-CH,fr;q=0.9", "CH"), ("en", "FR"), ("xx-ZZ", "FR"), ("", "FR")])
def test_the_place_is_guessed_from_the_browsers_language_and_can_be_corrected(customer: Customer, headers: str, place: str) -> None:
    page = customer.client.get("/o-jewels/en/", headers={"Accept-Language": headers}).content.decode()

    assert f'<option value="{place}" selected>' in page


@pytest.mark.parametrize("place", ["XX", "US-XX", "'\"><script>", "fr", "US-"])
def test_a_place_that_is_none_is_not_taken(customer: Customer, place: str) -> None:
    page = customer.client.get("/o-jewels/en/", {"residence": place}).content.decode()

    assert "<script>" not in page
    assert '<option value="FR" selected>' in page
    assert customer.sends(residence=place).status_code == 422


def test_places_have_their_names_in_the_readers_language(customer: Customer) -> None:
    page = customer.client.get("/o-jewels/fr/").content.decode()

    assert ">Allemagne</option>" in page
    assert ">Californie</option>" in page
    assert page.index(">Åland") < page.index(">Zimbabwe")


def test_where_somebody_lives_is_kept_with_the_request_and_shown_before_it_is_sent(customer: Customer) -> None:
    assert "California, United States" in words(customer.sends("check", residence="US-CA", declared="Ada Example"))

    dsr = customer.files(residence="US-CA", declared="Ada Example")

    assert dsr.residence == "US-CA"
    assert "us-ca-ccpa" in dsr.regimes

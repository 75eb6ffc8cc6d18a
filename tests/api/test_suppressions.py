"""A mailer asks by digest for which channels an address is refused."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from requests_app.connectors.suppressing import Channel
from requests_app.optouts import register
from requests_app.optouts.digests import digest_of
from requests_app.optouts.models import Door
from requests_app.values import CUSTOMER, Claim
from tests.api.conftest import Machine
from tests.making import a_brand

Make = Callable[..., Machine]
pytestmark = pytest.mark.django_db
ADA = Claim("email", "ada@example.com")


@pytest.mark.promise("J5")
def test_a_digest_on_the_list_is_told_with_its_channels_and_another_with_none(machine: Make) -> None:
    brand, asks = a_brand(), machine()
    register.add(brand, [digest_of(brand, ADA)], [Channel.SMS, Channel.EMAIL], door=Door.REQUEST, by=CUSTOMER)

    assert asks.get(f"suppressions/{digest_of(brand, ADA).hex()}").json() == {"channels": ["email", "sms"]}
    assert asks.get(f"suppressions/{'0' * 64}").json() == {"channels": []}


def test_the_list_of_another_brand_is_not_told(machine: Make) -> None:
    brand, other = a_brand(), a_brand("maison-s")
    register.add(other, [digest_of(brand, ADA)], [Channel.EMAIL], door=Door.REQUEST, by=CUSTOMER)

    assert machine().get(f"suppressions/{digest_of(brand, ADA).hex()}").json() == {"channels": []}


@pytest.mark.parametrize("digest", ["ada@example.com", "0" * 63, "G" * 64])
def test_what_is_no_digest_is_refused(machine: Make, digest: str) -> None:
    answer = machine().get(f"suppressions/{digest}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.pages("api:suppressions")
@pytest.mark.parametrize("entries", [1, 20])
def test_a_question_costs_the_same_however_long_the_list(
    machine: Make, entries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    brand, asks = a_brand(), machine()
    digests = [digest_of(brand, Claim("email", f"p{number}@example.com")) for number in range(entries)]
    register.add(brand, digests, list(Channel), door=Door.SHOP, by=CUSTOMER)
    asks.get(f"suppressions/{digests[0].hex()}")  # the key's use is written down once a minute

    with django_assert_num_queries(5):  # key, brand, both limits, the list
        assert len(asks.get(f"suppressions/{digests[0].hex()}").json()["channels"]) == len(Channel)

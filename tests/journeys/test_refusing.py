"""Each right to refuse something: one short form, done at once, on the list, one letter."""

from typing import Final

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.brands.models import Brand
from requests_app.optouts import register
from requests_app.optouts.channels import channels_of
from requests_app.optouts.digests import digest_of
from requests_app.portal.forms import stamp
from requests_app.values import Claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.mail import Post
from tests.making import ADDRESS, a_brand
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
RIGHTS_TO_REFUSE: Final = (
    "withdraw_consent",
    "opt_out_sale",
    "opt_out_targeted_advertising",
    "opt_out_profiling",
    "limit_sensitive",
)


@pytest.fixture
def customer(settings: Settings) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), a_brand(rights={"voluntary": list(RIGHTS_TO_REFUSE)}))


@pytest.mark.parametrize("right", RIGHTS_TO_REFUSE)
def test_what_is_refused_stands_on_the_list_and_one_letter_says_so(customer: Customer, post: Post, right: str) -> None:
    answer = customer.post(f"{right}/", email=ADDRESS, everything="1", opened=stamp("x"))
    assert answer.status_code == SEE_OTHER, words(answer)
    assert "It is noted" in words(customer.client.get(answer["Location"]))
    run_all_due()

    dsr = SubjectRequest.objects.get()
    assert (dsr.right, dsr.state) == (right, State.ANSWERED)
    assert set(channels_of(right)) <= on_the_list(customer.brand)
    assert len(post.to(ADDRESS)) == 1


def on_the_list(brand: Brand) -> set[str]:
    digest = digest_of(brand, Claim("email", ADDRESS))
    return {str(channel) for channel in register.channels_refused(brand, digest)}

"""T-1.01, T-1.12: who agrees that somebody acts has agreed for one mailbox, and for no other."""

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.correspondence.models import Letter
from requests_app.workflow.models import SubjectRequest
from tests.mail import Post
from tests.making import ADDRESS, a_brand
from tests.portal.acting import Agent, agrees
from tests.portal.customer import Customer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
TOO_MANY = 429
OWN = "mallory@evil.example"


@pytest.fixture
def agreed(post: Post, settings: Settings) -> tuple[SubjectRequest, Customer]:
    """Somebody who files as agent for a second mailbox of their own, and agrees there."""
    settings.PORTAL_FILL_DELAY = -1
    agent, person = Agent(Customer(Client(), a_brand())), Customer(Client(), a_brand())
    dsr = agent.files(email=OWN)
    agrees(person, post, address=OWN)
    return dsr, person


@pytest.mark.threat("1.01")
@pytest.mark.threat("1.12")
def test_nobody_agrees_in_one_mailbox_and_then_asks_for_another(agreed: tuple[SubjectRequest, Customer], post: Post) -> None:
    dsr, person = agreed

    answer = person.post(f"requests/{dsr.reference}/address/", email=ADDRESS)
    run_all_due()

    dsr.refresh_from_db()
    assert (answer.status_code, dsr.email) == (TOO_MANY, OWN)
    assert not post.to(ADDRESS)


@pytest.mark.threat("1.12")
def test_who_agreed_is_sent_no_link_that_takes_the_place_of_whoever_acts(agreed: tuple[SubjectRequest, Customer]) -> None:
    dsr, person = agreed

    answer = person.post(f"requests/{dsr.reference}/resend/")
    run_all_due()

    assert answer.status_code == TOO_MANY
    assert not Letter.objects.filter(dsr=dsr, kind="confirm_address").exists()

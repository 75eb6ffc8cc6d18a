"""Somebody acts for a customer: from the form to the copy, which the customer opens and nobody else."""

import io
import zipfile

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.matching.services import decide
from requests_app.verification import acting
from requests_app.workflow.parties import Papers
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.acting import AGENT, Agent, agrees
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import run_all_due
from tests.small_shop import SmallShop


@pytest.fixture
def customers(shop: SmallShop, settings: Settings) -> SmallShop:
    settings.PORTAL_FILL_DELAY = -1
    shop.customer(1, ADDRESS)
    shop.order(11, 1)
    return shop


@pytest.mark.promise("A8")
@pytest.mark.threat("1.12")
def test_both_confirm_an_officer_accepts_the_mandate_and_the_customer_alone_opens_the_copy(
    customers: SmallShop, post: Post
) -> None:
    officer = an_officer(customers.brand)
    agent, person = Agent(Customer(Client(), customers.brand)), Customer(Client(), customers.brand)
    dsr = agent.files(residence="US-CA", order_number="O-11")
    assert {letter.recipients for letter in post.taken} == {(AGENT,), (ADDRESS,)}

    agent.proves(post)
    dsr.refresh_from_db()
    assert (dsr.state, agent.party.papers) == (State.VERIFYING, Papers.WANTED)
    assert "Keep this key" in words(agrees(person, post))
    assert agent.sends(dsr).status_code == SEE_OTHER
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.state == State.VERIFYING
    assert not dsr.matches.exists()
    acting.accept(agent.party, reason="signed by her", by=officer)
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.state == State.DECIDING  # under that law two facts are not enough

    decide(dsr, {str(match.pk): [0] for match in dsr.matches.filter(state="doubtful")}, by=officer, reason="it is her")
    run_all_due()
    dsr.refresh_from_db()
    advance(dsr, Move.APPROVE, by=officer.actor)
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.state == State.ANSWERED

    status = f"requests/{dsr.reference}/"
    assert agent.browser.post(status + "download/").status_code == 403
    assert agent.browser.post(status + "acting/fetch/").status_code == 410
    answer = person.post(status + "download/")
    copy = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert b"O-11" in copy.read("data/orders/orders.json")
    assert not any("O-11" in letter.text or "Mia Agent" in letter.text for letter in post.taken)
    assert {event.action for event in AuditEvent.objects.all()} >= {"party.named", "party.proven", "party.agreed"}

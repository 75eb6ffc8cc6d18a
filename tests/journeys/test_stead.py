"""Who acts in a person's stead, and an agent who gets the answer: from the form to the copy in the right hands."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.matching.services import decide
from requests_app.rights import RIGHTS
from requests_app.verification import acting
from requests_app.verification.acting import NotYours
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.acting import AGENT, Agent, agrees, links
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import run_all_due
from tests.small_shop import SmallShop

_CALLED = re.compile(r"[a-z_]+")


@pytest.fixture
def customers(shop: SmallShop, settings: Settings) -> SmallShop:
    settings.PORTAL_FILL_DELAY = -1
    shop.customer(1, ADDRESS)
    shop.order(11, 1)
    return shop


def answered(dsr: SubjectRequest, *, by: str = "first@desk.example") -> None:
    """Let an officer say which record it is where that is open, and approve."""
    run_all_due()
    dsr.refresh_from_db()
    officer = an_officer(dsr.brand, by)
    if dsr.state == State.DECIDING:
        decide(dsr, {str(match.pk): [0] for match in dsr.matches.filter(state="doubtful")}, by=officer, reason="the same person")
        run_all_due()
        dsr.refresh_from_db()
    advance(dsr, Move.APPROVE, by=officer.actor)
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.state == State.ANSWERED


def fetched(browser: Customer, post: Post, dsr: SubjectRequest, address: str, page: str) -> bytes:
    """Open the link of the last letter to `address` and take the copy; return the orders that are in it."""
    browser.opens(links(post, address)[0])
    browser.post("open/")
    answer = browser.post(f"requests/{dsr.reference}/{page}/")
    assert answer.status_code == 200, words(answer)
    copy = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    return copy.read("data/orders/orders.json")


@pytest.mark.promise("O3")
@pytest.mark.parametrize("part", ["guardian", "heir"])
def test_a_guardian_or_an_heir_shows_papers_two_officers_agree_and_the_answer_is_theirs(
    customers: SmallShop, post: Post, part: str
) -> None:
    first, second = an_officer(customers.brand, "one@desk.example"), an_officer(customers.brand, "two@desk.example")
    agent = Agent(Customer(Client(), customers.brand), part)
    dsr = agent.files(order_number="O-11")
    assert {letter.recipients for letter in post.taken} == {(AGENT,)}, "nobody writes to the person"
    agent.proves(post)
    assert agent.sends(dsr).status_code == SEE_OTHER
    acting.accept(agent.party, reason="the order of the court", by=first)
    with pytest.raises(NotYours):
        acting.second(agent.party, by=first)
    run_all_due()
    assert not dsr.matches.exists(), "nothing is searched before the second"

    acting.second(agent.party, by=second)
    answered(dsr)

    assert b"O-11" in fetched(agent.browser, post, dsr, AGENT, "download")
    assert not post.to(ADDRESS)


@pytest.mark.promise("A8")
def test_an_agent_gets_the_answer_only_with_a_second_officers_agreement(customers: SmallShop, post: Post) -> None:
    first, second = an_officer(customers.brand, "one@desk.example"), an_officer(customers.brand, "two@desk.example")
    agent, person = Agent(Customer(Client(), customers.brand)), Customer(Client(), customers.brand)
    dsr = agent.files(residence="US-CA", order_number="O-11", wants_answer="on")
    agent.proves(post)
    agrees(person, post)
    agent.sends(dsr)
    acting.accept(agent.party, reason="the mandate says so", by=first, to_party=True)
    answered(dsr)
    assert agent.browser.post(f"requests/{dsr.reference}/acting/fetch/").status_code == 410
    with pytest.raises(NotYours):
        acting.second(agent.party, by=first)

    acting.second(agent.party, by=second)
    run_all_due()

    answer = agent.browser.post(f"requests/{dsr.reference}/acting/fetch/")
    assert answer.status_code == 200, words(answer)
    assert b"PK" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_every_right_has_a_journey() -> None:
    told = {word for path in Path(__file__).parent.glob("test_*.py") for word in _CALLED.findall(path.read_text(encoding="utf-8"))}

    assert sorted(RIGHTS.keys() - told) == []

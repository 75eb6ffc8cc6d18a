"""Beside the plain form: for somebody else, as staff, a child's account; whoever asks for themselves is asked nothing of it."""

import re

import pytest
from django.urls import reverse

from requests_app.correspondence.models import Letter
from requests_app.portal.forms import stamp
from requests_app.values import SYSTEM
from requests_app.verification.models import Proof
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part, Party
from requests_app.workflow.services import Move, advance
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.acting import AGENT, Agent, agrees
from tests.portal.customer import ANSWERS, SEE_OTHER, UNPROCESSABLE, Customer, confirm_link, words

pytestmark = pytest.mark.django_db
FIELDS = re.compile(r'<(?:input|select|textarea)[^>]*\bname="(\w+)"')


def asked(page: bytes) -> set[str]:
    return set(FIELDS.findall(page.decode())) - {"csrfmiddlewaretoken", "opened", "website"}


@pytest.mark.promise("S26")
def test_whoever_asks_for_themselves_needs_no_account_and_is_asked_nothing_about_others(customer: Customer) -> None:
    page = customer.get("access/")

    fields = {name.partition("_date")[0] for name in asked(page.content)}  # type: ignore[attr-defined]
    assert fields == {"name", "email", "residence", "postcode", "order_number", "birth", "phone_number", "details"}
    assert "You ask for somebody else?" in words(page)
    assert "password" not in page.content.decode()  # type: ignore[attr-defined]


@pytest.mark.promise("S26")
@pytest.mark.parametrize("who", ["Visitor", "Guest of one order", "Friend who was referred"])
def test_people_without_an_account_file_as_any_other(customer: Customer, who: str) -> None:
    dsr = customer.files(name=who, email="guest@example.com", postcode="", order_number="")

    assert (dsr.person_kind, dsr.customer_id) == ("customer", None)
    assert Letter.objects.count() == 0 or Letter.objects.latest("written_at").kind == "confirm_address"


@pytest.mark.promise("A8")
@pytest.mark.parametrize("part", [Part.AGENT, Part.GUARDIAN, Part.HEIR])
def test_each_part_has_its_form(customer: Customer, part: Part) -> None:
    chosen = customer.get("for-others/access/")
    assert f"/for-others/access/{part}/" in chosen.content.decode()  # type: ignore[attr-defined]

    dsr_answer = Agent(customer, part).asks()

    assert dsr_answer.status_code == SEE_OTHER
    party = Party.objects.select_related("dsr").get()
    assert (party.part, party.name, party.email, party.dsr.email) == (part, "Mia Agent", AGENT, ADDRESS)


@pytest.mark.parametrize("path", ["for-others/access/reporter/", "for-others/access/king/", "for-others/nothing/agent/"])
def test_there_is_no_other_part(customer: Customer, path: str) -> None:
    assert customer.get(path).status_code == 404


@pytest.mark.parametrize("right", ["object_direct_marketing", "opt_out_sale"])
def test_what_needs_no_proof_needs_no_agent(customer: Customer, right: str) -> None:
    assert customer.get(f"for-others/{right}/").status_code == 404


def test_agent_and_person_are_two_mailboxes(customer: Customer) -> None:
    answer = Agent(customer).asks(your_email=ADDRESS)

    assert answer.status_code == UNPROCESSABLE
    assert "two mailboxes" in words(answer)


def test_the_page_of_the_agent_is_closed_to_every_other_browser(customer: Customer, elsewhere: Customer) -> None:
    Agent(customer).asks()
    dsr = SubjectRequest.objects.get()

    assert "Now open our letter" in words(customer.get(f"requests/{dsr.reference}/acting/"))
    closed = elsewhere.get(f"requests/{dsr.reference}/acting/")
    assert closed.status_code == 403
    assert AGENT not in words(closed)
    assert customer.get(f"requests/{dsr.reference}/").status_code == 403


def test_opening_the_letter_changes_nothing(customer: Customer, elsewhere: Customer, post: Post) -> None:
    agent = Agent(customer)
    agent.files()
    agent.browser.opens(f"/o-jewels/en/letter/{post.to(AGENT)[-1].tokens[0]}/")
    page = elsewhere.opens(f"/o-jewels/en/letter/{post.to(ADDRESS)[-1].tokens[0]}/")

    assert "Mia Agent" in words(page)
    party = agent.party
    assert (party.proven_at, party.agreed_at) == (None, None)
    assert "another name" in words(agrees(elsewhere, post, signed="Somebody Else"))


def test_the_person_stops_the_agent_on_the_own_page(customer: Customer, elsewhere: Customer, post: Post) -> None:
    agent = Agent(customer)
    dsr = agent.files()
    agrees(elsewhere, post)
    assert "They shall no longer act for me" in words(elsewhere.get(f"requests/{dsr.reference}/"))

    assert elsewhere.post(f"requests/{dsr.reference}/acting/stop/").status_code == SEE_OTHER

    assert not agent.party.acts
    assert customer.get(f"requests/{dsr.reference}/acting/").status_code == 403


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("declared", "status"), [("", UNPROCESSABLE), ("Somebody Else", UNPROCESSABLE), ("ada example", SEE_OTHER)]
)
def test_california_wants_a_signature_under_specific_pieces(customer: Customer, declared: str, status: int) -> None:
    assert customer.sends(residence="US-CA", declared=declared).status_code == status
    if status == SEE_OTHER:
        assert Proof.objects.get().declared == declared


@pytest.mark.parametrize(("right", "residence"), [("access", "FR"), ("erasure", "US-CA")])
def test_nobody_else_is_asked_to_sign(customer: Customer, right: str, residence: str) -> None:
    page = customer.get(f"{right}/?residence={residence}")

    assert "declared" not in asked(page.content)  # type: ignore[attr-defined]
    assert "declared" in asked(customer.get("access/?residence=US-CA").content)  # type: ignore[attr-defined]


@pytest.mark.promise("S9")
@pytest.mark.parametrize("kind", ["employee", "applicant", "emergency_contact", "beneficiary"])
def test_staff_ask_on_an_address_of_their_own(customer: Customer, kind: str) -> None:
    assert "Only officers who are named for personnel" in words(customer.get("staff/"))

    answer = customer.post("staff/access/", **(ANSWERS | {"opened": stamp("a form"), "step": "send", "person_kind": kind}))

    assert answer.status_code == SEE_OTHER, words(answer)
    assert SubjectRequest.objects.get().person_kind == kind


@pytest.mark.parametrize("kind", ["", "customer", "king"])
def test_staff_say_as_what_they_ask(customer: Customer, kind: str) -> None:
    answer = customer.post("staff/access/", **(ANSWERS | {"opened": stamp("a form"), "step": "send", "person_kind": kind}))

    assert answer.status_code == UNPROCESSABLE
    assert not SubjectRequest.objects.exists()


@pytest.mark.promise("A13")
def test_what_the_accounts_settings_can_do_is_pointed_to_and_the_form_serves_the_rest(customer: Customer) -> None:
    assert "quicker done there" not in words(customer.get())
    customer.brand.account_url = "https://o-jewels.example/account"
    customer.brand.save()

    page = customer.get().content.decode()  # type: ignore[attr-defined]

    assert "https://o-jewels.example/account" in page
    assert reverse("portal:request", args=["o-jewels", "en", "access"]) in page


@pytest.mark.promise("A7")
@pytest.mark.threat("1.02")
def test_the_page_for_more_facts_says_the_same_for_right_and_wrong(customer: Customer) -> None:
    dsr = customer.files()
    customer.opens(confirm_link(dsr))
    customer.post("confirm/")
    dsr.refresh_from_db()
    advance(dsr, Move.DOUBT, by=SYSTEM)

    answers = [customer.post(f"requests/{dsr.reference}/more/", postcode=given) for given in ("69002", "00000")]

    assert len({(answer.status_code, answer["Location"], answer.content) for answer in answers}) == 1  # type: ignore[attr-defined]
    assert customer.post(f"requests/{dsr.reference}/more/").status_code == UNPROCESSABLE

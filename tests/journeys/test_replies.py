"""Whatever is answered in words: from the form through the officer's page to the letter, the complaint and the appeal after it."""

from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from requests_app.brands.models import Brand
from requests_app.correspondence.denials import Rests, refuse
from requests_app.officers.models import Officer
from requests_app.replies import wills
from requests_app.replies.models import Instruction
from requests_app.verification import acting
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.mail import Post
from tests.making import ADDRESS, a_brand, a_dsr, a_source
from tests.portal.customer import ANSWERS, SEE_OTHER, Customer, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
TYPED: Final = {name: ANSWERS[name] for name in ("name", "email", "website")}


@pytest.fixture
def customer(settings: Settings) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), a_brand())


def asks(customer: Customer, post: Post, right: str, **said: Any) -> SubjectRequest:
    """File a request with the right's own form, and prove the mailbox with the letter."""
    checked = customer.sends(step="check", right=right, **said)
    assert checked.status_code == 200, words(checked)
    answer = customer.sends(right=right, **said)
    assert answer.status_code == SEE_OTHER, words(answer)
    dsr = SubjectRequest.objects.get(reference=answer["Location"].split("/")[-2])
    run_all_due()
    customer.client.get(f"/{customer.brand.slug}/en/letter/{post.to(ADDRESS)[-1].tokens[0]}/", follow=True)
    assert customer.post("confirm/").status_code == SEE_OTHER
    run_all_due()
    return current(dsr)


def current(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


def answers(dsr: SubjectRequest, officer: Officer, **said: Any) -> None:
    """Let `officer` look at the letter, and send it."""
    desk, page = at_the_desk(officer, fresh=True), reverse("console:reply", args=[dsr.reference])
    assert desk.get(page).status_code == 200
    typed = {"seen": dsr.transitions.count(), **said}
    assert desk.post(page, typed).status_code == 200
    assert current(dsr).state == State.REVIEWING
    assert desk.post(page, typed | {"send": "1"}).status_code == 302
    run_all_due()


def test_a_complaint_is_made_answered_and_read(customer: Customer, post: Post) -> None:
    dsr = asks(customer, post, "complaint", details="You write although I said no.")
    officer = an_officer(brand=dsr.brand)
    page = words(at_the_desk(officer).get(reverse("console:detail", args=[dsr.reference])))
    assert "You write although I said no." in page
    assert "Somebody waits for an answer" in page

    answers(dsr, officer, outcome="granted", text="You are on no list any more.", says=["written_reasons"])

    assert "You are on no list any more." in post.to(ADDRESS)[-1].text
    status = words(customer.get(f"requests/{dsr.reference}/"))
    assert "We have answered you" in status
    assert "You are on no list any more." in status


def test_a_person_looks_at_what_a_machine_decided(customer: Customer, post: Post) -> None:
    dsr = asks(customer, post, "automated_decision_review", decision="No invoice for me.", details="I always paid.")
    officer = an_officer(brand=dsr.brand)
    assert "No invoice for me." in words(at_the_desk(officer).get(reverse("console:detail", args=[dsr.reference])))

    answers(dsr, officer, text="You may pay by invoice.", says=["action_taken"])

    assert "You may pay by invoice." in post.to(ADDRESS)[-1].text
    assert current(dsr).state == State.ANSWERED


def test_a_refusal_is_appealed_against_and_another_officer_decides(customer: Customer, post: Post) -> None:
    Brand.objects.filter(pk=customer.brand.pk).update(regime="us-va-vcdpa", establishment="US-VA")
    Brand.objects.filter(pk=customer.brand.pk).update(rights={"voluntary": ["automated_decision_review"]})
    customer.brand.refresh_from_db()
    dsr = asks(customer, post, "automated_decision_review", decision="No invoice for me.")
    first, second = an_officer("first@desk.example", brand=dsr.brand), an_officer("second@desk.example", brand=dsr.brand)
    refuse(dsr, Rests("unfounded", "The Act, s. 1", "No."), by=first)
    run_all_due()
    here = f"requests/{dsr.reference}/"
    assert "Appeal against our answer" in words(customer.get(here))
    assert customer.post(f"{here}object/appeal/", details="").status_code == 422

    answer = customer.post(f"{here}object/appeal/", details="I am right.")
    run_all_due()
    appeal = SubjectRequest.objects.get(right="appeal")
    assert answer["Location"].endswith(f"/{appeal.reference}/")
    assert appeal.state == State.REVIEWING
    assert "A privacy officer looks into it" in words(customer.get(f"requests/{appeal.reference}/"))
    barred = at_the_desk(first, fresh=True)
    shown = words(barred.get(reverse("console:detail", args=[appeal.reference])))
    assert "Another officer decides on this" in shown
    assert dsr.reference in shown
    assert barred.get(reverse("console:reply", args=[appeal.reference])).status_code == 409
    assert barred.get(reverse("console:refuse", args=[appeal.reference])).status_code == 409

    answers(appeal, second, outcome="granted", text="You may pay by invoice.", says=["written_reasons"])

    assert "we grant your appeal" in post.to(ADDRESS)[-1].text
    assert "Appeal against our answer" not in words(customer.get(here))


@pytest.mark.promise("S12")
@pytest.mark.parametrize(
    ("right", "told", "untold"),
    [
        ("third_party_list_specific", "Brightside Ads", "Nuage Hosting"),
        ("third_party_list_categories", "Advertising: ", "Brightside"),
    ],
)
def test_the_list_of_who_received_data_is_composed_looked_at_and_sent(
    customer: Customer, post: Post, right: str, told: str, untold: str
) -> None:
    Brand.objects.filter(pk=customer.brand.pk).update(rights={"voluntary": [right]})
    customer.brand.refresh_from_db()
    for name in ("orders", "marketing"):
        a_source(name, brand=customer.brand, description=f"demo/{name}.yaml")
    dsr = asks(customer, post, right)
    officer = an_officer(brand=dsr.brand)
    page = at_the_desk(officer, fresh=True).get(reverse("console:reply", args=[dsr.reference]))
    text = page.context["form"].initial["text"]
    assert told in text

    answers(dsr, officer, text=text, says=page.context["form"].needs)

    letter = post.to(ADDRESS)[-1].text.replace("\r\n", "\n")
    assert text in letter
    assert untold not in letter
    assert current(dsr).state == State.ANSWERED


@pytest.mark.promise("O3")
def test_instructions_for_after_death_are_kept_changed_read_by_whoever_hears_the_heirs_and_taken_back(
    customer: Customer, post: Post
) -> None:
    Brand.objects.filter(pk=customer.brand.pk).update(rights={"voluntary": ["post_mortem"]})
    said = {"reach": "specific", "trustee": "Bob Example, Lyon", "details": "Give the pictures to Bob."}
    dsr = asks(customer, post, "post_mortem", **said)
    officer = an_officer(brand=dsr.brand)
    answers(dsr, officer, text="We keep your instructions.", says=["action_taken"])
    kept = Instruction.objects.get()
    assert (kept.reach, kept.text, kept.trustee) == ("specific", "Give the pictures to Bob.", "Bob Example, Lyon")
    will = f"requests/{dsr.reference}/will/"
    assert "Give the pictures to Bob." in customer.get(will).content.decode()  # type: ignore[attr-defined]

    changed = customer.post(will, reach="general", details="Erase everything.", trustee="")
    assert changed.status_code == SEE_OTHER
    run_all_due()
    assert "You have changed your instructions" in post.to(ADDRESS)[-1].text
    heirs = a_dsr(State.REVIEWING, right="access", brand=dsr.brand)
    page = words(at_the_desk(officer).get(reverse("console:detail", args=[heirs.reference])))
    assert "Erase everything." in page
    assert "Give the pictures" not in page

    for asking, part, read in ((heirs, Part.HEIR, True), (a_dsr(brand=dsr.brand), Part.AGENT, False)):
        acting.name(asking, part, called="Bob Example", email="bob@heirs.example")
        papers = words(at_the_desk(officer, fresh=True).get(reverse("console:acting", args=[asking.reference])))
        assert "Bob Example" in papers
        assert ("Erase everything." in papers) is read

    customer.post(will, take_back="1")
    run_all_due()
    assert wills.standing(dsr) is None
    assert not Instruction.objects.exclude(text=None).exists()
    assert customer.get(will).status_code == SEE_OTHER

"""Asking for erasure: how much, on which ground, with a copy first; what the form says before anything is asked."""

from typing import Any

import pytest

from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.portal.asking import form_for
from requests_app.portal.erasing import EXTENTS, GROUNDS, ErasureForm
from requests_app.portal.forms import SignedInForm, stamp
from requests_app.rights import RIGHTS
from requests_app.rights.erasure import Ground
from requests_app.values import CUSTOMER, Extent, Scope
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import forget
from requests_app.workflow.states import State
from tests.making import a_brand
from tests.portal.customer import ANSWERS, SEE_OTHER, UNPROCESSABLE, Customer, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
WANTS = ANSWERS | {"extent": "everything", "order": "", "ground": ""}


def sends(customer: Customer, step: str = "send", **changes: Any) -> Any:
    return customer.post("erasure/", **(WANTS | {"opened": stamp("a form"), "step": step} | changes))


def files(customer: Customer, **changes: Any) -> SubjectRequest:
    answer = sends(customer, **changes)
    assert answer.status_code == SEE_OTHER, words(answer)
    dsr: SubjectRequest = SubjectRequest.objects.get(reference=answer["Location"].split("/")[-2])
    return dsr


def test_the_first_page_offers_erasure_where_the_law_gives_it(customer: Customer) -> None:
    page = words(customer.get("?residence=FR"))

    assert "Have my data erased" in page
    assert "Right to erasure (‘right to be forgotten’) (GDPR)" in page


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"extent": "everything"}, Scope(Extent.EVERYTHING)),
        ({"extent": "marketing"}, Scope(Extent.MARKETING)),
        ({"extent": "account"}, Scope(Extent.ACCOUNT)),
        ({"extent": "order", "order": "100:7"}, Scope(Extent.ORDER, "100:7")),
        ({"extent": "marketing", "order": "1007"}, Scope(Extent.MARKETING)),
    ],
)
def test_what_shall_be_erased_is_kept_as_it_was_chosen(customer: Customer, chosen: dict[str, str], kept: Scope) -> None:
    dsr = files(customer, **chosen)

    assert dsr.right == "erasure"
    assert Scope.read(dsr.scope) == kept


@pytest.mark.promise("O5")
@pytest.mark.parametrize("ground", list(Ground))
def test_erasure_can_be_asked_for_on_each_ground_and_on_none(customer: Customer, ground: Ground) -> None:
    assert files(customer, ground=ground.value).ground == ground
    assert files(customer, email="other@example.com").ground == ""


def test_a_parent_can_say_that_it_is_about_a_child(customer: Customer) -> None:
    page = words(customer.get("erasure/"))

    assert str(GROUNDS[Ground.CHILD]) in page
    assert "For a child, give the child’s name and the address of the child’s account." in page


@pytest.mark.parametrize("wrong", [{"extent": ""}, {"extent": "all"}, {"extent": "order"}, {"ground": "spite"}])
def test_what_cannot_be_meant_is_asked_for_again(customer: Customer, wrong: dict[str, str]) -> None:
    assert sends(customer, **wrong).status_code == UNPROCESSABLE
    assert not SubjectRequest.objects.exists()


@pytest.mark.parametrize("application", [{"scope": "order:"}, {"scope": "everybody"}, {"ground": "spite"}])
def test_no_channel_files_a_scope_or_ground_that_is_none(application: dict[str, Any]) -> None:
    asked = intake.Application(right="erasure", email="ada@example.com", name="Ada", language="en", **application)

    with pytest.raises(ValueError, match=r".+"):
        intake.open_request(a_brand(), asked, by=CUSTOMER)


def test_every_extent_and_ground_has_words() -> None:
    assert set(EXTENTS) == set(Extent)
    assert set(GROUNDS) == set(Ground)


def test_the_form_says_what_erasing_means_before_it_asks(customer: Customer) -> None:
    page = words(customer.get("erasure/"))

    assert "What is erased cannot be brought back" in page
    assert "A law can make us keep something for some years" in page
    assert "You may open a new account at any time." in page
    assert "never ask for an identity paper" in page
    assert page.index("What erasing means") < page.index("What shall be erased?")


def test_nothing_is_chosen_in_the_customers_place_but_the_whole(customer: Customer) -> None:
    form = ErasureForm()

    assert form["extent"].initial == Extent.EVERYTHING
    assert not form["copy_first"].initial
    assert form["ground"].initial == ""


def test_the_answers_are_checked_in_the_words_in_which_they_were_given(customer: Customer) -> None:
    page = words(sends(customer, "check", extent="order", order="1007", ground="objection", copy_first="on"))

    for said in ("Only one order", "1007", "I object to what you do with it", "Send me a copy first", "Yes"):
        assert said in page
    assert "make a plan of what is erased and what a law makes us keep" in page
    assert "you fetch your copy here" not in page


def test_the_page_of_answers_carries_them_all_to_the_end(customer: Customer) -> None:
    page = sends(customer, "check", extent="order", order="1007", ground="objection", copy_first="on").content.decode()

    for name, value in (("extent", "order"), ("order", "1007"), ("ground", "objection"), ("copy_first", "True")):
        assert f'<input type="hidden" name="{name}" value="{value}"' in page


@pytest.mark.django_db(transaction=True)
def test_a_copy_first_is_a_request_of_its_own_that_needs_no_second_proof(customer: Customer) -> None:
    dsr = files(customer, copy_first="on")
    run_all_due()
    dsr.refresh_from_db()
    customer.proves(dsr)
    run_all_due()

    copy = SubjectRequest.objects.get(before=dsr)
    assert (copy.right, copy.email, copy.name, copy.facts) == ("access", dsr.email, dsr.name, dsr.facts)
    assert copy.verified_at is not None
    assert SubjectRequest.objects.get(pk=dsr.pk).waits_for_copy
    assert verification.holds_claim(copy, customer.key(dsr))
    assert customer.get(f"requests/{copy.reference}/").status_code == 200


def test_without_the_wish_no_copy_is_filed(customer: Customer) -> None:
    dsr = files(customer)

    assert not dsr.copy_first
    assert not dsr.waits_for_copy


def test_a_copy_that_comes_first_is_seen_by_nobody_else(customer: Customer, elsewhere: Customer) -> None:
    dsr = files(customer)
    copy = intake.copy_before(dsr)

    assert copy is not None
    assert intake.copy_before(dsr) == copy
    assert elsewhere.get(f"requests/{copy.reference}/").status_code == 403
    assert State(copy.state) == State.RECEIVED
    verification.vouched(copy, dsr)
    assert SubjectRequest.objects.get(pk=copy.pk).verified_at is None, "nobody has proven the one it is filed beside"


def test_somebody_whom_the_shop_hands_over_is_asked_what_shall_be_erased_and_no_more() -> None:
    asked = {name for name, field in form_for(RIGHTS["erasure"], signed_in=True)().fields.items() if not field.widget.is_hidden}

    assert asked == {"extent", "order", "copy_first", "ground", "residence", "details", "website"}
    assert form_for(RIGHTS["access"], signed_in=True) is SignedInForm


def test_an_order_that_was_meant_is_forgotten_with_the_request(customer: Customer) -> None:
    dsr = files(customer, extent="order", order="1007")
    forget([dsr.pk])

    assert SubjectRequest.objects.get(pk=dsr.pk).scope is None


def test_a_shop_that_does_not_wait_promises_no_time_to_stop_it(customer: Customer) -> None:
    assert "you can still stop it then" in words(sends(customer, "check"))
    Brand.objects.update(cooling_off_hours=0)

    assert "you can still stop it then" not in words(sends(customer, "check"))
    assert "You can read it before anything happens." not in words(customer.get("erasure/"))


def test_the_page_of_an_erasure_leads_to_the_copy_that_comes_first(customer: Customer) -> None:
    dsr = customer.files(right="erasure", extent="everything", copy_first="on")
    customer.proves(dsr)
    copy = intake.copy_before(dsr)

    assert copy is not None
    assert f"requests/{copy.reference}/" in customer.get(f"requests/{dsr.reference}/").content.decode()  # type: ignore[attr-defined]

"""The page of an erasure: the plan in words, time to stop it or to let it begin, how far it is, its certificate."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone

from requests_app.erasure import certifying
from requests_app.erasure.models import CoolingOff, Plan, PlanState
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move, State
from tests.erasure.planned import an_erasure
from tests.making import a_dsr
from tests.portal.customer import SEE_OTHER, Customer, link, walk, words

pytestmark = pytest.mark.django_db
CONFLICT = 409


def opened(customer: Customer, dsr: SubjectRequest) -> str:
    """Open a mailed link in the customer's browser, and return what the status page says."""
    customer.opens(link(dsr, Purpose.FOLLOW))
    customer.post("open/")
    return page_of(customer, dsr)


def page_of(customer: Customer, dsr: SubjectRequest) -> str:
    return words(customer.get(f"requests/{dsr.reference}/"))


def cooling(customer: Customer, **fields: Any) -> SubjectRequest:
    dsr = an_erasure(State.COOLING_OFF, brand=customer.brand, **fields)
    CoolingOff.objects.filter(dsr=dsr).update(until=timezone.now() + timedelta(hours=72))
    return dsr


def state_of(dsr: SubjectRequest) -> State:
    return SubjectRequest.objects.get(pk=dsr.pk).stage


def test_an_approved_plan_is_read_in_words_with_law_and_last_day(customer: Customer) -> None:
    page = opened(customer, cooling(customer))

    assert "You can stop this until" in page
    assert "Orders and repairs" in page
    assert "Your addresses 2 records to be deleted." in page
    assert "1 record to be overwritten" in page
    assert "Overwritten there: E-mail address, Telephone number." in page
    assert (
        "4 records to be kept. The law orders us to keep invoices, orders and payments. Law: Code de commerce Art. L123-22." in page
    )
    assert "Erased one after the other, from 31 December 2034 to 31 December 2036." in page
    assert "secret-matter" not in page


def test_a_browser_that_opened_no_mailed_link_learns_nothing_of_the_plan(customer: Customer, elsewhere: Customer) -> None:
    dsr = cooling(customer)

    assert "Your addresses" not in page_of(elsewhere, dsr)
    elsewhere.post(f"requests/{dsr.reference}/stop/")
    elsewhere.post(f"requests/{dsr.reference}/waive/")
    assert state_of(dsr) == State.COOLING_OFF
    assert CoolingOff.objects.get(dsr=dsr).waived_at is None


def test_one_button_stops_it(customer: Customer) -> None:
    dsr = cooling(customer)
    assert "Stop: erase nothing" in opened(customer, dsr)

    assert customer.post(f"requests/{dsr.reference}/stop/").status_code == SEE_OTHER

    assert state_of(dsr) == State.WITHDRAWN


def test_opening_the_addresses_of_the_buttons_changes_nothing(customer: Customer) -> None:
    dsr = cooling(customer)
    opened(customer, dsr)

    assert {customer.get(f"requests/{dsr.reference}/{verb}/").status_code for verb in ("stop", "waive")} == {405}
    assert state_of(dsr) == State.COOLING_OFF


def test_the_other_lets_it_begin_at_once_and_is_gone_then(customer: Customer) -> None:
    dsr = cooling(customer)
    opened(customer, dsr)

    assert customer.post(f"requests/{dsr.reference}/waive/").status_code == SEE_OTHER

    assert CoolingOff.objects.get(dsr=dsr).waived_at is not None
    assert "Do not wait" not in page_of(customer, dsr)
    assert "Stop: erase nothing" in page_of(customer, dsr)


def test_once_it_has_begun_neither_button_is_there_nor_works(customer: Customer) -> None:
    dsr = an_erasure(State.ERASING, brand=customer.brand)
    page = opened(customer, dsr)

    assert "1 of 1 system done. It can no longer be stopped." in page
    assert "Stop: erase nothing" not in page
    assert "Withdraw my request" not in page
    for verb in ("stop", "waive"):
        assert customer.post(f"requests/{dsr.reference}/{verb}/").status_code == CONFLICT
    assert state_of(dsr) == State.ERASING


def test_it_says_how_many_systems_are_done(customer: Customer) -> None:
    dsr = an_erasure(State.ERASING, brand=customer.brand)
    Plan.objects.filter(dsr=dsr).update(state=PlanState.RUNNING, intent_at=timezone.now())

    assert "0 of 1 system done." in opened(customer, dsr)


def test_a_plan_that_is_made_again_takes_back_the_words_of_the_old_one(customer: Customer) -> None:
    dsr = an_erasure(State.ERASING, brand=customer.brand)
    walk(dsr, Move.PLAN_AGAIN)

    page = opened(customer, dsr)
    assert "We look for your data and make a plan" in page
    assert "What goes and what stays" not in page


def test_at_the_end_it_says_what_stays_and_shows_the_certificate(customer: Customer) -> None:
    dsr = an_erasure(brand=customer.brand)
    certifying.keep(dsr, certifying.make(dsr, timezone.now()))
    page = opened(customer, dsr)

    assert "It is erased, except what stands below" in page
    assert "Read my certificate" in page
    read = words(customer.get(f"requests/{dsr.reference}/certificate/"))
    assert "Certificate of erasure" in read
    assert "2 records deleted." in read
    assert "by 2 people" in read


def test_where_nothing_was_found_it_says_so(customer: Customer) -> None:
    dsr = a_dsr(State.REVIEWING, right="erasure", brand=customer.brand)
    walk(dsr, Move.FINISH_ERASURE)

    assert "There was nothing to erase" in opened(customer, dsr)


def test_the_certificate_is_handed_over_for_a_mailed_link_and_the_key_of_the_request(customer: Customer) -> None:
    dsr = customer.files(right="erasure", extent="everything")
    customer.proves(dsr)
    ended(dsr)
    customer.get(f"requests/{dsr.reference}/certificate/")

    archive = customer.post(f"requests/{dsr.reference}/certificate/")

    assert archive["Content-Disposition"] == f'attachment; filename="{dsr.reference}-certificate.zip"'
    assert "sandbox" in archive["Content-Security-Policy"]
    with ZipFile(BytesIO(b"".join(archive))) as zipped:
        assert {"certificate.json", "certificate.pdf", "check.py"} <= set(zipped.namelist())


def test_without_the_key_it_is_not_handed_over(customer: Customer) -> None:
    dsr = customer.files(right="erasure", extent="everything")
    customer.proves(dsr)
    ended(dsr)
    key = customer.key(dsr)
    customer.loses_key(dsr)
    wrong = customer.post(f"requests/{dsr.reference}/certificate/", claim="0000-0000")

    assert (wrong.status_code, wrong["Content-Type"].partition(";")[0]) == (422, "text/html")
    assert customer.post(f"requests/{dsr.reference}/certificate/", claim=key)["Content-Type"] == "application/zip"


def test_without_a_mailed_link_its_address_leads_back(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files(right="erasure", extent="everything")
    SubjectRequest.objects.filter(pk=dsr.pk).update(verified_at=timezone.now())
    there = customer.get(f"requests/{dsr.reference}/certificate/")

    assert there.status_code == SEE_OTHER
    assert elsewhere.get(f"requests/{dsr.reference}/certificate/").status_code == 403


def test_a_certificate_that_cannot_be_read_any_more_is_said_to_be_gone(
    customer: Customer, tmp_path: object, settings: object
) -> None:
    dsr = customer.files(right="erasure", extent="everything")
    customer.proves(dsr)
    ended(dsr)
    settings.DSAR_VAULT = tmp_path  # type: ignore[attr-defined]

    assert customer.post(f"requests/{dsr.reference}/certificate/").status_code == CONFLICT


def ended(dsr: SubjectRequest) -> None:
    """Let nothing have been found, and the certificate say so."""
    dsr.refresh_from_db()
    walk(dsr, Move.SEARCH, Move.FINISH_COLLECTION, Move.FINISH_ERASURE)
    dsr.refresh_from_db()
    certifying.keep(dsr, certifying.make(dsr, timezone.now()))

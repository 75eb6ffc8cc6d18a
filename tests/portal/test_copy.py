"""Fetching the copy: a mailed link and the key, counted, as a stream."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from requests_app.bundle.models import Bundle
from requests_app.vault import services as vault
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, a_copy, link, words


@pytest.fixture
def dsr(customer: Customer) -> SubjectRequest:
    dsr = customer.files()
    customer.proves(dsr)
    return dsr


def path(dsr: SubjectRequest) -> str:
    return f"requests/{dsr.reference}/download/"


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_page_says_what_the_copy_holds_and_for_how_long(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr)
    page = words(customer.get(path(dsr)))
    assert "1,204 records" in page
    assert "10 more times" in page


def test_looking_at_the_page_counts_nothing(customer: Customer, dsr: SubjectRequest) -> None:
    copy = a_copy(dsr)
    customer.get(path(dsr))
    customer.client.head(customer.path(path(dsr)))
    assert Bundle.objects.get(pk=copy.pk).downloads_left == copy.downloads_left


def test_the_button_hands_the_copy_over_byte_by_byte(customer: Customer, dsr: SubjectRequest) -> None:
    content = b"PK" + bytes(range(256)) * 20_000
    copy = a_copy(dsr, content)
    answer = customer.post(path(dsr))
    assert body(answer) == content
    assert answer["Content-Length"] == str(len(content))
    assert Bundle.objects.get(pk=copy.pk).downloads_left == copy.downloads_left - 1


@pytest.mark.threat("6.06")
def test_it_comes_as_a_file_that_no_browser_opens_here(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr)
    answer = customer.post(path(dsr))
    assert answer["Content-Disposition"] == f'attachment; filename="{dsr.reference}.zip"'
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.threat("6.02")
def test_a_mailed_link_alone_is_not_enough(customer: Customer, elsewhere: Customer, dsr: SubjectRequest) -> None:
    copy = a_copy(dsr)
    elsewhere.opens(link(dsr, Purpose.DOWNLOAD))
    elsewhere.post("open/")
    assert elsewhere.post(path(dsr)).status_code == UNPROCESSABLE
    wrong = elsewhere.post(path(dsr), claim="0000-" * 7)
    assert wrong.status_code == UNPROCESSABLE
    assert "not the key" in words(wrong)
    assert Bundle.objects.get(pk=copy.pk).downloads_left == copy.downloads_left


@pytest.mark.threat("6.02")
def test_the_key_alone_is_not_enough(customer: Customer, elsewhere: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr)
    name = f"claim-{dsr.reference}"
    elsewhere.client.cookies[name] = customer.client.cookies[name].value
    assert elsewhere.post(path(dsr)).status_code == SEE_OTHER


@pytest.mark.parametrize("typed", [str, str.upper, lambda key: key.replace("-", " "), lambda key: f" {key} "])
def test_link_and_typed_key_together_are(customer: Customer, elsewhere: Customer, dsr: SubjectRequest, typed: object) -> None:
    a_copy(dsr)
    elsewhere.opens(link(dsr, Purpose.DOWNLOAD))
    elsewhere.post("open/")
    assert body(elsewhere.post(path(dsr), claim=typed(customer.key(dsr)))) == b"PK the copy"  # type: ignore[operator]


def test_who_lost_the_key_is_told_the_way_and_who_has_it_is_not_asked(
    customer: Customer, elsewhere: Customer, dsr: SubjectRequest
) -> None:
    a_copy(dsr)
    elsewhere.opens(link(dsr, Purpose.DOWNLOAD))
    elsewhere.post("open/")

    lost = elsewhere.get(path(dsr))
    assert "You no longer have the key?" in words(lost)
    assert f'href="/{dsr.brand.slug}/en/">File it once more' in lost.content.decode()  # type: ignore[attr-defined]
    assert "You no longer have the key?" not in words(customer.get(path(dsr)))


@pytest.mark.threat("6.03")
def test_the_last_download_is_the_last(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr, downloads_left=1)
    assert body(customer.post(path(dsr))) == b"PK the copy"
    assert customer.post(path(dsr)).status_code == SEE_OTHER
    assert "can no longer be fetched" in words(customer.get(f"requests/{dsr.reference}/"))


@pytest.mark.threat("6.03")
def test_after_its_time_a_copy_is_not_handed_over(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr, available_until=timezone.now() - timedelta(seconds=1))
    assert customer.post(path(dsr)).status_code == SEE_OTHER


def test_before_there_is_a_copy_the_page_leads_to_where_the_request_stands(customer: Customer, dsr: SubjectRequest) -> None:
    assert customer.get(path(dsr))["Location"] == f"/o-jewels/en/requests/{dsr.reference}/"


def test_an_incomplete_copy_says_that_the_rest_follows(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr, missing=["marketing"])
    assert "supplement follows" in words(customer.get(path(dsr)))


def test_a_copy_whose_bytes_are_gone_is_not_counted_and_the_page_says_how_to_go_on(customer: Customer, dsr: SubjectRequest) -> None:
    copy = a_copy(dsr)
    assert copy.file is not None
    vault.storage().delete(UUID(hex=copy.file.location))
    answer = customer.post(path(dsr))
    assert answer.status_code == 409
    assert "make you a new one" in words(answer)
    assert Bundle.objects.get(pk=copy.pk).downloads_left == copy.downloads_left

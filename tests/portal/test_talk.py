"""Messages on the request's page: read and written by the owner of the mailbox alone."""

from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from requests_app.correspondence.models import Message
from requests_app.deadlines import questions
from requests_app.deadlines.models import Pause
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.workflow.models import SubjectRequest
from tests.console.desk import an_officer, at_the_desk
from tests.mail import Post
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
QUESTION = "Which of your two addresses do you mean?"


@pytest.fixture
def dsr(customer: Customer) -> SubjectRequest:
    dsr = customer.files()
    customer.proves(dsr)
    return dsr


def asked(dsr: SubjectRequest) -> Pause:
    links = {"follow": "https://shop.example/f", "disown": "https://shop.example/d"}
    return questions.ask(dsr, about="clarification", by=an_officer(), links=links, asked=QUESTION, because="It helps.")


def test_a_question_makes_it_the_customers_move_until_it_is_answered(customer: Customer, dsr: SubjectRequest) -> None:
    asked(dsr)
    page = words(customer.get(f"requests/{dsr.reference}/"))
    assert "It is your move: we have a question" in page
    assert QUESTION in page

    answer = customer.post(f"requests/{dsr.reference}/say/", text="The one in Lyon.")

    assert answer.status_code == SEE_OTHER
    page = words(customer.get(f"requests/{dsr.reference}/"))
    assert "The one in Lyon." in page
    assert "It is your move" not in page
    assert Pause.objects.get(dsr=dsr).ended_at is not None


@pytest.mark.parametrize("text", ["", "  ", "a\u202eb", "x" * 5001])
def test_what_cannot_be_taken_is_said_and_nothing_is_lost(customer: Customer, dsr: SubjectRequest, text: str) -> None:
    asked(dsr)

    answer = customer.post(f"requests/{dsr.reference}/say/", text=text)

    assert answer.status_code == UNPROCESSABLE
    assert QUESTION in words(answer)
    assert not Message.objects.filter(from_customer=True).exists()


def test_another_browser_neither_reads_nor_writes(elsewhere: Customer, dsr: SubjectRequest) -> None:
    asked(dsr)

    assert QUESTION not in words(elsewhere.get(f"requests/{dsr.reference}/"))
    assert elsewhere.post(f"requests/{dsr.reference}/say/", text="me").status_code == 403
    assert not Message.objects.filter(from_customer=True).exists()


PAPER = b"%PDF-1.7 a bill"


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_file_goes_along_and_both_sides_save_it_and_no_letter_tells_of_it(
    customer: Customer, elsewhere: Customer, dsr: SubjectRequest, post: Post
) -> None:
    asked(dsr)
    here = f"requests/{dsr.reference}/"

    answer = customer.post(f"{here}say/", text="Here is the bill.", file=SimpleUploadedFile("bill.pdf", PAPER))

    assert answer.status_code == SEE_OTHER
    sent = Upload.objects.get(dsr=dsr, purpose="message")
    assert "bill.pdf" in words(customer.get(here))
    for client, address in (
        (customer.client, customer.path(f"{here}files/{sent.pk}/")),
        (at_the_desk(an_officer("second@desk.example")), reverse("console:message_file", args=[dsr.reference, sent.pk])),
    ):
        got = client.get(address)
        assert got["Content-Disposition"].startswith("attachment;")
        assert body(got) == PAPER
    assert elsewhere.get(f"{here}files/{sent.pk}/").status_code == 403
    run_all_due("letters.send")
    assert not any("bill" in letter.text or QUESTION in letter.text for letter in post.to(dsr.email))


def test_so_many_files_and_no_more_come_by_one_door(
    customer: Customer, dsr: SubjectRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 2)
    here = f"requests/{dsr.reference}/say/"
    said = [
        customer.post(here, text=f"Bill {number}.", file=SimpleUploadedFile("bill.pdf", PAPER + bytes([number])))
        for number in range(3)
    ]

    assert [answer.status_code for answer in said] == [SEE_OTHER, SEE_OTHER, UNPROCESSABLE]
    assert "as many files as we can take here" in words(said[-1])
    assert Upload.objects.filter(dsr=dsr).count() == 2


def test_an_officer_asks_with_a_file(customer: Customer, dsr: SubjectRequest) -> None:
    desk, page = at_the_desk(an_officer(), fresh=True), reverse("console:talk", args=[dsr.reference])
    said = {"seen": dsr.transitions.count(), "about": "clarification", "text": QUESTION, "because": "It helps."}

    assert desk.post(page, said | {"file": SimpleUploadedFile("form.pdf", PAPER)}).status_code == 302

    shown = words(customer.get(f"requests/{dsr.reference}/"))
    assert "form.pdf" in shown
    assert "form.pdf" in words(desk.get(page))


@pytest.mark.parametrize("content", [b"", b"<html><script>alert(1)</script>", b"MZ\0\0 a program"])
def test_a_file_that_is_not_taken_is_said_and_the_words_stay(customer: Customer, dsr: SubjectRequest, content: bytes) -> None:
    here = f"requests/{dsr.reference}/say/"

    answer = customer.post(here, text="Here is the bill.", file=SimpleUploadedFile("bill.pdf", content))

    assert answer.status_code == UNPROCESSABLE
    assert "Here is the bill." in words(answer)
    assert not Upload.objects.exists()
    assert not Message.objects.exists()


def test_what_is_evidence_is_not_handed_out_as_a_message(customer: Customer, dsr: SubjectRequest) -> None:
    kept = uploads.keep(dsr, uploads.check(PAPER, "bill.pdf"), by=CUSTOMER, purpose="evidence")

    assert customer.get(f"requests/{dsr.reference}/files/{kept.pk}/").status_code == 404


def test_the_receipt_says_what_was_asked_and_when(customer: Customer, elsewhere: Customer, dsr: SubjectRequest) -> None:
    page = words(customer.get(f"requests/{dsr.reference}/receipt/"))

    assert dsr.reference in page
    assert "Ada Example" in page
    assert date_format(localtime(dsr.received_at, ZoneInfo(dsr.brand.time_zone)), "DATETIME_FORMAT") in page
    assert elsewhere.get(f"requests/{dsr.reference}/receipt/").status_code == 403


def test_the_page_on_accessibility_speaks_the_language_asked_for(customer: Customer) -> None:
    assert "Accessibility of these pages" in words(customer.get())
    page = words(customer.client.get("/o-jewels/accessibility?lang=fr"))
    assert "Accessibilité de ces pages" in page
    assert "+33 1 99 00 20 20" in page
    assert customer.client.get("/nobody/accessibility").status_code == 404


def test_what_is_said_is_shown_as_text(customer: Customer, dsr: SubjectRequest) -> None:
    customer.post(f"requests/{dsr.reference}/say/", text="<img src=x onerror=alert(1)>\n\nbye")

    assert "<img src=x" not in customer.get(f"requests/{dsr.reference}/").content.decode()  # type: ignore[attr-defined]

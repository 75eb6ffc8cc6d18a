"""Mail at the desk, and what an officer files for somebody."""

import re
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.intake.mailroom import take_in
from requests_app.intake.models import Draft, Mailbox
from requests_app.officers.models import Role
from requests_app.verification.models import Proof
from requests_app.verification.services import holds_claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.intake.mails import PDF, a_mail, raw
from tests.mail import Post
from tests.making import a_brand
from tests.portal.customer import Customer
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
SAID: Final = {
    "right": "erasure", "name": "Ada Example", "email": "ada@example.com", "language": "en", "residence": "FR", "postcode": "69002",
    "order_number": "", "birth_date": "", "phone_number": "", "details": "Please delete all my data.",
}  # fmt: skip


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer())


def taken(mail: bytes | None = None) -> Draft:
    draft = take_in(a_brand(), mail or raw())
    assert draft is not None
    return draft


def shown(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_mail_that_waits_is_listed_and_opened_with_what_it_is_guessed_to_ask(desk: Client) -> None:
    draft = taken()
    taken(raw(List_Id="<x>", Subject="News of gold", Message_ID="<2@x>"))
    Mailbox.objects.create(brand=draft.brand, fault="refused")

    listed = shown(desk.get("/console/mail/"))
    page = shown(desk.get(f"/console/mail/{draft.pk}/"))

    assert "ada@example.com" in listed
    assert "News of gold" in listed.partition("Written by machines")[2]
    assert "cannot be read (refused)" in listed
    assert "Please delete all my data." in page
    assert '<option value="erasure" selected>' in page
    assert 'value="ada@example.com"' in page
    assert AuditEvent.objects.filter(action="mail.viewed").count() == 1


@pytest.mark.promise("J8")
def test_in_one_screen_a_mail_becomes_a_request(desk: Client) -> None:
    draft = taken()

    answer = desk.post(f"/console/mail/{draft.pk}/", SAID)

    dsr = SubjectRequest.objects.get()
    assert answer["Location"] == f"/console/requests/{dsr.reference}/"
    assert (dsr.channel, dsr.right, dsr.email, dsr.facts) == ("email", "erasure", "ada@example.com", {"postcode": "69002"})
    assert desk.post(f"/console/mail/{draft.pk}/", SAID).status_code == 409
    assert "No mail waits." in shown(desk.get("/console/mail/"))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"email": "none"}, "email"), ({"residence": "XX"}, "residence"), ({"name": ""}, "name"), ({"right": "x"}, "right")],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_opened(desk: Client, change: dict[str, str], field: str) -> None:
    answer = desk.post(f"/console/mail/{taken().pk}/", SAID | change)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not SubjectRequest.objects.exists()


def test_what_is_attached_is_handed_out_to_be_saved_and_to_those_of_the_shop(desk: Client) -> None:
    message = a_mail()
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="invoice.pdf")
    draft = taken(message.as_bytes())
    (path,) = re.findall(r"/console/files/[0-9a-f-]+/", shown(desk.get(f"/console/mail/{draft.pk}/")))

    answer: Any = desk.get(path)

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    other = at_the_desk(an_officer("bob@desk.example", brand=a_brand("j-supply")))
    auditor = at_the_desk(an_officer("eve@desk.example", role=Role.AUDITOR))
    assert [one.get(path).status_code for one in (other, auditor)] == [404, 404]
    desk.post(f"/console/mail/{draft.pk}/", SAID)
    assert desk.get(path).status_code == 200
    assert [one.get(path).status_code for one in (other, auditor)] == [404, 404]


def test_who_wrote_a_mail_confirms_with_the_figures_of_our_letter_and_gets_the_key(desk: Client, post: Post) -> None:
    desk.post(f"/console/mail/{taken().pk}/", SAID)
    run_all_due()
    letter = next(one for one in post.to("ada@example.com") if one.tokens)
    (code,) = re.findall(r"\b\d{3} ?\d{3}\b", letter.text)
    customer = Customer(Client(), a_brand())

    customer.client.get(f"/o-jewels/en/letter/{letter.tokens[0]}/")
    assert customer.post("confirm/").status_code == 422
    customer.post("confirm/", code=code)

    dsr = SubjectRequest.objects.get()
    assert dsr.verified_at is not None
    assert holds_claim(dsr, customer.client.cookies[f"claim-{dsr.reference}"].value)


@pytest.mark.parametrize("channel", ["phone", "post"])
def test_an_officer_files_for_somebody_and_sees_the_figures_once(desk: Client, post: Post, channel: str) -> None:
    a_brand()
    once = {"once": str(uuid4()), "channel": channel}

    page = shown(desk.post("/console/file-for/o-jewels/", SAID | once))

    (code,) = re.findall(r'class="code">([\d ]+)<', page)
    dsr = SubjectRequest.objects.get()
    assert dsr.channel == channel
    assert dsr.transitions.count() == 0 or dsr.stage in {State.RECEIVED, State.VERIFYING}
    run_all_due()
    (letter,) = post.to("ada@example.com")
    assert code not in letter.text
    customer = Customer(Client(), a_brand())
    customer.client.get(f"/o-jewels/en/letter/{letter.tokens[0]}/")
    customer.post("confirm/", code=code)
    assert SubjectRequest.objects.get().verified_at is not None
    desk.post("/console/file-for/o-jewels/", SAID | once)
    assert SubjectRequest.objects.count() == Proof.objects.count() == 1


def test_nobody_but_an_officer_of_the_shop_files_or_reads_mail() -> None:
    draft = taken()
    other = at_the_desk(an_officer("bob@desk.example", brand=a_brand("j-supply")))
    auditor = at_the_desk(an_officer("eve@desk.example", role=Role.AUDITOR))

    for one in (other, auditor):
        assert one.get(f"/console/mail/{draft.pk}/").status_code == 404
        assert one.post(f"/console/mail/{draft.pk}/put-away/").status_code == 404
        assert one.get("/console/file-for/o-jewels/").status_code == 404
        assert "ada@example.com" not in shown(one.get("/console/mail/"))


def test_a_mail_is_put_away_by_a_button(desk: Client) -> None:
    draft = taken()

    assert desk.get(f"/console/mail/{draft.pk}/put-away/").status_code == 405
    assert desk.post(f"/console/mail/{draft.pk}/put-away/")["Location"] == "/console/mail/"
    assert desk.get(f"/console/mail/{draft.pk}/").status_code == 409

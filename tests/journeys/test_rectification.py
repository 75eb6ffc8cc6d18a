"""A correction through the real pages: the customer's form, her fields, the officer's verdicts, the systems, the letter."""

import logging
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from requests_app.changes.models import Entry, Stand
from requests_app.correspondence import statements
from requests_app.officers.models import Officer
from requests_app.vault.models import Upload
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.changes.conftest import changing
from tests.changes.test_correcting import held
from tests.console.desk import an_officer, at_the_desk
from tests.mail import Post
from tests.making import ADDRESS, a_dsr
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, words
from tests.running import run_all_due
from tests.small_shop import SmallShop

__all__ = ["changing"]
FACTS: Final = {"postcode": "75001", "birth_date_0": "", "birth_date_1": "", "birth_date_2": ""}


@pytest.fixture
def customer(settings: Settings, changing: SmallShop) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), changing.brand)


@pytest.fixture
def officer(changing: SmallShop) -> Officer:
    return an_officer(brand=changing.brand)


def asks(customer: Customer, post: Post, right: str = "rectification", **said: Any) -> SubjectRequest:
    """File a request with the right's own form, prove the mailbox with the letter, and let the systems answer."""
    checked = customer.sends(step="check", right=right, **FACTS | said)
    assert checked.status_code == 200, words(checked)
    answer = customer.sends(right=right, **FACTS | said)
    assert answer.status_code == SEE_OTHER, words(answer)
    dsr = SubjectRequest.objects.get(reference=answer["Location"].split("/")[-2])
    run_all_due()
    customer.client.get(f"/{customer.brand.slug}/en/letter/{post.to(ADDRESS)[-1].tokens[0]}/", follow=True)
    assert customer.post("confirm/").status_code == SEE_OTHER
    run_all_due()
    return current(dsr)


def current(dsr: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


def typed(dsr: SubjectRequest, **values: str) -> dict[str, str]:
    """What the form of the fields sends: every field as it stands, those of `values` changed."""
    entries = Entry.objects.filter(dsr=dsr, deed="correct").exclude(field="")
    said = {f"new_{one.pk.hex}": one.old or "" for one in entries}
    said |= {f"new_{one.pk.hex}": values[one.field] for one in entries if one.field in values and one.source.name == "orders"}
    return said | {f"why_{one.pk.hex}": "I moved" for one in entries if one.field in values}


def decides(desk: Client, dsr: SubjectRequest, **verdicts: tuple[str, str]) -> Any:
    """Send verdicts by `source__field`: the verdict, and the words that go with it."""
    said: dict[str, Any] = {"seen": dsr.transitions.count()}
    for entry in Entry.objects.filter(dsr=dsr).exclude(stand=Stand.OFFERED).select_related("source"):
        verdict, text = verdicts[f"{entry.source.name}__{entry.field}"]
        said |= {f"verdict_{entry.pk.hex}": verdict, f"words_{entry.pk.hex}": text, f"found_{entry.pk.hex}": entry.found or ""}
    return desk.post(reverse("console:changes", args=[dsr.reference]), said)


def is_decided(dsr: SubjectRequest, officer: Officer) -> None:
    """Let `officer` accept the postcode everywhere, refuse the name, and have it carried out."""
    desk = at_the_desk(officer, fresh=True)
    page = words(desk.get(reverse("console:changes", args=[dsr.reference])))
    assert all(text in page for text in ("75001", "69002", "I moved", "the same value stands here too"))
    kept = decides(
        desk, dsr, orders__postcode=("accept", ""), newsletter__postcode=("accept", ""),
        orders__name=("refuse", "Your passport says otherwise."),
    )  # fmt: skip
    assert kept.status_code == 302, words(kept)
    carry = reverse("console:carry_out", args=[dsr.reference])
    assert "Your account, Postcode" in words(desk.get(carry))
    assert desk.post(carry, {"seen": dsr.transitions.count()}).status_code == 302
    run_all_due()


@pytest.mark.promise("O4")
@pytest.mark.promise("A3")
@pytest.mark.promise("C1")
@pytest.mark.promise("J11")
def test_a_wrong_value_is_seen_corrected_and_told(
    customer: Customer, post: Post, changing: SmallShop, officer: Officer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dsr = asks(customer, post)
    at = f"requests/{dsr.reference}"
    assert "See and correct my fields" in words(customer.get(f"{at}/"))
    page = words(customer.get(f"{at}/fields/"))
    assert "Postcode: 75001" in page
    assert "O-10" not in page

    answer = customer.post(f"{at}/fields/", **typed(dsr, postcode="69002", name="Ada King"))
    assert answer.status_code == SEE_OTHER, words(answer)
    assert "69002" not in answer["Location"]
    run_all_due()
    dsr = current(dsr)
    assert dsr.state == State.REVIEWING

    is_decided(dsr, officer)

    dsr = current(dsr)
    assert dsr.state == State.ANSWERED
    assert (held(changing, "postcode"), held(changing, "name")) == ("69002", "Ada Example")
    letter = post.to(ADDRESS)[-1]
    assert "Your passport says otherwise." in letter.text
    assert "69002" not in letter.text
    after = words(customer.get(f"{at}/fields/"))
    assert "corrected" in after
    assert "69002" in after
    assert not [record for record in caplog.records if "69002" in record.getMessage()]


@pytest.mark.promise("O4")
def test_a_refused_correction_carries_the_customers_own_words(
    customer: Customer, post: Post, changing: SmallShop, officer: Officer
) -> None:
    dsr = asks(customer, post)
    customer.post(f"requests/{dsr.reference}/fields/", **typed(dsr, postcode="69002", name="Ada King"))
    run_all_due()
    desk = at_the_desk(officer, fresh=True)
    decides(
        desk, dsr, orders__postcode=("accept", ""), newsletter__postcode=("refuse", "It is another one."),
        orders__name=("refuse", "No."),
    )  # fmt: skip
    desk.post(reverse("console:carry_out", args=[dsr.reference]), {"seen": dsr.transitions.count()})
    run_all_due()
    name = Entry.objects.get(dsr=dsr, field="name", source=changing.orders)

    sent = customer.post(f"requests/{dsr.reference}/statement/", subject=str(name.pk), text="I am called King since May.")

    assert sent.status_code == SEE_OTHER, words(sent)
    assert "I am called King since May." in words(customer.get(f"requests/{dsr.reference}/fields/"))
    later = a_dsr(State.MATCHING, brand=changing.brand)
    (said,) = statements.of_person(later)
    assert (said.text, said.about) == ("I am called King since May.", "Orders, Your account, Name")
    assert not list(statements.of_person(a_dsr(State.MATCHING, brand=changing.brand, email_index=b"somebody else")))


def test_a_question_stands_at_the_field_and_evidence_comes_along(
    customer: Customer, post: Post, changing: SmallShop, officer: Officer
) -> None:
    dsr = asks(customer, post)
    at = f"requests/{dsr.reference}/fields/"
    customer.post(at, **typed(dsr, name="Ada King"))
    run_all_due()
    desk = at_the_desk(officer, fresh=True)
    assert decides(desk, dsr, orders__name=("ask", "")).status_code == UNPROCESSABLE
    assert decides(desk, dsr, orders__name=("ask", "Since when are you called so?")).status_code == 302
    assert desk.post(reverse("console:ask_back", args=[dsr.reference])).status_code == 302
    run_all_due()

    assert current(dsr).state == State.PROPOSING
    assert "Since when are you called so?" in words(customer.get(at))
    paper = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 a certificate", "application/pdf")
    assert customer.post(at, **typed(dsr, name="Ada King"), evidence=paper).status_code == SEE_OTHER
    run_all_due()

    upload = Upload.objects.get(dsr=dsr, purpose="evidence")
    assert "paper.pdf" in words(desk.get(reverse("console:changes", args=[dsr.reference])))
    got = desk.get(reverse("console:evidence", args=[dsr.reference, upload.pk]))
    assert b"".join(got) == b"%PDF-1.7 a certificate"
    assert got["Content-Disposition"].startswith("attachment")


def test_what_cannot_be_taken_is_told_at_the_field(customer: Customer, post: Post) -> None:
    dsr = asks(customer, post)
    at = f"requests/{dsr.reference}/fields/"

    answer = customer.post(at, **typed(dsr, postcode="123456789"))

    assert answer.status_code == UNPROCESSABLE
    assert "at most 8 characters" in words(answer)
    assert "Change at least one value" in words(customer.post(at, **typed(dsr)))
    assert current(dsr).state == State.PROPOSING


@pytest.mark.threat("2.09")
def test_without_the_key_nobody_sees_a_value(customer: Customer, post: Post) -> None:
    dsr = asks(customer, post)
    at, key = f"requests/{dsr.reference}/fields/", customer.key(dsr)
    customer.loses_key(dsr)

    page = words(customer.get(at))
    assert "75001" not in page
    assert customer.post(at, claim="WRONG").status_code == UNPROCESSABLE
    assert customer.post(at, **typed(dsr, postcode="69002")).status_code == UNPROCESSABLE
    assert customer.post(at, claim=key).status_code == SEE_OTHER
    assert "75001" in words(customer.get(at))
    stranger = Customer(Client(), customer.brand)
    assert "75001" not in words(stranger.get(at))

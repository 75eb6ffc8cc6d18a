"""Somebody without an e-mail address writes a letter: filed, proven and answered on paper, through the pages of the console."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle
from requests_app.console.posting_forms import CALL
from requests_app.correspondence.models import Letter, LetterState
from requests_app.correspondence.services import write
from requests_app.erasure.models import CoolingOff
from requests_app.sources.models import Source
from requests_app.verification.models import Proof
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.console.plans import press as approve_erasure
from tests.letter_writing import at, decided, desk, filed, homes, letter, lives, post_it, press, proven, send_figures
from tests.mail import Post
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

__all__ = ["desk", "homes"]


@pytest.mark.promise("C7")
def test_a_letter_is_answered_by_a_letter_from_filing_to_handing_over(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = proven(desk)
    assert (dsr.email, dsr.state) == (None, State.DECIDING)
    assert dsr.postal_address == "12 rue des Lilas\n75001 Paris"

    decided(desk, dsr)
    assert press(desk, dsr, "approve/").status_code == 302
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.state == State.ANSWERED

    listed = desk.get("/console/to-print/").content.decode()
    for kind in ("proven", "answered"):
        assert at(dsr, f"letters/{letter(dsr, kind).pk}/") in listed
    page = desk.get(at(dsr, f"letters/{letter(dsr, 'answered').pk}/")).content.decode()
    assert "Ada Example\n12 rue des Lilas\n75001 Paris" in page
    assert "It comes with this letter." in page
    printed = desk.get(at(dsr, f"letters/{letter(dsr, 'answered').pk}/paper.pdf"))
    assert printed.content.startswith(b"%PDF-")

    taken = press(desk, dsr, "hand-over/", deed="paper")
    assert taken.content.startswith(b"%PDF-")
    whole: Any = press(desk, dsr, "hand-over/", deed="file")
    assert b"".join(whole.streaming_content).startswith(b"PK")
    day = today_of(homes.brand)
    assert press(desk, dsr, "hand-over/", deed="handed", on=day.isoformat(), form="paper")["Location"] == at(dsr)
    copy = Bundle.objects.get(dsr=dsr)
    assert (copy.handed_on, copy.handed_as) == (day, "paper")
    post_it(desk, letter(dsr, "answered"))
    post_it(desk, letter(dsr, "proven"))
    assert "No letter waits to be printed." in desk.get("/console/to-print/").content.decode()
    assert [one for one in post.taken if "desk.example" not in one.recipients[0]] == []
    said = {"bundle.printed", "bundle.taken_out", "bundle.handed_over", "address.held", "letter.sent_by_hand"}
    assert said <= set(AuditEvent.objects.filter(dsr_id=dsr.pk).values_list("action", flat=True))


def test_what_waits_is_proven_on_the_portal_with_reference_and_code(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk)
    send_figures(desk, dsr)
    (code,) = re.findall(r"\d{3} \d{3}", str(letter(dsr, "post_code").text))
    person = Client()

    assert person.post("/o-jewels/en/code/", {"reference": dsr.reference, "code": "000 000"}).status_code == 422
    assert person.post("/o-jewels/en/code/", {"reference": "DSR-0000-0000", "code": code}).status_code == 422
    answer = person.post("/o-jewels/en/code/", {"reference": dsr.reference.lower(), "code": code})

    assert answer["Location"] == f"/o-jewels/en/requests/{dsr.reference}/"
    assert person.get(answer["Location"]).status_code == 200
    run_all_due()
    dsr.refresh_from_db()
    assert dsr.stage == State.DECIDING
    follow = re.findall(r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})", str(letter(dsr, "proven").text))
    other = Client()
    led = other.post("/o-jewels/en/code/", {"reference": dsr.reference, "code": follow[0].lower()})
    assert led["Location"].endswith("/open/")
    assert other.get(led["Location"]).status_code == 200


def test_five_wrong_codes_and_the_right_one_works_no_more(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk)
    send_figures(desk, dsr)
    (code,) = re.findall(r"\d{3} \d{3}", str(letter(dsr, "post_code").text))
    wrong = "111 111" if code != "111 111" else "222 222"

    for left in (4, 3, 2, 1):
        page = press(desk, dsr, "by-post/", deed="said", code=wrong).content.decode()
        assert f"Tries left: {left}" in page
    Client().post("/o-jewels/en/code/", {"reference": dsr.reference, "code": wrong})

    assert "no longer work" in press(desk, dsr, "by-post/", deed="said", code=code).content.decode()
    assert Proof.objects.get(dsr=dsr).tries_left == 0
    dsr.refresh_from_db()
    assert dsr.stage == State.VERIFYING


@pytest.mark.threat("1.01")
def test_an_address_that_was_only_given_gets_nothing(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk, street="99 Evil Lane", postcode="66666", city="Elsewhere")

    page = desk.get(at(dsr, "by-post/")).content.decode()
    held = re.findall(r'<label[^>]*>\s*<input type="radio" name="held".*?</label>', page, re.DOTALL)
    assert all("Evil Lane" not in one for one in held)
    send_figures(desk, dsr)

    assert str(letter(dsr, "post_code").address) == "Ada Example\n12 rue des Lilas\n75001 Paris"
    dsr.refresh_from_db()
    assert dsr.postal_address == "12 rue des Lilas\n75001 Paris"
    assert not Letter.objects.filter(dsr=dsr, officer=None).exclude(kind="post_code").exists()


def test_the_record_of_somebody_with_another_name_is_never_written_to(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk, customer_number="2")

    assert 'name="held"' not in desk.get(at(dsr, "by-post/")).content.decode()


@pytest.mark.threat("1.01")
def test_looking_for_another_record_takes_the_figures_back(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk)
    send_figures(desk, dsr)
    (code,) = re.findall(r"\d{3} \d{3}", str(letter(dsr, "post_code").text))

    press(desk, dsr, "by-post/", deed="look", customer_number="2")
    run_all_due()

    answer = Client().post("/o-jewels/en/code/", {"reference": dsr.reference, "code": code})
    assert answer.status_code == 422
    dsr.refresh_from_db()
    assert dsr.stage == State.VERIFYING


def test_figures_are_read_out_on_a_number_on_record_and_said_back(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk, channel="phone", customer_number="", phone_number="+33 1 99 00 10 10")

    page = send_figures(desk, dsr, CALL).content.decode()
    (code,) = re.findall(r'class="code">(\d{6})<', page)
    assert "+33 1 99 00 10 10" in page
    press(desk, dsr, "by-post/", deed="said", code=code)
    run_all_due()

    dsr.refresh_from_db()
    assert dsr.stage == State.DECIDING
    assert not Letter.objects.filter(dsr=dsr, kind="post_code").exists()


@pytest.mark.pages("console:certificate_pdf")
def test_a_request_to_erase_ends_with_a_certificate_to_print(
    desk: Client, homes: SmallShop, post: Post, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Source.objects.filter(pk=homes.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=homes.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    dsr = proven(desk, right="erasure")
    decided(desk, dsr)
    for name in ("one", "two"):
        officer = at_the_desk(an_officer(f"{name}@desk.example", brand=homes.brand), fresh=True)
        assert approve_erasure(officer, dsr)[0] == 302
    run_all_due()

    until = CoolingOff.objects.get(dsr=dsr).until
    assert until > dsr.received_at + timedelta(days=10)
    assert letter(dsr, "cooling_off").on_paper
    CoolingOff.objects.update(until=Now())
    come_due("erasure.begin")
    run_all_due()
    dsr.refresh_from_db()

    assert dsr.stage == State.ANSWERED
    assert "It comes with this letter." in str(letter(dsr, "erased").text)
    with django_assert_max_num_queries(40):
        assert desk.get(at(dsr, "plan/certificate.pdf")).content.startswith(b"%PDF-")
    with psycopg.connect(homes.database) as shop:
        assert shop.execute("SELECT id FROM customers").fetchall() == [(2,)]


@pytest.mark.pages("portal:move")
def test_who_has_an_address_later_is_moved_there_when_both_places_are_proven(
    desk: Client, homes: SmallShop, post: Post, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dsr = proven(desk)
    assert press(desk, dsr, "by-post/", deed="mail", email="new@example.com").status_code == 302
    run_all_due()
    (mailed,) = post.to("new@example.com")
    (code,) = re.findall(r"\d{3} \d{3}", str(letter(dsr, "post_mail").text))
    assert "Ada" not in mailed.text
    assert code not in mailed.text
    person = Client()

    page = person.get(f"/o-jewels/en/letter/{mailed.tokens[0]}/")["Location"]
    with django_assert_max_num_queries(8):
        assert person.get(page).status_code == 200
    assert person.post(page, {"code": "000 000"}).status_code == 422
    dsr.refresh_from_db()
    assert dsr.is_by_post
    assert person.post(page, {"code": code})["Location"].endswith(f"/{dsr.reference}/")

    dsr = SubjectRequest.objects.get(pk=dsr.pk)
    assert (dsr.email, dsr.is_by_post) == ("new@example.com", False)
    decided(desk, dsr)
    press(desk, dsr, "approve/")
    run_all_due()
    assert [one.subject for one in post.to("new@example.com")][-1].startswith("Your data is ready")
    assert b"ada@example.com" in next(copied(dsr, "data/orders/customers.json"))


def copied(dsr: SubjectRequest, path: str) -> Iterator[bytes]:
    """Yield what the copy of `dsr` holds at `path`."""
    with bundle.handed_over(dsr.bundles.get()) as chunks, zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as copy:
        yield copy.read(path)


def test_two_people_of_one_number_are_told_apart_by_an_officer(desk: Client, homes: SmallShop, post: Post) -> None:
    homes.customer(3, "eve@example.com", "Eve Example", "75001")
    lives(homes, 3, "12 rue des Lilas", "+33 1 99 00 10 10")
    dsr = filed(desk, customer_number="", phone_number="+33 1 99 00 10 10")

    (held,) = set(re.findall(r'name="held" value="([^"]+)"', desk.get(at(dsr, "by-post/")).content.decode()))
    match, _colon, number = held.partition(":")
    candidate = dsr.matches.get(pk=match).candidates[int(number)]

    assert candidate["evidence"]["name"] == ["Ada Example"]
    assert len(dsr.matches.get(pk=match).candidates) == 2


def test_a_letter_is_posted_neither_before_it_was_written_nor_tomorrow(desk: Client, homes: SmallShop, post: Post) -> None:
    dsr = filed(desk)
    send_figures(desk, dsr)
    sent = letter(dsr, "post_code")

    for day in ("2001-01-01", date.max.isoformat(), "", "someday"):
        assert desk.post(at(dsr, f"letters/{sent.pk}/by-hand/"), {"on": day}).status_code == 422

    sent.refresh_from_db()
    assert (sent.state, sent.posted_on) == (LetterState.WAITING, None)


@pytest.mark.pages("console:to_print", "console:by_post", "console:hand_over", "console:letter_pdf", "portal:coded")
def test_pages_of_what_goes_by_post_cost_the_same_however_much_waits(
    desk: Client, homes: SmallShop, post: Post, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dsr = proven(desk)
    decided(desk, dsr)
    press(desk, dsr, "approve/")
    run_all_due()
    for _number in range(20):
        write(SubjectRequest.objects.get(pk=dsr.pk), "follow", links={"follow": "x", "disown": "y"})

    one = letter(dsr, "answered")
    for path in ("/console/to-print/", at(dsr, "by-post/"), at(dsr, "hand-over/"), at(dsr, f"letters/{one.pk}/paper.pdf")):
        with django_assert_max_num_queries(40):
            assert desk.get(path).status_code == 200
    with django_assert_max_num_queries(2):
        assert desk.get("/o-jewels/en/code/").status_code == 200

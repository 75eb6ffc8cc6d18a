"""Filing: what is taken down, what is refused, and the days on which an answer is due."""

from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.deadlines.services import clock
from requests_app.emails import NotAnAddress
from requests_app.intake.services import NotOffered, address_index, open_request, rights_of
from requests_app.ledger.models import Step
from requests_app.values import CUSTOMER, Actor
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of
from requests_app.workflow.states import State
from tests.clock import at
from tests.filing import an_application
from tests.making import ADDRESS, a_brand
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def filed(brand: Brand | None = None, **fields: object) -> SubjectRequest:
    dsr = open_request(brand or a_brand(), an_application(**fields), by=CUSTOMER)
    return SubjectRequest.objects.get(pk=dsr.pk)


def test_what_was_typed_is_kept_and_the_journey_begins() -> None:
    facts = {"postcode": "75001", "order_number": "O-1", "birth_date": "1984-03-27", "phone_number": "0612345678"}

    dsr = filed(facts=facts, details="My ring.", language="fr")

    assert (dsr.stage, dsr.right, dsr.regime, dsr.language, dsr.channel) == (State.RECEIVED, "access", "eu-gdpr", "fr", "form")
    assert (dsr.email, dsr.name, dsr.facts, dsr.details) == (ADDRESS, "Ada Example", facts, "My ring.")
    assert Step.objects.get(dsr=dsr).kind == "journey.follow"
    event = AuditEvent.objects.get(action="request.opened")
    assert (event.dsr_id, event.facts) == (dsr.pk, {"right": "access", "brand": "o-jewels", "channel": "form"})


@pytest.mark.promise("S3")
@pytest.mark.parametrize("facts", [{}, {"postcode": ""}])
def test_a_request_without_a_fact_or_a_description_is_taken_down_all_the_same(facts: dict[str, str]) -> None:
    dsr = filed(facts=facts, details="")

    assert (dsr.facts, dsr.details) == ({}, "")


@pytest.mark.parametrize("channel", ["form", "mail", "telephone", "officer"])
def test_a_request_may_come_through_any_door(channel: str) -> None:
    dsr = open_request(a_brand(), an_application(channel=channel), by=Actor("officer", "officer:7"))

    assert dsr.channel == channel
    assert AuditEvent.objects.get(action="request.opened").actor_name == "officer:7"


@pytest.mark.threat("1.08")
def test_only_known_facts_are_kept() -> None:
    facts = {"postcode": "75001", "password": "hunter2", "name": "Eve", "card": "4111111111111111", "": "x"}

    assert filed(facts=facts).facts == {"postcode": "75001"}


@pytest.mark.parametrize("right", ["correction", "", "access ", "ACCESS", "nothing"])
def test_a_right_that_the_brand_does_not_offer_is_refused_and_nothing_stays(right: str) -> None:
    with pytest.raises(NotOffered):
        filed(right=right)

    assert not SubjectRequest.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("regime", "place", "days"), [("eu-gdpr", "FR", 31), ("us-ca-ccpa", "US-CA", 45)])
def test_the_law_of_the_brand_decides_what_is_offered_and_until_when(regime: str, place: str, days: int) -> None:
    brand = a_brand(f"shop-{regime}", regime=regime, establishment=place)

    dsr = filed(brand)

    assert {"access", "erasure"} <= {right.name for right in rights_of(brand)}
    assert dsr.regime == regime
    assert dsr.due_safe_on is not None
    assert days - 3 <= (dsr.due_safe_on - today_of(brand)).days <= days


@pytest.mark.promise("J4")
def test_both_due_dates_are_those_of_the_law_for_today() -> None:
    brand = a_brand()

    dsr = filed(brand)

    due = clock(today_of(brand), regime="eu-gdpr", establishment="FR")
    assert (dsr.due_legal_on, dsr.due_safe_on) == (due.legal_on, due.safe_on)


@pytest.mark.threat("9.02")
@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Paris", "America/Los_Angeles", "Asia/Kathmandu"]
)
def test_the_day_of_receipt_is_that_of_the_shops_place(zone: str) -> None:
    brand = a_brand(f"shop-{zone.rpartition('/')[2].lower()}", time_zone=zone)

    assert today_of(brand) == datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


MIDNIGHTS = [
    ("2026-01-31T22:59:59", "Europe/Paris", "2026-01-31"),
    ("2026-01-31T23:00:00", "Europe/Paris", "2026-02-01"),
    ("2026-07-14T21:59:59", "Europe/Paris", "2026-07-14"),
    ("2026-07-14T22:00:00", "Europe/Paris", "2026-07-15"),
    ("2026-10-25T00:30:00", "Europe/Paris", "2026-10-25"),
    ("2026-03-01T07:59:59", "America/Los_Angeles", "2026-02-28"),
    ("2028-02-29T10:00:00", "Pacific/Kiritimati", "2028-03-01"),
]


@pytest.mark.threat("9.02")
@pytest.mark.parametrize(("instant", "zone", "day"), MIDNIGHTS)
def test_near_midnight_the_day_changes_with_the_shops_own_clock(instant: str, zone: str, day: str) -> None:
    brand = a_brand(time_zone=zone)

    with at(datetime.fromisoformat(instant).replace(tzinfo=UTC)):
        assert today_of(brand) == date.fromisoformat(day)


@pytest.mark.threat("9.02")
@pytest.mark.parametrize(
    ("instant", "legal", "safe"),
    [
        ("2026-01-31T22:59:59", "2026-03-02", "2026-02-28"),  # still the 31st: no 31 February, and the 28th is a Saturday
        ("2026-01-31T23:00:00", "2026-03-02", "2026-03-01"),  # a second later the 1st
        ("2026-11-30T23:30:00", "2027-01-04", "2027-01-01"),  # the 1st of December there: New Year's Day, then a weekend
        ("2026-12-24T12:00:00", "2027-01-25", "2027-01-24"),
    ],
)
def test_a_request_is_due_as_the_law_says_for_the_day_on_which_it_came(instant: str, legal: str, safe: str) -> None:
    brand = a_brand()

    with at(datetime.fromisoformat(instant).replace(tzinfo=UTC)):
        dsr = open_request(brand, an_application(), by=CUSTOMER)

    assert (str(dsr.due_legal_on), str(dsr.due_safe_on)) == (legal, safe)


def test_a_language_that_the_brand_does_not_speak_becomes_its_own() -> None:
    assert filed(a_brand("french", languages=["fr"], default_language="fr"), language="en").language == "fr"
    assert filed(language="xx").language == "en"


@pytest.mark.threat("1.06")
@pytest.mark.parametrize(
    "email", ["", "ada", "ada@example", "a@example.com,b@example.com", "a@example.com\r\nBcc: b@x.com", "a b@example.com"]
)
def test_what_is_no_address_is_refused_and_nothing_stays(email: str) -> None:
    with pytest.raises(NotAnAddress):
        filed(email=email)

    assert not SubjectRequest.objects.exists()


@pytest.mark.threat("1.07")
def test_requests_of_one_mailbox_are_found_however_it_was_typed_and_those_of_another_are_not() -> None:
    one, same = filed(email="Ada@Bücher.Example"), filed(email="ada@xn--bcher-kva.example")
    other = filed(email="a.da@bücher.example")

    index = address_index("ADA@BÜCHER.example")
    assert set(SubjectRequest.objects.filter(email_index=index)) == {one, same}
    assert bytes(other.email_index) != index
    assert one.email == "Ada@Bücher.Example"


def test_the_same_filing_is_one_request_however_often_it_is_sent() -> None:
    key = uuid4()

    assert filed(key=key).pk == filed(key=key).pk
    assert SubjectRequest.objects.count() == 1
    assert filed(key=uuid4()).pk != filed(key=key).pk


def test_the_same_form_sent_to_two_shops_is_two_requests() -> None:
    key = uuid4()

    mine, theirs = filed(a_brand("one"), key=key), filed(a_brand("two"), key=key)

    assert (mine.brand.slug, theirs.brand.slug) == ("one", "two")


@pytest.mark.django_db(transaction=True)
def test_the_same_filing_sent_many_times_at_once_is_one_request() -> None:
    key, brand = uuid4(), a_brand()

    said = at_once(8, lambda _number: str(filed(brand, key=key).pk))

    assert len(set(said)) == 1
    assert SubjectRequest.objects.count() == 1


def test_nothing_stays_of_a_filing_that_was_rolled_back() -> None:
    with transaction.atomic():
        filed()
        transaction.set_rollback(True)

    assert not SubjectRequest.objects.exists()
    assert not Step.objects.exists()


@pytest.mark.threat("1.02")
def test_filing_does_the_same_work_for_every_address() -> None:
    brand, counts = a_brand(), set()
    for email in (ADDRESS, ADDRESS, "nobody@example.com"):
        with CaptureQueriesContext(connection) as seen:
            open_request(brand, an_application(email=email), by=CUSTOMER)
        counts.add(len(seen))

    assert len(counts) == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_request_is_worked_on_others_can_be_filed_at_the_same_shop() -> None:
    first = filed()

    with transaction.atomic():
        locked(first)
        said = at_once(2, lambda number: str(filed(a_brand(), email=f"other{number}@example.com").stage))

    assert said == ["received", "received"]

"""Placing, confirming, releasing a hold, and what it freezes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.connectors.erasing import Deed, Ruling
from requests_app.holds import services
from requests_app.holds.models import Hold, Reach
from requests_app.holds.reach import BadTarget
from requests_app.holds.services import AlreadyOver, NotPlaceable, NotYours, TooLate
from requests_app.matching.models import Match, MatchState
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.holds.placing import REVIEW_ON, a_hold, an_officer, begun, placed
from tests.making import ADDRESS, a_brand, a_dsr, a_source, as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_dsr(State.REVIEWING)


def events(action: str) -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(action=action).values_list("facts", flat=True))


@pytest.mark.promise("S21")
def test_a_hold_acts_from_the_moment_it_is_placed_before_anybody_confirms_it(dsr: SubjectRequest) -> None:
    source = a_source()

    hold = a_hold()

    assert services.stand_against(dsr, source) == (hold.pk,)
    assert services.judge(dsr, source)("orders", {}) == Ruling(Deed.KEEP, f"litigation:{hold.pk}")
    assert events("hold.placed") == [
        {"hold": str(hold.pk), "brand": "o-jewels", "reach": "persons", "targets": 1, "review_on": str(REVIEW_ON), "too_late": 0}
    ]


def test_whom_and_what_a_hold_is_about_lies_nowhere_in_the_clear() -> None:
    a_hold(named=[ADDRESS, "C-77"])
    a_hold(reach=Reach.ORDERS, named=["A-1001"])

    with as_owner() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM (SELECT h, e FROM requests_app_hold h, requests_app_auditevent e) t")
        [(stored,)] = cursor.fetchall() or [("",)]

    for word in (ADDRESS, "C-77", "A-1001", "2026/118", "ring"):
        assert word not in (stored or "")
    assert {(hold.matter, hold.reason) for hold in Hold.objects.all()} == {("2026/118", "A claim about a ring")}


@pytest.mark.parametrize("named", ["ADA@Example.com", " ada@example.com "])
def test_a_person_is_known_however_the_address_is_written(dsr: SubjectRequest, named: str) -> None:
    hold = a_hold(named=["", named])

    assert services.stand_against(dsr, a_source()) == (hold.pk,)
    assert len(hold.targets) == 1


def test_a_person_is_known_by_the_number_that_the_shop_signed_for() -> None:
    signed_in = a_dsr(State.REVIEWING, email="other@example.com", email_index=b"0" * 32, customer_id="C-77")
    hold = a_hold(named=["C-77"])

    assert services.stand_against(signed_in, a_source()) == (hold.pk,)


def test_who_writes_from_another_address_is_still_the_same_customer() -> None:
    elsewhere = a_dsr(State.REVIEWING, email="other@example.com", email_index=b"0" * 32)
    source = a_source()
    hold = a_hold(named=["77"])
    assert services.stand_against(elsewhere, source) == ()

    Match.objects.create(
        dsr=elsewhere, source=source, state=MatchState.CLEAR, chosen=[["pairs", ["1", "2"]], ["customers", ["77"]]]
    )

    assert services.stand_against(SubjectRequest.objects.get(pk=elsewhere.pk), source) == (hold.pk,)


def test_a_hold_of_other_persons_shops_or_systems_holds_nothing_here(dsr: SubjectRequest) -> None:
    orders, other = a_source(), a_source("other")
    a_hold(named=["else@example.com"])
    a_hold(brand=a_brand("maison-s"))
    there = a_hold(reach=Reach.COLLECTIONS, named=["other:orders"])

    assert services.stand_against(dsr, orders) == ()
    assert services.stand_against(dsr, other) == (there.pk,)


@pytest.mark.promise("J6")
def test_a_hold_of_a_whole_shop_holds_every_record_of_every_system(dsr: SubjectRequest) -> None:
    hold = a_hold(reach=Reach.BRAND, named=[])

    assert services.judge(dsr, a_source())("visits", {}).reason == f"litigation:{hold.pk}"


def test_a_hold_of_some_records_leaves_the_others(dsr: SubjectRequest) -> None:
    source = a_source()
    hold = a_hold(reach=Reach.COLLECTIONS, named=["orders:calls"])

    judge = services.judge(dsr, source)

    assert judge("calls", {}).reason == f"litigation:{hold.pk}"
    assert judge("visits", {}).reason == "nothing_keeps"


def test_a_system_whose_description_cannot_be_read_has_no_kinds_of_records_to_freeze() -> None:
    a_source()
    a_source("broken", description="demo/nothing.yaml")

    assert {name.partition(":")[0] for name in services.collections(a_brand())} == {"orders"}


def test_a_hold_of_an_order_holds_that_order(dsr: SubjectRequest) -> None:
    hold = a_hold(reach=Reach.ORDERS, named=["#a-1001"])
    judge = services.judge(dsr, a_source())

    assert judge.by_number
    assert judge("orders", {"number": "A-1001", "status": "delivered"}).reason == f"litigation:{hold.pk}"
    assert judge("orders", {"number": "A-1002", "status": "delivered"}).reason != f"litigation:{hold.pk}"


def test_the_law_of_a_request_is_its_shop_s_on_the_shop_s_day() -> None:
    brand = a_brand(duties={"registrations": ["IE"], "financial_year_end": "06-30"}, time_zone="Pacific/Kiritimati")
    dsr = a_dsr(State.REVIEWING, brand=brand, residence="US-CA")

    law = services.law_of(dsr)

    assert (law.situation.establishment, law.situation.residence, law.situation.registrations) == ("FR", "US-CA", ("IE",))
    assert law.on == timezone.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date() == law.asked_on
    assert law.declared.year_end == (6, 30)


def test_a_request_about_marketing_is_judged_so(dsr: SubjectRequest) -> None:
    dsr.scope = "marketing"

    assert services.judge(dsr, a_source())("orders", {}).reason == "out_of_scope"


@pytest.mark.parametrize(
    "wrong",
    [
        {"named": []},
        {"named": ["", "  "]},
        {"reach": Reach.BRAND, "named": ["everything"]},
        {"review_on": date(2020, 1, 1)},
        {"review_on": timezone.now().date() - timedelta(days=1)},
    ],
)
def test_a_hold_that_names_nothing_or_is_never_looked_at_again_is_not_placed(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotPlaceable):
        a_hold(**wrong)

    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("reach", "named", "line"),
    [
        (Reach.PERSONS, ["ada@example.com", "two words@"], 2),
        (Reach.PERSONS, ["@"], 1),
        (Reach.COLLECTIONS, ["", "orders:none"], 2),
    ],
)
def test_what_is_no_person_and_no_record_is_told_by_its_line_and_not_repeated(reach: Reach, named: list[str], line: int) -> None:
    a_source()

    with pytest.raises(BadTarget, match=f"^line {line}$") as caught:
        a_hold(reach=reach, named=named)

    assert caught.value.line == line


def test_what_had_begun_before_a_hold_is_told_at_once(dsr: SubjectRequest) -> None:
    orders, shelf = a_source(), a_source("shelf")
    begun(dsr, orders, records=7)
    other = a_dsr(State.REVIEWING, email="b@example.com", email_index=b"0" * 32)
    begun(other, shelf)

    found = placed()

    assert found.too_late == (TooLate(dsr.reference, "orders", 7),)
    assert events("hold.placed")[0]["too_late"] == 7
    assert placed(reach=Reach.BRAND, named=[], brand=a_brand("maison-s")).too_late == ()
    assert {late.reference for late in placed(reach=Reach.BRAND, named=[]).too_late} == {dsr.reference, other.reference}


def test_a_plan_without_an_intent_is_not_too_late(dsr: SubjectRequest) -> None:
    plan = begun(dsr, a_source())
    plan.state = "ready"
    plan.intent_at = None
    plan.save()

    assert placed().too_late == ()


def test_a_hold_is_confirmed_by_another_person_and_once() -> None:
    hold = a_hold(by="ada")

    with pytest.raises(NotYours):
        services.confirm(hold, by=an_officer("ada"))
    services.confirm(hold, by=an_officer("bob"))
    with pytest.raises(AlreadyOver):
        services.confirm(hold, by=an_officer("cyd"))

    hold.refresh_from_db()
    assert hold.confirmed_by == an_officer("bob")
    assert len(events("hold.confirmed")) == 1


def test_a_hold_ends_only_when_a_second_person_says_so(dsr: SubjectRequest) -> None:
    hold, source = a_hold(), a_source()

    services.propose_release(hold, reason="The matter is closed", by=an_officer("ada"))
    hold.refresh_from_db()
    with pytest.raises(NotYours):
        services.confirm_release(hold, by=an_officer("ada"))
    assert services.stand_against(dsr, source) == (hold.pk,)
    services.confirm_release(hold, by=an_officer("bob"))

    assert services.stand_against(dsr, source) == ()
    hold.refresh_from_db()
    assert (hold.stands, hold.release_reason) == (False, "The matter is closed")
    assert [len(events(f"hold.{done}")) for done in ("release_proposed", "released")] == [1, 1]


def test_nobody_ends_a_hold_whose_release_is_not_proposed_or_taken_back() -> None:
    hold, bob = a_hold(), an_officer("bob")
    with pytest.raises(AlreadyOver):
        services.withdraw_release(hold, by=bob)
    services.propose_release(hold, reason="Closed", by=an_officer("ada"))
    with pytest.raises(AlreadyOver):
        services.propose_release(hold, reason="Closed", by=bob)
    seen = Hold.objects.get()
    services.withdraw_release(seen, by=bob)

    with pytest.raises(AlreadyOver):
        services.confirm_release(seen, by=bob)

    assert Hold.objects.standing().get().release_by is None
    with pytest.raises(AlreadyOver):
        services.confirm_release(Hold.objects.get(), by=bob)


def test_an_ended_hold_is_over_for_everybody() -> None:
    hold = a_hold()
    services.propose_release(hold, reason="Closed", by=an_officer("ada"))
    services.confirm_release(Hold.objects.get(), by=an_officer("bob"))
    hold.refresh_from_db()

    changes: list[Callable[[], None]] = [
        lambda: services.confirm(hold, by=an_officer("bob")),
        lambda: services.review(hold, until=REVIEW_ON, by=an_officer("bob")),
        lambda: services.propose_release(hold, reason="Again", by=an_officer("bob")),
        lambda: services.confirm_release(hold, by=an_officer("cyd")),
    ]
    for change in changes:
        with pytest.raises(AlreadyOver):
            change()


def test_where_only_one_person_works_a_day_takes_the_place_of_the_second() -> None:
    brand = a_brand(solo_mode=True)
    hold, ada = a_hold(brand=brand), an_officer("ada")
    services.propose_release(hold, reason="Closed", by=ada)
    hold.refresh_from_db()
    with pytest.raises(NotYours):
        services.confirm_release(hold, by=ada)

    Hold.objects.update(release_at=Now() - timedelta(days=1, seconds=1))
    hold.refresh_from_db()
    services.confirm_release(hold, by=ada)

    assert not Hold.objects.standing().exists()


def test_a_review_sets_a_day_ahead_and_is_written_down() -> None:
    hold, later = a_hold(), REVIEW_ON + timedelta(days=90)

    with pytest.raises(NotPlaceable):
        services.review(hold, until=timezone.now().date() - timedelta(days=1), by=an_officer())
    services.review(hold, until=later, by=an_officer())

    assert Hold.objects.get().review_on == later
    assert events("hold.reviewed") == [{"hold": str(hold.pk), "brand": "o-jewels"}]


WRONG: list[dict[str, Any]] = [
    {"confirmed_by": "ada", "confirmed_at": Now()},
    {"ended_by": "bob", "ended_at": Now()},
    {"release_by": "bob", "release_at": Now(), "ended_by": "bob", "ended_at": Now()},
    {"release_by": "bob", "release_at": Now(), "ended_at": Now()},
]


@pytest.mark.parametrize("values", WRONG)
def test_the_database_refuses_what_one_person_does_alone(values: dict[str, Any]) -> None:
    a_hold(by="ada")
    people = {name: an_officer(name) for name in ("ada", "bob")}

    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(
            **{field: people.get(value, value) if isinstance(value, str) else value for field, value in values.items()}
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM requests_app_hold",
        "TRUNCATE requests_app_hold",
        "UPDATE requests_app_hold SET targets = '[]'",
        "UPDATE requests_app_hold SET reach = 'orders'",
        "UPDATE requests_app_hold SET placed_by_id = placed_by_id",
        "UPDATE requests_app_hold SET placed_at = now()",
    ],
)
def test_the_product_can_remove_no_hold_and_change_none_of_what_it_freezes(statement: str) -> None:
    a_hold()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_another_shop_s_holds_are_not_seen() -> None:
    hold, other = a_hold(), an_officer("eve", brand=Brand.objects.get_or_create(slug="maison-s", defaults={"name": "M"})[0])

    assert list(Hold.objects.visible_to(an_officer("ada"))) == list(Hold.objects.workable_by(an_officer("ada"))) == [hold]
    assert not Hold.objects.visible_to(other).exists()
    assert str(hold)

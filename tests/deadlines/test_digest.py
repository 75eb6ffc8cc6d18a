"""The morning's digest: once a day and officer, only when there is something to say, and nothing personal."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from requests_app.brands.models import Brand
from requests_app.deadlines import digest as digests
from requests_app.deadlines.digest import digest
from requests_app.deadlines.tasks import digest as beat
from requests_app.ledger.models import Step
from requests_app.officers.models import Membership, Officer, Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests.clock import at
from tests.deadlines.reminding import database_now, moment
from tests.filing import an_officer
from tests.mail import Post
from tests.making import a_brand, a_dsr
from tests.racing import at_once
from tests.running import run_all_due

pytestmark = pytest.mark.django_db
_ZONES = [f"Etc/GMT{hours:+d}" for hours in range(-12, 13)]


def a_case(brand: Brand, left: int, state: State = State.REVIEWING, *, legal: int | None = None) -> SubjectRequest:
    safe_on = today_of(brand) + timedelta(days=left)
    due_legal_on = today_of(brand) + timedelta(days=left + 1 if legal is None else legal)
    return a_dsr(state, brand=brand, due_safe_on=safe_on, due_legal_on=due_legal_on)


def morning_now(brand: Brand) -> None:
    """Let the brand stand where it is between one and two at night now, and let its morning begin at midnight."""
    place = next(zone for zone in _ZONES if database_now().astimezone(ZoneInfo(zone)).hour == 1)
    Brand.objects.filter(pk=brand.pk).update(morning=time(0, 0), time_zone=place)
    brand.refresh_from_db()


def written(brand: Brand) -> list[str]:
    return sorted(Step.objects.filter(kind="deadlines.digest", params__brand=brand.pk).values_list("params__day", flat=True))


def test_it_says_how_many_are_open_how_urgent_and_whose_move_it_is(post: Post) -> None:
    brand = a_brand()
    an_officer(brand)
    morning_now(brand)
    late, passed, today, soon = a_case(brand, -3, legal=-1), a_case(brand, -1), a_case(brand, 0), a_case(brand, 7, State.COLLECTING)
    later = a_case(brand, 8)
    a_case(brand, 2, State.VERIFYING)
    a_case(brand, 2, State.ANSWERED)
    a_case(a_brand("other-shop"), 1)

    beat()
    run_all_due("deadlines.digest")

    [letter] = post.to("officer@desk.example")
    assert letter.subject == "O-Jewels: 4 of 5 open requests due within a week"
    lines = letter.text.splitlines()
    urgency = ["late by law: 1", "safe date passed: 1", "due today: 1", "due within a week: 1", "later: 1"]
    for line in [*urgency, "officers: 4", "systems: 1"]:
        assert f"- {line}" in lines, letter.text
    told = [line for line in lines if line.startswith("http")]
    assert told == [f"http://testserver/console/requests/{dsr.reference}/" for dsr in (late, passed, today, soon)]
    assert later.reference not in letter.text
    for word in ("Ada", "ada@example.com"):
        assert word not in letter.raw.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "How urgent:"), ("fr", "Qui doit agir\N{NO-BREAK SPACE}:")])
def test_each_reads_it_in_a_language_of_their_own(post: Post, language: str, words: str) -> None:
    brand = a_brand()
    an_officer(brand, language=language)
    morning_now(brand)
    a_case(brand, 5)
    beat()
    run_all_due("deadlines.digest")

    assert words in post.taken[0].text


def test_there_is_none_when_nothing_is_open(post: Post) -> None:
    brand = a_brand()
    an_officer(brand)
    morning_now(brand)
    a_case(brand, 5, State.ANSWERED)
    a_case(brand, 5, State.VERIFYING)
    beat()
    run_all_due("deadlines.digest")

    assert post.taken == []


@pytest.mark.parametrize(
    ("hour", "minute", "goes"), [(0, 30, 0), (7, 59, 0), (8, 0, 1), (8, 1, 1), (11, 59, 1), (12, 0, 0), (23, 59, 0)]
)
def test_it_goes_in_the_morning_of_the_shop_and_at_no_other_time(hour: int, minute: int, goes: int) -> None:
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        brand = a_brand(zone.rpartition("/")[2].lower(), time_zone=zone)
        an_officer(brand, f"{brand.slug}@desk.example")
        with at(moment(date(2027, 1, 20), hour, minute, zone)):
            digests.enqueue_due()
        assert written(brand) == ["2027-01-20"] * goes


def test_it_goes_once_a_day_whoever_asks_how_often_and_days_that_were_missed_are_not_caught_up() -> None:
    brand = a_brand()
    an_officer(brand)
    for day in (1, 2, 6):  # for three days nobody asked
        for minute in range(0, 240, 7):
            with at(moment(date(2027, 1, day), 8 + minute // 60, minute % 60)):
                digests.enqueue_due()

    assert written(brand) == ["2027-01-01", "2027-01-02", "2027-01-06"]


@pytest.mark.parametrize("night", [date(2027, 3, 28), date(2027, 10, 31)])
def test_in_the_nights_in_which_the_clock_changes_it_goes_once(night: date) -> None:
    brand = a_brand(morning=time(2, 30))
    an_officer(brand)
    start = moment(night, 0, 0)
    for minutes in range(0, 24 * 60, 20):
        with at(start + timedelta(minutes=minutes)):  # wall clock
            digests.enqueue_due()

    assert written(brand) == [night.isoformat()]


def test_a_clock_that_is_put_back_sends_none_twice() -> None:
    brand = a_brand()
    an_officer(brand)
    for day, hour in ((5, 9), (4, 9), (5, 9), (5, 8), (6, 8), (5, 10)):
        with at(moment(date(2027, 1, day), hour)):
            beat()

    assert written(brand) == ["2027-01-04", "2027-01-05", "2027-01-06"]


@pytest.mark.django_db(transaction=True)
def test_of_beats_at_the_same_moment_one_digest_goes_to_each(post: Post) -> None:
    brand = a_brand()
    an_officer(brand)
    an_officer(brand, "second@desk.example")
    morning_now(brand)
    a_case(brand, 3)

    assert at_once(4, lambda _number: beat() or "asked") == ["asked"] * 4
    run_all_due("deadlines.digest")

    assert sorted(letter.recipients[0] for letter in post.taken) == ["officer@desk.example", "second@desk.example"]


def test_what_could_not_go_on_its_day_does_not_go_the_day_after(post: Post) -> None:
    brand = a_brand()
    an_officer(brand)
    morning_now(brand)
    a_case(brand, 3)
    beat()
    with at(moment(today_of(brand) + timedelta(days=2), 9)):
        run_all_due("deadlines.digest")

    assert post.taken == []


def test_who_left_meanwhile_gets_none(post: Post) -> None:
    brand = a_brand()
    officer = an_officer(brand)
    an_officer(brand, "second@desk.example")
    morning_now(brand)
    a_case(brand, 3)
    beat()
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    run_all_due("deadlines.digest")

    assert [letter.recipients for letter in post.taken] == [("second@desk.example",)]


@pytest.mark.parametrize(
    ("audiences", "readers"), [([], set()), (["leads"], {"lead"}), (["officers", "leads"], {"officer", "lead"})]
)
def test_the_brand_says_who_gets_it(post: Post, audiences: list[str], readers: set[str]) -> None:
    brand = a_brand(notices={"digest": audiences})
    an_officer(brand)
    Membership.objects.create(officer=Officer.objects.create_user("lead@desk.example"), brand=brand, role=Role.LEAD)
    morning_now(brand)
    a_case(brand, 3)
    beat()
    run_all_due("deadlines.digest")

    assert {letter.recipients[0].partition("@")[0] for letter in post.taken} == readers


def test_a_second_copy_of_one_digest_is_known_as_one(post: Post) -> None:
    brand = a_brand()
    an_officer(brand)
    morning_now(brand)
    a_case(brand, 3)
    beat()
    run_all_due("deadlines.digest", dying=True)

    assert len({letter.message["Message-ID"] for letter in post.taken}) == 1


@pytest.mark.parametrize("rows", [1, 4])
def test_it_costs_two_queries_however_many_are_open(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    brand = a_brand()
    for _ in range(rows):
        a_case(brand, 3)
    today, reader = today_of(brand), an_officer(brand)
    with django_assert_num_queries(2):
        assert digest(brand, today, reader=reader)


def test_digests_of_last_month_are_not_kept() -> None:
    brand = a_brand()
    an_officer(brand)
    with at(moment(date(2027, 1, 5))):
        digests.enqueue_due()
    Step.objects.update(finished_at=Now() - timedelta(days=29))
    digests.tidy()
    assert written(brand)
    Step.objects.update(finished_at=Now() - timedelta(days=31))
    digests.tidy()
    assert not written(brand)

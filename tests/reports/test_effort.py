"""How many minutes officers spent on requests: by what they did, never by what they say."""

from decimal import Decimal
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from requests_app.brands.models import Brand
from requests_app.officers.models import Officer
from requests_app.reports.asked import Asked, By, cohort
from requests_app.reports.effort import Effort, effort, in_hand
from requests_app.reports.spans import Span
from tests.console.desk import an_officer
from tests.making import a_brand
from tests.reports.making import asked_on, did

pytestmark = pytest.mark.django_db
JANUARY: Final = Asked(Span.named("2026-01"))


def measured(officer: Officer, by: By = By.RIGHT) -> dict[object, Effort]:
    return {row.key: row for row in effort(cohort(officer, JANUARY), by)}


@pytest.mark.parametrize(
    ("moments", "minutes"),
    [
        (("10:00:00",), 1),  # alone: one minute
        (("10:00:00", "10:04:30"), 4.5),
        (("10:00:00", "10:05:00"), 5),
        (("10:00:00", "10:05:01"), 2),  # too far apart: two that stand alone
        (("10:00:00", "10:02:00", "10:04:00", "11:00:00"), 5),
        (("10:00:00", "10:00:00"), 1),  # one transaction is one deed
    ],
)
def test_time_between_deeds_counts_up_to_five_minutes_and_a_deed_alone_counts_one(moments: tuple[str, ...], minutes: float) -> None:
    officer = an_officer()
    did(officer, asked_on("2026-01-05"), *moments)

    assert measured(officer)["access"].minutes == pytest.approx(minutes)


def test_two_officers_at_one_request_are_measured_each_by_themselves() -> None:
    ada, bo, dsr = an_officer(), an_officer("bo@desk.example"), asked_on("2026-01-05")
    did(ada, dsr, "10:00:00", "10:04:00")
    did(bo, dsr, "10:02:00")

    assert measured(ada)["access"].minutes == pytest.approx(5)


def test_what_customers_and_systems_do_is_no_work_of_officers() -> None:
    officer = an_officer()
    asked_on("2026-01-05")  # its moves were made by the system

    assert effort(cohort(officer, JANUARY), By.RIGHT) == []
    assert not in_hand(cohort(officer, JANUARY)).exists()


def test_half_of_the_requests_took_no_longer_than_the_median() -> None:
    officer = an_officer()
    for last in ("10:01:00", "10:02:00", "10:04:00"):
        did(officer, asked_on("2026-01-05"), "10:00:00", last)

    row = measured(officer)["access"]

    assert (row.requests, round(row.median, 6), round(row.minutes, 6)) == (3, 2, 7)
    assert row.ninth == pytest.approx(3.6)


def test_cost_is_minutes_at_what_an_hour_costs_and_without_that_there_is_none() -> None:
    officer, dsr = an_officer(), asked_on("2026-01-05")
    did(officer, dsr, "10:00:00", "10:03:00")
    assert measured(officer)["access"].costs == []

    Brand.objects.update(hour_costs=Decimal("60.00"))

    cost = measured(officer)["access"].costs[0]
    assert (round(cost.amount, 2), cost.currency, cost.requests, round(cost.each, 2)) == (
        Decimal("3.00"),
        "EUR",
        1,
        Decimal("3.00"),
    )


def test_money_of_two_currencies_is_never_added_up() -> None:
    officer, other = an_officer(), a_brand("far", hour_costs=Decimal(120), currency="USD")
    officer.memberships.create(brand=other)
    Brand.objects.filter(slug="o-jewels").update(hour_costs=Decimal(60))
    did(officer, asked_on("2026-01-05"), "10:00:00")
    did(officer, asked_on("2026-01-05", brand=other), "10:00:00")

    whole = effort(cohort(officer, JANUARY), By.RIGHT)[0]

    assert whole.whole
    assert [(round(cost.amount, 2), cost.currency) for cost in whole.costs] == [(Decimal("1.00"), "EUR"), (Decimal("2.00"), "USD")]


def test_minutes_cost_as_many_questions_for_one_request_as_for_four() -> None:
    officer, asked = an_officer(), []
    for _ in range(2):
        did(officer, asked_on("2026-01-05"), "10:00:00", "10:01:00")
        with CaptureQueriesContext(connection) as caught:
            effort(cohort(officer, JANUARY), By.BRAND)
        asked.append(len(caught))

    assert asked == [3, 3]

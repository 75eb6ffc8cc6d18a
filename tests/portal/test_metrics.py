"""The public page of a year's figures, and the same for machines."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from requests_app.brands.models import Brand
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr
from tests.portal.customer import Customer

pytestmark = pytest.mark.django_db
YEAR = datetime.now(UTC).year


@pytest.fixture
def answered(brand: Brand) -> None:
    for state, number in ((State.ANSWERED, 6), (State.REFUSED, 2), (State.REVIEWING, 7)):
        for _ in range(number):
            a_dsr(state)


@pytest.mark.promise("A6")
@pytest.mark.pages("portal:metrics", "portal:metrics_csv", "portal:metrics_json")
@pytest.mark.parametrize("kind", ["/", ".csv", ".json"])
def test_the_figures_cost_three_queries(
    customer: Customer, answered: None, kind: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(3 if kind != "/" else 4):
        answer = customer.client.get(f"/o-jewels/en/metrics/{YEAR}{kind}")

    assert answer.status_code == 200


@pytest.mark.pages("portal:metrics_latest")
def test_the_footer_leads_to_the_last_year_that_is_over(customer: Customer, django_assert_num_queries: Callable[..., Any]) -> None:
    assert "/o-jewels/en/metrics/" in customer.client.get("/o-jewels/en/").content.decode()
    with django_assert_num_queries(2):
        answer = customer.client.get("/o-jewels/en/metrics/")

    assert (answer.status_code, answer["Location"]) == (303, f"/o-jewels/en/metrics/{YEAR - 1}/")


@pytest.mark.promise("A6")
def test_page_table_and_files_say_the_same_and_point_at_nobody(customer: Customer, answered: None) -> None:
    rows = list(csv.reader(io.StringIO(customer.client.get(f"/o-jewels/en/metrics/{YEAR}.csv").content.decode())))
    data = customer.client.get(f"/o-jewels/en/metrics/{YEAR}.json").json()
    page = customer.client.get(f"/o-jewels/en/metrics/{YEAR}/").content.decode()

    assert rows[0] == [
        "right",
        "received",
        "whole",
        "part",
        "denied",
        "withdrawn",
        "unconfirmed",
        "open",
        "median_days",
        "mean_days",
    ]
    assert rows[2][:2] == ["access", "15"]
    assert rows[2][4] == "<5"
    access = data["requests"][1]
    assert (access["right"], access["received"], access["denied"]) == ("access", 15, None)
    assert "hidden (below 5)" in page
    assert page.count("<table>") == 1


def test_a_year_without_requests_says_so(customer: Customer) -> None:
    assert "No request came in that year." in customer.client.get(f"/o-jewels/en/metrics/{YEAR}/").content.decode()


@pytest.mark.parametrize("year", [1970, YEAR + 1, 99999])
def test_a_year_of_which_records_are_gone_is_not_made_up(customer: Customer, year: int) -> None:
    assert customer.client.get(f"/o-jewels/en/metrics/{year}/").status_code == 404


def test_the_chart_hides_what_the_table_hides(customer: Customer, answered: None) -> None:
    assert '<rect class="bar-whole" x=' not in customer.client.get(f"/o-jewels/en/metrics/{YEAR}/").content.decode()
    for _ in range(3):
        a_dsr(State.REFUSED)

    assert SubjectRequest.objects.filter(state=State.REFUSED).count() == 5
    assert '<rect class="bar-whole" x=' in customer.client.get(f"/o-jewels/en/metrics/{YEAR}/").content.decode()

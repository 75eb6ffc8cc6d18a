"""What is on time and what is late, for whom, and which requests stand behind each figure."""

from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from requests_app.officers.models import Membership, Officer, Role, Sees
from requests_app.reports.asked import Asked, By, cohort
from requests_app.reports.counts import COUNTS, LISTED, Counted, behind, counted, summed
from requests_app.reports.spans import NoSpan, Span, recent
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, searched
from tests.making import a_brand, a_source
from tests.reports.making import asked_on

pytestmark = pytest.mark.django_db
JANUARY: Final = Asked(Span.named("2026-01"))


def counts(officer: Officer, by: By = By.RIGHT, asked: Asked = JANUARY) -> dict[object, Counted]:
    return {row.key: row for row in counted(cohort(officer, asked), by)}


def test_an_answer_is_on_time_by_the_day_at_the_shop_on_which_it_was_closed() -> None:
    asked_on("2026-01-05", closed="2026-02-10T23:30:00+01:00", due="2026-02-10")
    asked_on("2026-01-05", closed="2026-02-11T00:30:00+01:00", due="2026-02-10")  # still the tenth in London

    row = counts(an_officer())["access"]

    assert (row.counts["received"], row.counts["on_time"], row.counts["late"], row.on_time) == (2, 1, 1, 0.5)


def test_a_request_whose_date_an_extension_moved_is_measured_by_the_moved_date() -> None:
    dsr = asked_on("2026-01-05", closed="2026-03-20", due="2026-02-05")
    assert counts(an_officer())["access"].counts["late"] == 1

    SubjectRequest.objects.filter(pk=dsr.pk).update(due_legal_on="2026-04-05")

    row = counts(Officer.objects.get())["access"]
    assert (row.counts["on_time"], row.counts["late"]) == (1, 0)
    assert row.counts["unsafe"] == 1  # of the safe date nothing was said


def test_an_open_request_is_late_once_its_date_has_passed_and_before_that_neither() -> None:
    asked_on("2026-01-05", due="2026-02-05")
    asked_on("2026-01-05", due="2999-02-05")

    row = counts(an_officer())["access"]

    assert (row.counts["late"], row.counts["running"], row.on_time) == (1, 1, 0.0)


def test_what_was_withdrawn_or_never_confirmed_is_neither_on_time_nor_late() -> None:
    asked_on("2026-01-05", closed="2026-03-20", state=State.WITHDRAWN)
    asked_on("2026-01-05", closed="2026-03-20", state=State.LAPSED)

    row = counts(an_officer())["access"]

    assert (row.counts["ended"], row.counts["on_time"], row.counts["late"], row.on_time) == (2, 0, 0, None)


def test_every_request_is_in_exactly_one_of_the_heaps() -> None:
    asked_on("2026-01-05", closed="2026-01-20")
    asked_on("2026-01-06", closed="2026-03-20", state=State.REFUSED)
    asked_on("2026-01-07", due="2999-01-01")
    asked_on("2026-01-08", closed="2026-01-09", state=State.WITHDRAWN)
    undated = asked_on("2026-01-09", closed="2026-01-20")
    SubjectRequest.objects.filter(pk=undated.pk).update(due_legal_on=None, due_safe_on=None)

    row = counts(an_officer())["access"]

    heaps = ("on_time", "late", "running", "ended", "undated")
    assert {name: row.counts[name] for name in heaps} == dict.fromkeys(heaps, 1)
    assert sum(row.counts[name] for name in heaps) == row.counts["received"]


def test_who_proved_who_they_are_is_measured_by_those_whose_time_is_over() -> None:
    asked_on("2026-01-05", closed="2026-01-20")
    asked_on("2026-01-05", closed="2026-01-20", state=State.LAPSED)
    asked_on("2026-01-05", state=State.VERIFYING)
    asked_on("2026-01-05", state=State.FULFILLING, right="opt_out_sale")  # nobody proves anything for it

    whole = summed(counted(cohort(an_officer(), JANUARY), By.RIGHT))

    assert {name: whole.counts[name] for name in ("to_prove", "proven", "not_yet_proven", "never_proven")} == {
        "to_prove": 3, "proven": 1, "not_yet_proven": 1, "never_proven": 1,
    }  # fmt: skip
    assert whole.completion == 0.5


@pytest.mark.promise("J7")
def test_what_an_officer_may_not_see_is_not_counted() -> None:
    asked_on("2026-01-05", closed="2026-01-20")
    asked_on("2026-01-05", closed="2026-01-20", brand=a_brand("j-supply"))
    employee = asked_on("2026-01-05", closed="2026-01-20")
    SubjectRequest.objects.filter(pk=employee.pk).update(person_kind="employee")
    officer = an_officer()

    assert counts(officer, By.BRAND).keys() == {"o-jewels"}
    assert counts(officer)["access"].counts["received"] == 1
    Membership.objects.update(sees=Sees.STAFF)
    assert list(cohort(officer, JANUARY)) == [employee]
    Membership.objects.all().delete()
    assert counts(officer) == {}


def test_a_day_begins_at_midnight_of_the_shop() -> None:
    asked_on("2026-01-01T00:10:00+01:00")  # the year before in London
    asked_on("2026-02-01T00:10:00+01:00")
    there = a_brand("far", time_zone="America/Los_Angeles")
    asked_on("2026-02-01T00:10:00+01:00", brand=there)  # still January there
    officer = an_officer()
    Membership.objects.create(officer=officer, brand=there, role=Role.OFFICER)

    assert {key: row.counts["received"] for key, row in counts(officer, By.BRAND).items()} == {"o-jewels": 1, "far": 1}
    assert [f"{key}" for key in counts(officer, By.MONTH)] == ["2026-01-01"]


def test_requests_are_put_together_by_law_brand_source_and_month() -> None:
    one = asked_on("2026-01-05", closed="2026-01-20")
    asked_on("2026-02-05", closed="2026-02-06", regime="uk-gdpr")
    orders = a_source("orders")
    searched(one, orders)
    officer, both = an_officer(), Asked(Span.named("2026-Q1"))

    assert {key: row.counts["received"] for key, row in counts(officer, By.LAW, both).items()} == {"eu-gdpr": 1, "uk-gdpr": 1}
    assert {key: row.counts["received"] for key, row in counts(officer, By.SOURCE, both).items()} == {orders.pk: 1, None: 1}
    assert [str(key) for key in counts(officer, By.MONTH, both)] == ["2026-01-01", "2026-02-01"]
    assert counts(officer, asked=Asked(both.span, law="uk-gdpr"))["access"].counts["received"] == 1
    assert counts(officer, asked=Asked(both.span, source=str(orders.pk)))["access"].counts["received"] == 1


def test_behind_each_figure_stand_as_many_requests_as_it_counts() -> None:
    asked_on("2026-01-05", closed="2026-01-20")
    asked_on("2026-01-06", closed="2026-03-20")
    asked_on("2026-01-07", state=State.VERIFYING)
    officer = an_officer()
    row = counts(officer)["access"]

    assert {name: behind(cohort(officer, JANUARY), name).count() for name in COUNTS} == row.counts
    for name in LISTED:
        assert behind(cohort(officer, JANUARY), name).count() <= row.counts["received"]


def test_figures_cost_as_many_questions_for_one_request_as_for_ten() -> None:
    asked_on("2026-01-05", closed="2026-01-20")
    officer, asked = an_officer(), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            counted(cohort(officer, JANUARY), By.RIGHT)
        asked.append(len(caught))
        for _more in range(9):
            asked_on("2026-01-05", closed="2026-01-20")

    assert asked == [2, 2]


def test_days_have_names() -> None:
    from datetime import date

    assert Span.named("2028-02") == Span(date(2028, 2, 1), date(2028, 2, 29))
    assert Span.named("2026-Q4") == Span(date(2026, 10, 1), date(2026, 12, 31))
    assert Span.named("2026") == Span(date(2026, 1, 1), date(2026, 12, 31))
    assert recent(date(2026, 1, 15))[:4] == ["2026-01", "2025-12", "2026-Q1", "2025-Q4"]
    for wrong in ("2026-Q5", "2026-13", "0001", "9999", "x", ""):
        with pytest.raises(NoSpan):
            Span.named(wrong)

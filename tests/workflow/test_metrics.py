"""What a shop publishes about a year: counted once by hand, and nothing that points at a single person."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from requests_app.workflow.metrics import ALL, COUNTS, Figures, figures, masked, years
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, as_owner

NEW_YEAR: Final = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # 00:30 of 1 January in Paris


def received(dsr: SubjectRequest, at: datetime, *, answered_after: int | None = None) -> None:
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=at)
    if answered_after is not None:
        Transition.objects.filter(dsr=dsr, number=dsr.transitions.count()).update(at=at + timedelta(days=answered_after))


def counted(*rows: tuple[str, dict[str, int]]) -> tuple[Figures, ...]:
    """Rows that add up, with their sum first."""
    whole = [
        Figures(name, {**dict.fromkeys(COUNTS, 0), **counts, "received": sum(counts.values())}, 0, None, None)
        for name, counts in rows
    ]
    total = Counter[str]()
    for row in whole:
        total.update(row.counts)
    return (Figures(ALL, {name: total[name] for name in COUNTS}, 0, None, None), *whole)


@pytest.mark.django_db
@pytest.mark.promise("A6")
def test_a_year_counts_what_came_in_and_how_it_ended() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for state, days in [(State.ANSWERED, 2), (State.ANSWERED, 4), (State.ANSWERED_IN_PART, 9), (State.REFUSED, 29)]:
        received(a_dsr(state), noon, answered_after=days)
    for state in (State.WITHDRAWN, State.LAPSED, State.REVIEWING, State.REVIEWING):
        received(a_dsr(state), noon)

    everything, access = figures(a_brand(), 2026)

    assert everything.right == ALL
    assert access.right == "access"
    assert access.counts == everything.counts
    assert dict(access.counts) == {"received": 8, "whole": 2, "part": 1, "denied": 1, "withdrawn": 1, "unconfirmed": 1, "open": 2}
    assert (access.median_days, access.mean_days) == (6.5, 11.0)  # of 2, 4, 9 and 29


@pytest.mark.django_db
def test_the_year_is_that_of_the_shop() -> None:
    received(a_dsr(), NEW_YEAR)

    assert figures(a_brand(), 2025)[0].counts["received"] == 0
    assert figures(a_brand(), 2026)[0].counts["received"] == 1


@pytest.mark.django_db
def test_another_shops_requests_are_not_counted() -> None:
    received(a_dsr(brand=a_brand("maison-s")), datetime(2026, 3, 1, tzinfo=UTC))

    assert figures(a_brand(), 2026)[0].counts["received"] == 0


@pytest.mark.django_db
def test_a_request_that_was_forgotten_still_counts() -> None:
    dsr = a_dsr(State.WITHDRAWN)
    received(dsr, datetime(2026, 3, 1, tzinfo=UTC))
    SubjectRequest.objects.filter(pk=dsr.pk).update(
        email=None, name=None, email_index=b"", forgotten_at=datetime(2026, 4, 1, tzinfo=UTC)
    )

    assert figures(a_brand(), 2026)[0].counts["withdrawn"] == 1


@pytest.mark.django_db
def test_the_years_offered_are_those_of_which_nothing_was_removed() -> None:
    brand = a_brand(record_days=730, retention_days=1)

    assert years(brand, date(2026, 11, 22)) == (2026, 2025)
    assert years(brand, date(2026, 12, 31)) == (2026, 2025)
    assert years(a_brand("maison-s", record_days=1825), date(2026, 11, 22)) == (2026, 2025, 2024, 2023, 2022)


def test_small_counts_are_hidden_and_so_is_what_would_betray_them() -> None:
    everything, access, erasure = masked(
        counted(("access", {"whole": 40, "denied": 2}), ("erasure", {"whole": 30, "denied": 10})), 5
    )

    assert access.counts["denied"] is None
    assert access.counts["whole"] is None or access.counts["received"] is None  # received − whole would tell it
    assert everything.counts["denied"] is None or erasure.counts["denied"] is None  # all − erasure would tell it
    assert everything.counts["received"] == 82


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    rows = counted(("access", {"whole": 40, "denied": 5}), ("erasure", {"whole": 30, "denied": 10}))

    assert [row.counts for row in masked(rows, 5)] == [row.counts for row in rows]


def test_days_are_hidden_where_few_were_answered() -> None:
    few = Figures("access", dict.fromkeys(COUNTS, 50), 4, 7.0, 8.0)
    many = Figures("access", dict.fromkeys(COUNTS, 50), 5, 7.0, 8.0)

    assert (masked([few], 5)[0].days_masked, masked([few], 5)[0].median_days) == (True, None)
    assert (masked([many], 5)[0].days_masked, masked([many], 5)[0].median_days) == (False, 7.0)


@pytest.mark.parametrize("seed", range(200))
def test_no_hidden_count_follows_from_a_single_sum(seed: int) -> None:
    drawn = random.Random(seed)
    rows = counted(
        *(
            (f"right{number}", {name: drawn.choice((0, 0, 1, 3, 4, 5, 9, 80)) for name in COUNTS[1:]})
            for number in range(drawn.randint(1, 5))
        )
    )

    shown = masked(rows, 5)

    sums: list[list[Any]] = [[row.counts[name] for name in COUNTS] for row in shown] + [
        [row.counts[name] for row in shown] for name in COUNTS
    ]
    assert all(values.count(None) != 1 for values in sums)
    assert all(not 0 < (row.counts[name] or 0) < 5 for row in shown for name in COUNTS)


@pytest.mark.django_db(transaction=True)
def test_a_years_figures_are_read_by_an_index() -> None:
    dsr = a_dsr()
    with as_owner() as cursor:
        cursor.execute(
            "INSERT INTO requests_app_subjectrequest SELECT (jsonb_populate_record(r, jsonb_build_object("
            " 'id', gen_random_uuid(), 'reference', 'DSR-' || day, 'received_at', r.received_at - day * interval '1 day'))).*"
            " FROM requests_app_subjectrequest r, generate_series(1, 4000) day"
        )
        cursor.execute("ANALYZE requests_app_subjectrequest")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM requests_app_subjectrequest"
            f" WHERE brand_id = {dsr.brand_id} AND received_at >= '2025-01-01' AND received_at < '2026-01-01'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "subjectrequest_of_a_year" in plan

"""From which day a period counts where a description names another than the law does."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from requests_app.holds.days import Named, day_of
from requests_app.holds.declared import Declared
from tests.holds.describing import ASKED_ON

DAY = date(2025, 5, 14)


def known(days: dict[str, Any], **declared: Any) -> dict[str, date]:
    return Named(days, Declared.of(declared), ASKED_ON).all()


@pytest.mark.parametrize(
    ("event", "counted_from"),
    [
        ("document_date", DAY),
        ("record_made", DAY),
        ("last_entry", date(2025, 12, 31)),
        ("financial_year_end", date(2025, 12, 31)),
        ("tax_due_date", date(2026, 12, 31)),
        ("return_filed_or_due", date(2026, 12, 31)),
        ("tax_period_end", date(2025, 7, 31)),
        ("customs_release", DAY),
        ("claim_accrual", DAY),
        ("relationship_end_or_occasional_transaction", DAY),
        ("processing_date", ASKED_ON),
    ],
)
def test_a_day_that_is_not_described_is_taken_from_the_sale_s_own_and_never_too_early(event: str, counted_from: date) -> None:
    assert known({"transaction_date": DAY})[event] == counted_from


def test_a_financial_year_ends_when_the_shop_says() -> None:
    days = known({"transaction_date": DAY}, financial_year_end="04-30")

    assert days["financial_year_end"] == days["last_entry"] == date(2026, 4, 30)
    assert days["return_filed"] == date(2027, 4, 30)
    assert Declared.of({"financial_year_end": "02-29"}).year_of(date(2025, 2, 28)) == date(2025, 2, 28)


def test_a_quarter_ends_in_the_next_year_where_it_must() -> None:
    assert known({"payment_date": date(2025, 11, 3)})["tax_period_end"] == date(2026, 1, 31)


def test_a_day_that_is_described_and_missing_is_taken_from_nowhere() -> None:
    days = known({"document_date": None, "delivery_date": DAY})

    assert days["delivery_date"] == days["claim_known"] == DAY
    assert not {"document_date", "last_entry", "tax_period_end", "return_filed"} & days.keys()


def test_nothing_stands_for_the_day_of_a_delivery_or_of_the_last_visit() -> None:
    assert not {"delivery_date", "last_activity"} & known({"document_date": DAY}).keys()


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (DAY, DAY),
        (datetime(2025, 5, 14, 23, 59, tzinfo=ZoneInfo("Asia/Tokyo")), DAY),
        ("2025-05-14", DAY),
        (" 2025-05-14T23:59:59+09:00", DAY),
        ("2025-05-14 10:00", DAY),
        ("14/05/2025", None),
        ("0000-00-00 00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_the_day_of_a_value_is_the_one_that_is_written(value: date | str | None, day: date | None) -> None:
    assert day_of(value) == day

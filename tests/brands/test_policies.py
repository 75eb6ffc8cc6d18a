"""Which text of a shop's policy governs what was collected on a day."""

from datetime import date
from typing import Any

import pytest

from requests_app.brands.models import Brand
from requests_app.brands.policies import governing, policies
from requests_app.brands.shape import problems

TWO: list[dict[str, Any]] = [
    {"version": "2022", "since": "2022-03-01"}, {"version": "2018", "since": "2018-05-25", "url": "https://shop.example/2018"},
]  # fmt: skip


@pytest.mark.promise("S24")
@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2018-05-24", None), ("2018-05-25", "2018"), ("2022-02-28T23:59:59+01:00", "2018"), ("2022-03-01 00:00:00", "2022"),
        (date(2026, 11, 22), "2022"), (None, None), ("long ago", None), ("", None), (7, None),
    ],
)  # fmt: skip
def test_the_text_in_force_on_the_day_governs(day: object, version: str | None) -> None:
    found = governing(policies(Brand(policies=TWO)), day)

    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("2018", "must be a list"), ([{"version": "1", "since": "2018-05-25", "text": "x"}], "must be a list"),
        ([{"version": "1", "since": "May 2018"}], "since must be a day"), ([{"version": "1"}], "since must be a day"),
        ([{"since": "2018-05-25"}], "version is missing"),
        ([{"version": "1", "since": "2018-05-25", "url": "http://shop.example"}], "https"),
        ([{"version": "1", "since": "2018-05-25"}, {"version": "2", "since": "2018-05-25"}], "one day"),
    ],
)  # fmt: skip
def test_what_a_shop_says_of_its_texts_is_checked(said: Any, wrong: str) -> None:
    (found,) = [told for name, told in problems({"policies": said}) if name == "policies"]

    assert wrong in found


def test_texts_that_are_right_are_taken() -> None:
    assert not list(problems({"policies": TWO}))

"""Data files read strictly by their dataclass."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest

from requests_app.schema import BadFile, Least, Pattern, built, read


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    low: int
    high: int

    def contradictions(self) -> Iterator[str]:
        if self.low > self.high:
            yield "high lies below low"


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    flag: bool
    day: date | None
    colour: Colour
    codes: Annotated[tuple[Annotated[str, Pattern("[a-z]+", "small letters")], ...], Least(1)]
    inner: Inner
    more: Mapping[Colour, Inner] = field(default_factory=dict)
    count: Annotated[int, Least(1)] = 1
    since: date | None = field(default=None, metadata={"key": "from"})


GOOD: dict[str, Any] = {
    "name": "A", "flag": False, "day": "2026-01-31", "colour": "red", "codes": ["a"], "inner": {"low": 1, "high": 2},
    "more": {"blue": {"low": 3, "high": 3}}, "from": "2026-02-01",
}  # fmt: skip


def mistakes(data: Any) -> tuple[str, ...]:
    with pytest.raises(BadFile) as caught:
        built(Outer, data, "a.yaml")
    return caught.value.mistakes


def test_a_good_file_is_read_as_it_is_written() -> None:
    found = built(Outer, GOOD, "a.yaml")

    assert (found.name, found.flag, found.day, found.since) == ("A", False, date(2026, 1, 31), date(2026, 2, 1))
    assert (found.colour, found.codes, found.inner, found.more[Colour.BLUE]) == (Colour.RED, ("a",), Inner(1, 2), Inner(3, 3))
    assert found.count == 1


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"name": 3}, "name must be words"),
        ({"name": " "}, "name must be words"),
        ({"flag": "no"}, "flag must be true or false"),
        ({"flag": 0}, "flag must be true or false"),
        ({"day": date(2026, 1, 31)}, "day must be a quoted date 'YYYY-MM-DD'"),
        ({"day": "2026-02-30"}, "day must be a quoted date 'YYYY-MM-DD'"),
        ({"day": "20260131"}, "day must be a quoted date 'YYYY-MM-DD'"),
        ({"colour": "green"}, "colour must be one of red, blue"),
        ({"colour": ["red"]}, "colour must be one of red, blue"),
        ({"codes": []}, "codes must be a list of at least 1"),
        ({"codes": "abc"}, "codes must be a list"),
        ({"codes": ["a", "B"]}, "codes[1] must be small letters"),
        ({"codes": ["a", False]}, "codes[1] must be words"),
        ({"count": 0}, "count must be a whole number of at least 1"),
        ({"count": True}, "count must be a whole number"),
        ({"count": 1.0}, "count must be a whole number"),
        ({"count": None}, "count must be a whole number"),
        ({"inner": None}, "inner must be a mapping"),
        ({"inner": {"low": 1}}, "inner.high is missing"),
        ({"inner": {"low": 1, "high": 2, "mid": 1}}, "unknown field inner.mid"),
        ({"inner": {"low": 2, "high": 1}}, "inner.high lies below low"),
        ({"more": ["red"]}, "more must be a mapping"),
        ({"more": {"green": {"low": 1, "high": 1}}}, "more.green must be one of red, blue"),
        ({"more": {"red": {"low": 2, "high": 1}}}, "more.red.high lies below low"),
        ({"since": "2026-01-01"}, "unknown field since"),
        ({1: "a"}, "unknown field 1"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(change: dict[Any, Any], mistake: str) -> None:
    assert mistakes(GOOD | change) == (f"a.yaml: {mistake}",)


def test_all_mistakes_of_a_file_are_told_together() -> None:
    told = mistakes({"name": "", "flag": None, "day": None, "colour": "red", "codes": [1, 2], "extra": 1})

    assert told == (
        "a.yaml: unknown field extra", "a.yaml: name must be words", "a.yaml: flag must be true or false",
        "a.yaml: codes[0] must be words", "a.yaml: codes[1] must be words", "a.yaml: inner is missing",
    )  # fmt: skip


@pytest.mark.parametrize("data", [None, [], "words", 3])
def test_what_is_no_mapping_at_all_says_so(data: Any) -> None:
    assert mistakes(data) == ("a.yaml: the file must be a mapping",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"name: [", "line "), (b"name: a\nname: b\n", "line 2: name stands twice"), (b"\xff\xfe\x00", "no YAML"),
        (b"a: \x00", "no YAML"), (b"1: a\n'1': b", "1 stands twice"),
        (b"inner: {low: 1, low: 2}", "low stands twice"), (b"!!python/object/apply:os.getcwd []", "no YAML"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_yaml_says_where(tmp_path: Path, text: bytes, told: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text)

    with pytest.raises(BadFile, match=r"^a\.yaml: no YAML") as caught:
        read(Outer, path)
    assert told in str(caught.value)


def test_the_country_that_yaml_takes_for_a_no_must_be_quoted(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("[NO]")

    with pytest.raises(BadFile, match=r"^a\.yaml: \[0\] must be words$"):
        read(tuple[Annotated[str, Pattern("[A-Z]{2}", "a country")], ...], path)

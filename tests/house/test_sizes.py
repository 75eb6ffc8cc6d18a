"""Small functions, short files; the figures stand in the message."""

import statistics

from tests.house.tree import Function, named, p90, python

PRODUCT = python("requests_app", "dsar", "demo")
FUNCTIONS = [function for path in PRODUCT for function in Function.found_in(path)]
LINES = {named(path): path.read_text(encoding="utf-8").count("\n") for path in python()}


def test_no_function_is_longer_than_forty_lines() -> None:
    everywhere = [function for path in python() for function in Function.found_in(path)]

    assert [f"{function.where}: {function.length} lines" for function in everywhere if function.length > 40] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert {name: lines for name, lines in LINES.items() if lines > 400} == {}


def test_half_of_the_functions_have_at_most_eight_lines() -> None:
    median = statistics.median(function.length for function in FUNCTIONS)

    assert median <= 8, f"the median function has {median} lines"


def test_nine_of_ten_functions_have_at_most_twenty_lines() -> None:
    figure = p90([function.length for function in FUNCTIONS])

    assert figure <= 20, f"nine of ten functions have at most {figure} lines"


def test_nine_of_ten_files_have_at_most_two_hundred_lines() -> None:
    figure = p90([LINES[named(path)] for path in PRODUCT])
    longest = sorted(((LINES[named(path)], named(path)) for path in PRODUCT), reverse=True)[:12]

    assert figure <= 200, f"nine of ten files have at most {figure} lines; the longest: {longest}"

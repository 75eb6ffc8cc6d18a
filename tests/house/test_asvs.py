"""docs/asvs.md names each requirement once, and every test, document and reason in it is there."""

import ast
import re
from functools import cache
from itertools import chain
from typing import Final

import pytest

from tests.house.tree import ROOT, named, python, tree_of

PAGE: Final = ROOT / "docs/asvs.md"
ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| (test|document|operator|not met) \| (.+) \|$", re.MULTILINE)
LEFT_OUT: Final = re.compile(r"^\| (\d[^|]*) \| ([^|]+) \|$", re.MULTILINE)
IN_SCOPE: Final = 257
COUNTED: Final = re.compile(r"Of (\d+): (\d+) shown by a test, (\d+) by a document, (\d+) left to the operator, (\d+) not met")


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def rows(page: str, verdict: str = "") -> list[tuple[str, ...]]:
    return [row for row in ROW.findall(page) if not verdict or row[3] == verdict]


@cache
def collected() -> frozenset[str]:
    """Return the tests that pytest collects: functions called `test_…` in files called `test_…`."""
    files = (path for path in python("tests") if path.name.startswith("test_"))
    return frozenset(chain.from_iterable(_tests(named(path), tree_of(path)) for path in files))


def _tests(file: str, tree: ast.Module) -> set[str]:
    return {f"{file}::{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def headings(document: str) -> set[str]:
    found = re.findall(r"^#+ (.+)$", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)
    return {str(one) for one in found}


def missing(page: str) -> list[str]:
    """Return what the page names and is not there."""
    tests = [where.strip("`") for *_, where in rows(page, "test")]
    places = [where.strip("`").partition("#") for *_, where in rows(page, "document")]
    lost = [f"{file}#{part}" for file, _, part in places if not (ROOT / file).is_file() or (part and part not in headings(file))]
    return [*(one for one in tests if one not in collected()), *lost]


def test_each_requirement_in_scope_stands_there_once_in_order(page: str) -> None:
    ids = [row[0] for row in rows(page)]

    assert len(ids) == IN_SCOPE
    assert ids == sorted(set(ids), key=lambda one: [int(part) for part in one.split(".")])
    assert len(ids) == len(re.findall(r"^\| \d+\.\d+\.\d+ \| [123]", page, re.MULTILINE)), "a line has another shape"


def test_every_test_and_document_that_it_names_is_there(page: str) -> None:
    assert missing(page) == []


def test_what_is_not_there_is_seen(page: str) -> None:
    first = rows(page, "test")[0][4].strip("`")
    document = rows(page, "document")[0][4].strip("`")

    spoilt = page.replace(first, f"{first}_of_nobody").replace(document, f"{document} of nobody")

    assert set(missing(spoilt)) >= {f"{first}_of_nobody", f"{document} of nobody"}


def test_what_is_left_open_or_out_says_why(page: str) -> None:
    for number, _level, _what, verdict, where in rows(page):
        assert len(where) > 3, number
        assert verdict not in {"operator", "not met"} or not where.startswith("`"), number
    out = LEFT_OUT.findall(page.partition("## Left out")[2])
    assert len(out) > 10
    assert not {one for ids, _why in out for one in ids.split(", ")} & {row[0] for row in rows(page)}


def test_the_counts_at_its_head_are_those_of_its_lines(page: str) -> None:
    [told] = COUNTED.findall(page)
    counted = [len(rows(page))] + [len(rows(page, verdict)) for verdict in ("test", "document", "operator", "not met")]

    assert [int(one) for one in told] == counted

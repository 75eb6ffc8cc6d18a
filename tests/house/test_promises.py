"""Every promise of the shops stands in docs/promises.md; `kept` means that a test carries its mark."""

import ast
import re
from typing import Final

from tests.house.tree import ROOT, named, python, tree_of

IDS: Final = {
    f"{shop}{number}" for shop, last in {"O": 17, "J": 11, "S": 28, "A": 17, "C": 11}.items() for number in range(1, last + 1)
}
LINE: Final = re.compile(r"^\| ([OJSAC]\d+) \| ([PFL]) \| (.+) \| (kept|not yet) \|$", re.MULTILINE)


def page() -> list[tuple[str, str, str, str]]:
    return LINE.findall((ROOT / "docs/promises.md").read_text(encoding="utf-8"))


def marked() -> dict[str, str]:
    """Return every promise that a test is marked with, and one such test's file."""
    return {
        argument.value: named(path)
        for path in python("tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_the_page_names_every_promise_once() -> None:
    names = [line[0] for line in page()]

    assert len(names) == len(set(names))
    assert set(names) == IDS
    assert len(IDS) == 84


def test_a_mark_names_a_promise_that_exists() -> None:
    assert {name: where for name, where in marked().items() if name not in IDS} == {}


def test_what_the_page_calls_kept_is_kept_by_a_marked_test_and_the_other_way_round() -> None:
    kept = {name for name, _kind, _what, state in page() if state == "kept"}

    assert kept == marked().keys()

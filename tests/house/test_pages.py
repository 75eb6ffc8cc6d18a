"""Every page has a test that says what it costs. Such a test is marked `pages(<name of the URL>, …)` and counts queries."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.house.tree import FUNCTION, named, python, tree_of

COUNTERS: Final = {"django_assert_num_queries", "django_assert_max_num_queries"}


def takes_post_only(view: Any) -> bool:
    """Whether `require_POST` stands on the view: then it shows no page."""
    while view is not None:
        cells = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
        if ["POST"] in cells:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def pages(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for part in resolver.url_patterns:
        if isinstance(part, URLPattern):
            if not takes_post_only(part.callback):
                yield ":".join([*spaces, part.name or str(part.pattern)])
        else:
            yield from pages(part, (*spaces, part.namespace) if part.namespace else spaces)


@cache
def counted() -> dict[str, str]:
    """Return every name that a test is marked with, and that test."""
    return {
        argument.value: f"{named(path)}: {test.name}"
        for path in python("tests")
        for test in ast.walk(tree_of(path))
        if isinstance(test, FUNCTION)
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.pages" and _counts(test)
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def _counts(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(COUNTERS & {argument.arg for argument in test.args.args})


def test_every_page_has_a_test_that_counts_its_queries() -> None:
    assert set(pages(get_resolver())) - counted().keys() == set()


def test_a_mark_names_a_page_that_exists() -> None:
    assert {name: where for name, where in counted().items() if name not in set(pages(get_resolver()))} == {}


def test_every_url_has_a_name() -> None:
    assert [name for name in pages(get_resolver()) if "/" in name or name.endswith(":")] == []

"""Finds axe-core for the tests, or installs it below .dsar/ with npm."""

from contextlib import suppress
from functools import cache
from typing import Any, Final, cast

from playwright.sync_api import Error, Page

from tests.npm import package

_VERSION: Final = "4.14.1"
_RUN: Final = "rules => axe.run(document, {runOnly: rules})"
_MOVES: Final = 2  # a form that is sent, and the redirect that answers it
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def script() -> str:
    """Return the source of axe-core.

    Raises:
        RuntimeError: it is not there and npm cannot fetch it.
    """
    return (package("axe-core", _VERSION) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Return what axe objects to on `page`: rule, weight and the element, a line each."""
    return [
        f"{finding['id']} ({finding['impact']}): {node['html']}"
        for finding in _judged(page)["violations"]
        for node in finding["nodes"]
    ]


def _judged(page: Page) -> dict[str, Any]:
    """A click may return before the page that follows is there: what moves away under the judge is judged where it arrives."""
    for _ in range(_MOVES):
        page.wait_for_load_state()
        with suppress(Error):
            page.evaluate(script())
            return cast("dict[str, Any]", page.evaluate(_RUN, _RULES))
    page.evaluate(script())
    return cast("dict[str, Any]", page.evaluate(_RUN, _RULES))

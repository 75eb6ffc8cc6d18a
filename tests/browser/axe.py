"""Finds axe-core for the tests, or installs it below .dsar/ with npm."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

_VERSION: Final = "4.14.1"
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_PLACE: Final = _ROOT / ".dsar" / "test" / "node"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def script() -> str:
    """Return the source of axe-core.

    Raises:
        RuntimeError: it is not there and npm cannot fetch it.
    """
    found = _PLACE / "node_modules" / "axe-core" / "axe.min.js"
    if not found.exists():
        _install()
    return found.read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Return what axe objects to on `page`: rule, weight and the element, a line each."""
    page.evaluate(script())
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", _RULES)
    return [
        f"{finding['id']} ({finding['impact']}): {node['html']}" for finding in result["violations"] for node in finding["nodes"]
    ]


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("axe-core is not installed and there is no npm to fetch it")
    _PLACE.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(_PLACE), "--no-audit", "--no-fund", "--ignore-scripts", f"axe-core@{_VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not install axe-core: {done.stderr.strip()[-300:]}")

"""The linters and the checks of Django, each as one test."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT

BIN = Path(sys.executable).parent


def tool(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    values = os.environ | {"NO_COLOR": "1"} | environment
    values.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser's tests set it for their own process
    return subprocess.run([BIN / name, *arguments], cwd=ROOT, check=False, capture_output=True, text=True, env=values)


def said(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stdout + done.stderr)[-6000:]


def configuration() -> dict[str, Any]:
    tools: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return tools


def test_ruff_finds_nothing() -> None:
    done = tool("ruff", "check", "--no-cache", "--output-format=concise", ".")

    assert done.returncode == 0, said(done)


def test_ruff_would_format_nothing_otherwise() -> None:
    done = tool("ruff", "format", "--no-cache", "--check", ".")

    assert done.returncode == 0, said(done)


@pytest.mark.timeout(600)
def test_every_type_is_right() -> None:
    done = tool("mypy", ".")

    assert done.returncode == 0, said(done)


def test_every_dependency_is_used_and_every_import_is_a_dependency() -> None:
    done = tool("deptry", ".")

    assert done.returncode == 0, said(done)


def test_the_migrations_say_what_the_models_say() -> None:
    done = tool("python", "manage.py", "makemigrations", "--check", "--dry-run", DJANGO_SETTINGS_MODULE="dsar.settings.test")

    assert done.returncode == 0, said(done)
    assert "No changes detected" in done.stdout


def test_warnings_are_errors() -> None:
    options = configuration()["pytest"]["ini_options"]

    assert options["filterwarnings"][0] == "error"
    assert {"--strict-markers", "--strict-config"} <= set(options["addopts"])


def test_the_linters_look_at_everything() -> None:
    """Every rule is on; what is switched off is switched off by name."""
    ruff, mypy = configuration()["ruff"], configuration()["mypy"]

    assert ruff["lint"]["select"] == ["ALL"]
    assert ruff["extend-exclude"] == ["requests_app/migrations"]
    assert mypy["strict"] is True
    assert all(pattern.startswith("^\\.") or "migrations" in pattern for pattern in mypy["exclude"])


def test_ignored_types_and_rules_are_named() -> None:
    """No bare `type: ignore`, no bare `noqa`: ruff's PGH rules keep that, so they must stay on."""
    ignored = set(configuration()["ruff"]["lint"]["ignore"])

    assert not {rule for rule in ignored if rule.startswith("PGH")}

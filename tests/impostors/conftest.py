"""How many impostors come: a few in every run, all of them with `--every-impostor` or IMPOSTORS=all."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.small_shop import shop  # noqa: F401  # for whoever wants its data


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-impostor", action="store_true", help="try all scenarios in all variants, instead of a sample")


@pytest.fixture(autouse=True)
def _loud(settings: Settings, tmp_path: Path) -> None:
    """Nobody waits, nobody is turned away for coming often, and what no handler foresaw fails the test."""
    settings.PORTAL_FILL_DELAY, settings.PORTAL_FILINGS_AN_HOUR = -1, 1_000_000
    settings.API_RATES = {"key": 1_000_000, "address": 1_000_000}
    settings.LEDGER_RAISES, settings.DSAR_VAULT = True, tmp_path / "vault"


@pytest.fixture
def every(request: pytest.FixtureRequest) -> bool:
    """Whether there is time for all of them."""
    return bool(request.config.getoption("--every-impostor", default=False)) or os.environ.get("IMPOSTORS") == "all"

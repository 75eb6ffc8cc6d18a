from pathlib import Path

import pytest
from pytest_django import Settings

from tests.small_shop import shop  # noqa: F401  # for every journey


@pytest.fixture(autouse=True)
def loud(settings: Settings, tmp_path: Path) -> None:
    """What no handler foresaw fails the test, instead of being tried again; files lie in a vault of the test's own."""
    settings.LEDGER_RAISES = True
    settings.DSAR_VAULT = tmp_path / "vault"

import pytest
from pytest_django import Settings

from tests.small_shop import shop  # noqa: F401  # for every journey


@pytest.fixture(autouse=True)
def loud(settings: Settings) -> None:
    """What no handler foresaw fails the test, instead of being tried again."""
    settings.LEDGER_RAISES = True

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.optouts.refusing import Mailer, a_mailer


@pytest.fixture
def mailer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Mailer]:
    """A mailer of the shop, to which Ada and Bob are subscribed."""
    with a_mailer(tmp_path, monkeypatch) as mailer:
        mailer.add("ada@example.com", "bob@example.com")
        yield mailer

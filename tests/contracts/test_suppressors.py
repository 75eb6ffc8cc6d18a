"""What every connector that switches channels off keeps: a new one in the catalogue is tried without a new line here."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from requests_app.connectors import CONNECTORS
from requests_app.connectors.suppressing import Channel, Suppressor
from tests.contracts.erasable import Erasable

SUPPRESSORS = sorted(name for name, connector in CONNECTORS.items() if isinstance(connector, Suppressor))


@pytest.fixture(params=SUPPRESSORS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def suppressor(name: str) -> Suppressor:
    found = CONNECTORS[name]
    assert isinstance(found, Suppressor)
    return found


@pytest.fixture
def system(name: str, tmp_path: Path) -> Erasable:
    make: Callable[[Path], Erasable] = import_module(f"tests.connectors.{name}.erasable").erasable
    return make(tmp_path)


def test_what_a_description_does_not_say_is_not_done(suppressor: Suppressor, system: Erasable) -> None:
    not_said = set(Channel) - suppressor.suppressible(system.config)

    assert not_said
    assert list(suppressor.suppress(system.config, system.whom.identity, not_said)) == []
    assert system.effects() == []


def test_every_channel_that_is_said_is_reached_by_the_system(suppressor: Suppressor, system: Erasable) -> None:
    reaches = suppressor.reaches(system.config)
    assert reaches is None or suppressor.suppressible(system.config) <= reaches


def test_two_connectors_at_least_are_tried() -> None:
    assert {"sql", "rest"} <= set(SUPPRESSORS)

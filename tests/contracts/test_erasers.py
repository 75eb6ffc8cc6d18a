"""What every connector that erases keeps: a new one in the catalogue is tried without a new line here."""

import pickle
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Attachment, Batch, Connector
from requests_app.connectors.erasing import CannotErase, Deed, Eraser, NotErased, PlanChanged, Planned, Whom, digest_of
from tests.contracts.ending import all_goes, all_stays
from tests.contracts.erasable import Erasable

ERASERS = sorted(name for name, connector in CONNECTORS.items() if isinstance(connector, Eraser))
KILLS = 8
Whole = Callable[[str], tuple[int, list[str]]]


@pytest.fixture(params=ERASERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def eraser(name: str) -> Eraser:
    found = CONNECTORS[name]
    assert isinstance(found, Eraser)
    return found


@pytest.fixture
def connector(name: str) -> Connector:
    return CONNECTORS[name]


def made(name: str, folder: Path) -> Erasable:
    """Make such a system, as new."""
    system = import_module(f"tests.connectors.{name}.erasable").erasable(folder)
    assert isinstance(system, Erasable)
    return system


@pytest.fixture
def system(name: str, tmp_path: Path) -> Erasable:
    return made(name, tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Return by name how many lines a whole erasure has, and its effects."""

    @cache
    def run(name: str) -> tuple[int, list[str]]:
        system = made(name, tmp_path_factory.mktemp(name))
        eraser = CONNECTORS[name]
        assert isinstance(eraser, Eraser)
        lines = int(ended(name, system, planned(eraser, system), 0).stdout)
        return lines, system.effects()

    return run


def found(connector: Connector, system: Erasable, whom: Whom) -> dict[str, list[bytes]]:
    records: dict[str, list[bytes]] = {}
    for item in connector.find(system.config, whom.identity, connector.by_claim(system.config)):
        if isinstance(item, Batch):
            records.setdefault(item.collection, []).append(item.text)
        if isinstance(item, Attachment):
            assert b"".join(item.chunks)
    return records


def planned(eraser: Eraser, system: Erasable) -> list[Planned]:
    return list(eraser.plan(system.config, system.whom, all_goes))


def test_a_plan_names_every_record_once_and_touches_nothing(connector: Connector, eraser: Eraser, system: Erasable) -> None:
    before = found(connector, system, system.whom)

    plan = planned(eraser, system)

    counts: Counter[str] = Counter()
    for one in plan:
        counts[one.collection] += len(one.keys)
    assert counts == system.counts
    assert len({(one.collection, key) for one in plan for key in one.keys}) == counts.total()
    assert digest_of(plan) == digest_of(planned(eraser, system))
    assert found(connector, system, system.whom) == before
    assert system.effects() == []


@pytest.mark.threat("7.08")
def test_what_it_erased_is_not_found_again_and_a_stranger_keeps_everything(
    connector: Connector, eraser: Eraser, system: Erasable
) -> None:
    strangers, plan = found(connector, system, system.stranger), planned(eraser, system)
    assert {(left.collection, left.key) for left in eraser.remaining(system.config, plan)}

    receipts = list(eraser.erase(system.config, system.whom, all_goes, digest_of(plan)))

    done: Counter[str] = Counter()
    for receipt in receipts:
        done[receipt.collection] += receipt.changed
        assert receipt.left == 0
        assert receipt.ruling.deed is Deed.ERASE
    assert done == system.counts
    assert list(eraser.remaining(system.config, plan)) == []
    assert list(connector.candidates(system.config, system.whom.identity)) == []
    assert found(connector, system, system.whom) == {}
    assert found(connector, system, system.stranger) == strangers


@pytest.mark.threat("7.03")
def test_what_was_not_approved_is_not_touched(connector: Connector, eraser: Eraser, system: Erasable) -> None:
    approved = digest_of(planned(eraser, system))
    with pytest.raises(PlanChanged):
        list(eraser.erase(system.config, system.whom, all_stays, approved))
    system.grow()
    before = found(connector, system, system.whom)

    with pytest.raises(PlanChanged):
        list(eraser.erase(system.config, system.whom, all_goes, approved))

    assert system.effects() == []
    assert found(connector, system, system.whom) == before


def test_what_is_kept_is_not_touched(connector: Connector, eraser: Eraser, system: Erasable) -> None:
    before = found(connector, system, system.whom)
    plan = list(eraser.plan(system.config, system.whom, all_stays))

    receipts = list(eraser.erase(system.config, system.whom, all_stays, digest_of(plan)))

    assert {one.ruling.deed for one in plan} == {Deed.KEEP}
    assert all(receipt.changed == 0 for receipt in receipts)
    assert found(connector, system, system.whom) == before


@pytest.mark.threat("7.08")
def test_a_system_that_says_done_and_is_not_is_caught(eraser: Eraser, system: Erasable) -> None:
    plan = planned(eraser, system)

    with system.lying(), pytest.raises((NotErased, CannotErase)) as caught:
        list(eraser.erase(system.config, system.whom, all_goes, digest_of(plan)))

    assert any(name in str(caught.value) for name in system.counts)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert list(eraser.remaining(system.config, plan))


@pytest.mark.threat("7.06")
@pytest.mark.parametrize("part", range(KILLS))
def test_killed_anywhere_it_goes_on_without_a_second_effect(
    name: str, eraser: Eraser, system: Erasable, whole: Whole, part: int
) -> None:
    (lines, effects), plan = whole(name), planned(eraser, system)

    killed = ended(name, system, plan, 1 + lines * part // KILLS)

    assert killed.returncode == -signal.SIGKILL
    if list(eraser.remaining(system.config, plan)):
        list(eraser.resume(system.config, system.whom, all_goes, plan))
    assert list(eraser.remaining(system.config, plan)) == []
    assert Counter(system.effects()) == Counter(effects)
    assert max(Counter(effects).values()) == 1


@pytest.mark.threat("7.03")
def test_going_on_it_touches_nothing_that_came_meanwhile(
    connector: Connector, eraser: Eraser, name: str, system: Erasable, whole: Whole
) -> None:
    plan = planned(eraser, system)
    ended(name, system, plan, whole(name)[0] // 2)
    system.grow()
    before, effects = found(connector, system, system.whom), system.effects()

    with pytest.raises(PlanChanged):
        list(eraser.resume(system.config, system.whom, all_goes, plan))

    assert system.effects() == effects
    assert found(connector, system, system.whom) == before


def ended(name: str, system: Erasable, plan: list[Planned], line: int) -> "subprocess.CompletedProcess[bytes]":
    """Erase in a process of its own that is killed at a line (0: not at all)."""
    told = pickle.dumps((name, system.config, system.whom.identity, system.whom.roots, digest_of(plan)))
    command = [sys.executable, "-m", "tests.contracts.ending", str(line)]
    done = subprocess.run(command, input=told, capture_output=True, cwd=Path(__file__).parents[2], check=False)
    assert line or done.returncode == 0, done.stderr.decode()
    return done

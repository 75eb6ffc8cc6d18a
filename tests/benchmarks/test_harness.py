"""The benchmarks run, at sizes at which nothing is measured, and say what they found in the one form that machines read."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.base import Benchmark, Result, shown
from benchmarks.base.__main__ import main
from benchmarks.enumeration import area
from requests_app.catalogue import load
from tests import database
from tests.brokers import Broker
from tests.house.tree import ROOT

NAMES = sorted(load("benchmarks", Benchmark))  # type: ignore[type-abstract]
PATIENCE = 400  # seconds: beyond what the benchmarks wait for themselves, so that they say what is missing
LINE = re.compile(r"(\w+): [\d.]+ (\S+), limit [\d.]+ (\S+), ratio \d+\.\d\d, goal .+, (met|missed)")


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    broker = Broker()
    broker.start()
    for folder in ("keys", "vault", "mail", "scratch"):
        (tmp_path / folder).mkdir()
    yield os.environ | {
        "DJANGO_SETTINGS_MODULE": "dsar.settings.test", "DATABASE_URL": database.url(), "REDIS_URL": broker.url,
        "DSAR_KEY_STORE": str(tmp_path / "keys"), "DSAR_VAULT": str(tmp_path / "vault"), "EMAIL_URL": f"file://{tmp_path / 'mail'}",
        "DSAR_LOG_LEVEL": "ERROR", "DSAR_BENCH_ADMIN_URL": os.environ["DATABASE_OWNER_URL"],
        "DSAR_BENCH_FOLDER": str(tmp_path / "scratch"), "DSAR_BENCH_MARIADB_URL": os.environ.get("DSAR_TEST_MARIADB_URL", ""),
    }  # fmt: skip
    broker.stop()


def test_there_is_one_for_each_goal() -> None:
    assert {"bundle", "chain", "throughput", "intake", "enumeration"} <= set(NAMES)


def run(name: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr. Whatever happens, nothing that it started works on in the next test's database."""
    command = [sys.executable, "-m", "benchmarks.base", name, "--tiny"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            said, complained = process.communicate(timeout=PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, said, complained


@pytest.mark.timeout(PATIENCE + 60)
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_ends_with_one_line(name: str, environment: Mapping[str, str], tmp_path: Path) -> None:
    code, told, complained = run(name, environment)

    crew = tmp_path / "scratch" / "crew.log"
    why = (complained[-4000:], crew.read_text(errors="replace")[-4000:] if crew.exists() else "")
    lines = told.splitlines()
    assert lines, why
    said = LINE.fullmatch(lines[-1])
    assert said is not None, (lines[-1], why)
    assert (said[1], said[2]) == (name, said[3])
    assert code == (0 if said[4] == "met" else 1)
    assert sum(line.startswith(f"{name}: ") for line in lines) == 1


def test_an_unknown_name_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2

    complained = capsys.readouterr().err
    assert all(name in complained for name in NAMES)


@pytest.mark.parametrize(("figure", "said"), [(1234.5, "1234"), (12.345, "12.3"), (0.01234, "0.0123"), (3.0, "3")])
def test_three_digits_mean_something(figure: float, said: str) -> None:
    assert shown(figure) == said


def test_the_line_says_figure_limit_ratio_goal_and_verdict() -> None:
    line = Result(6.0, 2.0, "s", "≤ 3", met=True).line("bundle")

    assert line == "bundle: 6 s, limit 2 s, ratio 3.00, goal ≤ 3, met"
    assert LINE.fullmatch(line)


@pytest.mark.parametrize(
    ("ones", "others", "chance"), [([1, 2], [1, 2], 0.5), ([3, 4], [1, 2], 1), ([1], [2, 3], 0), ([1, 3], [2, 2, 4], 1 / 3)]
)
def test_the_area_is_the_chance_that_one_takes_longer(ones: list[float], others: list[float], chance: float) -> None:
    assert area(ones, others) == pytest.approx(chance)

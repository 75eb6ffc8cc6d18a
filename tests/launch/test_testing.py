"""`manage.py test`, from within a test."""

import pytest

from dsar.launch.failure import CannotStart
from dsar.launch.testing import SOAK, soaked
from tests.launch.conftest import ROOT, Terminal

PROBE = """
import os
import psycopg, pymysql, pytest, redis
from sqlalchemy import create_engine, text

def test_the_servers_answer():
    psycopg.connect(os.environ["DATABASE_URL"]).close()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE DATABASE another")
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as broker:
        assert broker.ping()
    if url := os.environ.get("DSAR_TEST_MARIADB_URL"):
        with create_engine(url).begin() as connection:
            connection.execute(text("CREATE DATABASE another"))
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "dsar.settings.test"

def test_that_fails():
    assert not "this one"
"""


def test_it_starts_servers_of_its_own_passes_the_words_and_the_exit_code_and_leaves_nothing(terminal: Terminal) -> None:
    (terminal.folder / "probe.py").write_text(PROBE, encoding="utf-8")
    bare = ("-p", "no:django", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir=.", "--noconftest")

    code, said, complained = terminal.run("test", *bare, "-q", "probe.py")

    assert code == 1, complained
    assert "1 failed, 1 passed" in said
    assert not terminal.processes()
    assert not list((terminal.folder / ".dsar/test").iterdir())


def test_a_soak_is_one_test_that_is_told_how_long_and_from_which_seed() -> None:
    assert soaked(["--soak", "30", "--seed", "7"]) == ([*SOAK], {"DSAR_SOAK": "30", "DSAR_FAULTS_SEED": "7"})
    assert soaked(["--seed", "7", "tests/faults"]) == (["tests/faults"], {"DSAR_FAULTS_SEED": "7"})
    assert soaked(["tests/ledger", "-x"]) == (["tests/ledger", "-x"], {})
    assert (ROOT / SOAK[0]).is_file()


@pytest.mark.parametrize("words", [["--soak"], ["--soak", "long"], ["--soak", "5", "--seed", "-x"]])
def test_a_soak_without_a_number_is_told_what_it_takes(words: list[str]) -> None:
    with pytest.raises(CannotStart, match="takes a number"):
        soaked(words)

"""`manage.py test`, from within a test."""

from tests.launch.conftest import Terminal

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

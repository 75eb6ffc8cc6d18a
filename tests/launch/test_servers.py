"""The servers of a start, with real processes."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
import redis
from sqlalchemy import make_url

from dsar.launch import databases, identity, shop, supply
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from tests.launch.conftest import NAMED_SERVERS, ROOT, begin

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which only Linux has")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Launch, databases.Servers]]:
    """All servers of a demo, for the tests that only look."""
    with pytest.MonkeyPatch.context() as patch, begin(tmp_path_factory.mktemp("running") / "home") as launch:
        for name in NAMED_SERVERS:
            patch.delenv(name, raising=False)
        servers = databases.start(launch, shop.grants(launch.home), throw_away=True)
        databases.provision(launch, servers, with_shop=True, fresh=set())
        yield launch, servers


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=5).close()
    except OSError:
        return False
    return True


def test_they_listen_on_loopback_only(running: tuple[Launch, databases.Servers]) -> None:
    """Who listens everywhere answers under every loopback address too, and under the new Internet Protocol's."""
    _, servers = running
    assert servers.mariadb
    ports = [urlsplit(servers.app).port or 0, urlsplit(servers.redis).port or 0, servers.mariadb.port]
    answered = [[_answers(address, port) for address in ("127.0.0.1", "127.0.0.2", "::1")] for port in ports]
    assert answered == [[True, False, False]] * 3


def test_no_password_no_entry(running: tuple[Launch, databases.Servers]) -> None:
    _, servers = running
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.as_role("dsar_app", "guess", "dsar"))
    with socket.create_connection(("127.0.0.1", urlsplit(servers.redis).port or 0)) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(64).startswith(b"-NOAUTH")


@pytest.mark.parametrize("wish", ["CREATE TABLE mine (id int)", "CREATE DATABASE mine", "CREATE ROLE mine", "CREATE SCHEMA mine"])
def test_the_application_role_makes_nothing(running: tuple[Launch, databases.Servers], wish: str) -> None:
    _, servers = running
    with psycopg.connect(servers.app, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(wish)


def test_the_product_may_read_the_shop_and_change_nothing(running: tuple[Launch, databases.Servers]) -> None:
    launch, servers = running
    variables = shop.environment(launch.home, servers)
    builder = shop.for_builder(launch.home, servers)
    with psycopg.connect(builder["DEMO_ORDERS_BUILD_URL"].replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE rings AS SELECT 52 AS size")
    with psycopg.connect(variables["DSAR_SOURCE_ORDERS_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute("SELECT size FROM rings").fetchall() == [(52,)]
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM rings")


def test_marketing_runs_in_mariadb_where_there_is_one(running: tuple[Launch, databases.Servers]) -> None:
    launch, servers = running
    url = make_url(shop.environment(launch.home, servers)["DSAR_SOURCE_MARKETING_URL"])
    if servers.mariadb is None:
        assert url.drivername == "sqlite"
        return

    def _connect(password: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(host=url.host, port=url.port or 0, user=url.username, password=password, database=url.database)

    with (
        _connect(str(url.password)) as connection,
        connection.cursor() as cursor,
        pytest.raises(pymysql.OperationalError, match="denied"),
    ):
        cursor.execute("CREATE TABLE mine (id int)")
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        _connect("guess")


def test_the_home_is_closed_to_others_and_no_password_is_in_a_command_line(running: tuple[Launch, databases.Servers]) -> None:
    launch, _ = running
    home = launch.home
    secret = {file.read_text() for file in home.secrets_folder.iterdir()}
    commands = [(Path("/proc") / record / "cmdline").read_text() for record in _pids(home)]

    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in home.secrets_folder.iterdir()} == {0o600}
    assert not [word for word in secret if any(word in command for command in commands)]
    assert not [word for word in secret for log in home.logs.iterdir() if word in log.read_text()]


def _pids(home: Home) -> list[str]:
    return [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit() and _belongs(int(entry.name), home)]


def _belongs(pid: int, home: Home) -> bool:
    folder = identity.folder(pid)
    return folder is not None and folder.is_relative_to(home.path)


def test_redis_keeps_nothing_on_disk_and_refuses_rather_than_forgets(running: tuple[Launch, databases.Servers]) -> None:
    _, servers = running
    with redis.Redis.from_url(servers.redis, decode_responses=True) as connection:
        settings = connection.config_get("*")

    assert (settings["save"], settings["appendonly"], settings["maxmemory-policy"]) == ("", "no", "noeviction")


ORDINARY = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from dsar.launch import databases, shop
from dsar.launch.home import Home
from dsar.launch.launch import Launch
home = Home(Path({home!r}))
lock = home.open()
launch = Launch.of(Path({root!r}), home)
try:
    databases.start(launch, shop.grants(home), throw_away=True)
    print("up")
finally:
    launch.processes.stop_all()
"""


def _python_for_everybody() -> str | None:
    """Return a Python that another user can run, new enough."""
    for python in (sys._base_executable, "/usr/bin/python3"):  # type: ignore[attr-defined]
        try:
            asked = subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], user="nobody", check=False)
        except OSError:
            continue
        if asked.returncode == 0:
            return str(python)
    return None


@pytest.fixture
def open_folder(launch: Launch) -> Iterator[Path]:
    """A copy of the launcher, and of a server that the machine may lack, where every user can go."""
    with TemporaryDirectory(prefix="dsar-ordinary-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(ROOT / "dsar", folder / "dsar", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "work").mkdir()
        shutil.chown(folder / "work", "nobody")
        (folder / "bin").mkdir()
        carried = supply.redis(launch.venv)  # the tests' own packages may lie where only root can go
        shutil.copy(carried, folder / "bin" / carried.name)
        yield folder


def test_an_ordinary_user_starts_them_too(open_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user: every other test here ran as an ordinary one")
    if (python := _python_for_everybody()) is None:
        pytest.skip("needs a Python that another user than root can run")
    program = ORDINARY.format(root=str(open_folder), home=str(open_folder / "work/home"))
    ended = subprocess.run(
        [python, "-B", "-c", program],
        user="nobody",
        group="nogroup",
        extra_groups=[],
        env={"PATH": f"{open_folder / 'bin'}:/usr/bin:/bin"},
        cwd=open_folder / "work",
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "up\n", "")

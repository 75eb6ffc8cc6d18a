"""The store of request keys: private files, whole or not there, one key for each request."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from requests_app.keys import store
from requests_app.keys.crypto import Undecipherable


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_KEY_STORE = tmp_path / "keys"
    return tmp_path / "keys"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_key_is_made_once_and_found_again() -> None:
    owner = uuid4()

    key = store.create(owner)

    assert len(key) == 32
    assert store.create(owner) == store.get(owner) == key
    assert store.create(uuid4()) != key


def test_a_key_lies_wrapped_in_a_file_that_only_the_product_reads(folder: Path) -> None:
    key = store.create(uuid4())

    (file,) = files(folder)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert key not in file.read_bytes()


def test_a_key_is_whole_or_not_there(folder: Path) -> None:
    """Nothing but the finished key remains: the draft is linked into place and removed."""
    owner = uuid4()
    store.create(owner)

    assert [file.name for file in files(folder)] == [f"{owner.hex}.key"]


def test_two_who_make_the_key_of_one_request_get_the_same(folder: Path) -> None:
    for _ in range(20):
        owner, start, keys = uuid4(), Barrier(6), list[bytes]()
        threads = [Thread(target=make_at_once, args=(owner, start, keys)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert len(keys) == 6
        assert set(keys) == {store.get(owner)}
    assert len(files(folder)) == 20


def make_at_once(owner: UUID, start: Barrier, keys: list[bytes]) -> None:
    start.wait(60)
    keys.append(store.create(owner))


_MAKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dsar.settings.test"
import django
django.setup()
from uuid import UUID
from requests_app.keys import store
print("ready", flush=True)
for number in range(1, 10_000_000):
    store.create(UUID(int=number))
"""


def test_whatever_kills_the_maker_no_half_key_is_ever_read(folder: Path) -> None:
    maker = subprocess.Popen(
        [sys.executable, "-c", _MAKER], stdout=subprocess.PIPE, env=os.environ | {"DSAR_KEY_STORE": str(folder)}, text=True,
    )  # fmt: skip
    assert maker.stdout is not None
    assert maker.stdout.readline() == "ready\n"
    while len(files(folder)) < 50:
        assert maker.poll() is None
    maker.send_signal(signal.SIGKILL)
    maker.wait()
    maker.stdout.close()

    made = [file for file in files(folder) if file.suffix == ".key"]
    assert len(made) >= 40
    for file in made:
        assert len(store.get(UUID(hex=file.stem))) == 32


def test_a_destroyed_key_is_gone_and_its_file_too(folder: Path) -> None:
    owner = uuid4()
    store.create(owner)

    assert store.destroy(owner) is True
    assert store.destroy(owner) is False
    assert files(folder) == []
    with pytest.raises(store.KeyGone):
        store.get(owner)


def test_a_key_is_overwritten_before_its_file_is_removed(folder: Path) -> None:
    owner = uuid4()
    store.create(owner)
    (file,) = files(folder)
    wrapped = file.read_bytes()
    with file.open("rb") as still_open:
        store.destroy(owner)
        left = still_open.read()

    assert len(left) == len(wrapped)
    assert left != wrapped


@pytest.mark.threat("FI-24")
def test_another_master_key_does_not_open_the_store(settings: Settings) -> None:
    owner = uuid4()
    store.create(owner)
    settings.DSAR_MASTER_KEY = bytes(32)

    with pytest.raises(Undecipherable):
        store.get(owner)
    with pytest.raises(Undecipherable):
        store.create(owner)


def test_the_file_of_one_request_is_no_key_for_another(folder: Path) -> None:
    mine, other = uuid4(), uuid4()
    store.create(mine)
    store.create(other)
    source, target = (next(folder.rglob(f"{owner.hex}.key")) for owner in (mine, other))
    target.write_bytes(source.read_bytes())

    with pytest.raises(Undecipherable):
        store.get(other)


@pytest.mark.threat("FI-24")
def test_a_store_that_cannot_be_written_makes_no_key(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("no folder")
    settings.DSAR_KEY_STORE = tmp_path / "a file"

    with pytest.raises(NotADirectoryError):
        store.create(uuid4())

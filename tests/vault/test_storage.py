import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from requests_app.vault.storage import Disk, Missing, NoSpace

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def disk(folder: Path) -> Disk:
    return Disk(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 1 MB, really full when it is full."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield Disk(place / "vault")
    subprocess.run(["umount", "-l", str(place)], check=True)


def stored(disk: Disk, data: bytes) -> UUID:
    with disk.put() as incoming:
        incoming.write(data)
    return incoming.name


def fail(disk: Disk) -> None:
    with disk.put() as incoming:
        incoming.write(b"half")
        raise RuntimeError


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def aged(path: Path) -> None:
    then = time.time() - 2 * HOUR.total_seconds()
    os.utime(path, (then, then))


def test_what_was_put_is_opened(disk: Disk) -> None:
    name = stored(disk, b"hello")

    with disk.open(name) as file:
        assert file.read() == b"hello"


def test_a_file_is_not_there_before_it_is_whole(disk: Disk) -> None:
    with disk.put() as incoming:
        incoming.write(b"half")
        with pytest.raises(Missing):
            disk.open(incoming.name)


def test_nobody_else_may_read_files_or_folders(disk: Disk, folder: Path) -> None:
    stored(disk, b"secret")

    assert {path.stat().st_mode & 0o777 for path in files_below(folder)} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")] if path.is_dir()} == {0o700}


def test_files_are_spread_over_two_levels_of_folders(disk: Disk, folder: Path) -> None:
    name = stored(disk, b"x")

    assert files_below(folder) == [folder / name.hex[:2] / name.hex[2:4] / name.hex]


def test_of_a_file_whose_writer_failed_nothing_stays(disk: Disk, folder: Path) -> None:
    with pytest.raises(RuntimeError):
        fail(disk)

    assert not files_below(folder)


def test_a_deleted_file_is_gone_and_deleting_again_is_fine(disk: Disk, folder: Path) -> None:
    name = stored(disk, b"x")

    disk.delete(name)
    disk.delete(name)

    assert not files_below(folder)
    with pytest.raises(Missing):
        disk.open(name)


def test_a_full_disk_says_so_and_keeps_nothing_half_written(small_disk: Disk) -> None:
    kept = stored(small_disk, b"a" * 300_000)

    with pytest.raises(NoSpace):
        stored(small_disk, b"b" * 2_000_000)

    assert list(small_disk.names(timedelta(seconds=-HOUR.total_seconds()))) == [kept]
    assert not list(small_disk.leftovers(-HOUR))
    stored(small_disk, b"c" * 500_000)


def test_a_file_that_grows_beyond_the_limit_of_a_process_says_so(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path; from requests_app.vault.storage import Disk, NoSpace\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n  with Disk(Path(sys.argv[1])).put() as new: new.write(bytes(5000))\nexcept NoSpace: sys.exit(42)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    assert done.returncode == 42
    assert not files_below(tmp_path)


def test_a_reserve_is_kept_free(folder: Path) -> None:
    with pytest.raises(NoSpace), Disk(folder, reserve=1 << 62).put():
        pass


def test_another_fault_of_the_disk_keeps_its_name(folder: Path) -> None:
    folder.write_text("not a folder")

    with pytest.raises(OSError, match=os.strerror(errno.EEXIST)), Disk(folder).put():
        pass


def test_what_a_killed_writer_left_is_found_and_swept(disk: Disk, folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from requests_app.vault.storage import Disk\n"
        "with Disk(Path(sys.argv[1])).put() as new:\n  new.write(b'half'); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    (left,) = files_below(folder)

    assert left.stat().st_mode & 0o777 == 0o600
    assert not list(disk.leftovers(HOUR))
    aged(left)
    assert list(disk.leftovers(HOUR)) == [left]
    assert disk.sweep(HOUR) == 1
    assert not files_below(folder)


def test_the_janitor_sees_finished_files_of_some_age(disk: Disk, folder: Path) -> None:
    old, _ = stored(disk, b"old"), stored(disk, b"new")
    aged(folder / old.hex[:2] / old.hex[2:4] / old.hex)

    assert list(disk.names(HOUR)) == [old]


def test_a_file_that_goes_while_the_janitor_looks_is_no_concern(disk: Disk, folder: Path) -> None:
    stored(disk, b"x")
    (folder / "incoming" / "gone").symlink_to(folder / "nowhere")

    assert not list(disk.leftovers(-HOUR))


def test_an_unknown_name_is_missing(disk: Disk) -> None:
    with pytest.raises(Missing):
        disk.open(uuid4())

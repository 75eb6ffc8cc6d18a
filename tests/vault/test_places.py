"""What every place of files keeps, a folder and a bucket alike."""

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from requests_app.keys.crypto import derived
from requests_app.vault.bucket import Bucket
from requests_app.vault.frames import PartReader, PartWriter
from requests_app.vault.rows import Kind
from requests_app.vault.s3 import S3
from requests_app.vault.storage import Disk, Missing, Storage
from tests.buckets import PART, bucket, s3_server  # noqa: F401  # fixtures

LATER = timedelta(seconds=-60)  # older than in a minute: everything
HOUR = timedelta(hours=1)
WRITER = """
import sys, time
from pathlib import Path
from requests_app.vault.bucket import Bucket
from requests_app.vault.s3 import S3
from requests_app.vault.storage import Disk
kind, *told = sys.argv[1:]
place = Disk(Path(told[0])) if kind == "disk" else S3(Bucket(*told[:4], endpoint=told[4], path_style=True, part=1 << 20))
with place.put() as new:
    for _ in range(4):
        new.write(bytes(1 << 20))
    print(new.name.hex, flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["disk", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> list[str]:
    """What another process must be told to find the same place."""
    if kind == "disk":
        return [str(tmp_path / "vault")]
    made: Bucket = request.getfixturevalue("bucket")
    return [made.name, made.prefix, made.access_key, made.secret_key, made.endpoint]


@pytest.fixture
def place(kind: str, told: list[str]) -> Storage:
    if kind == "disk":
        return Disk(Path(told[0]))
    name, prefix, access_key, secret_key, endpoint = told
    return S3(Bucket(name, prefix, access_key, secret_key, endpoint, path_style=True, attempts=1, part=PART))


def stored(place: Storage, data: bytes) -> UUID:
    with place.put() as incoming:
        incoming.write(data)
    return incoming.name


def some(size: int) -> bytes:
    return Random(size).randbytes(size)


def content(place: Storage, name: UUID) -> bytes:
    with place.open(name) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, 5000, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7])
def test_what_was_put_is_opened(place: Storage, size: int) -> None:
    data = some(size)

    assert content(place, stored(place, data)) == data


def test_it_may_be_written_in_pieces_of_any_size(place: Storage) -> None:
    data = some(PART + 300_000)
    with place.put() as incoming:
        for size in (1, 99_999, 300_000, len(data)):
            written, data_left = data[:size], data[size:]
            incoming.write(written)
            data = data_left

    assert content(place, incoming.name) == some(PART + 300_000)


@pytest.mark.parametrize("size", [4, 2 * PART])
def test_a_file_is_not_there_before_it_is_whole(place: Storage, size: int) -> None:
    with place.put() as incoming:
        incoming.write(bytes(size))
        with pytest.raises(Missing):
            place.open(incoming.name)
        assert not list(place.names(LATER))


@pytest.mark.parametrize("size", [4, 2 * PART])
def test_of_a_file_whose_writer_failed_nothing_stays(place: Storage, size: int) -> None:
    def fail() -> None:
        with place.put() as incoming:
            incoming.write(bytes(size))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not list(place.names(LATER))
    assert place.sweep(LATER) == 0


def test_a_deleted_file_is_gone_and_deleting_again_is_fine(place: Storage) -> None:
    name = stored(place, b"x")

    place.delete(name)
    place.delete(name)

    with pytest.raises(Missing):
        place.open(name)


def test_an_unknown_name_is_missing(place: Storage) -> None:
    with pytest.raises(Missing):
        place.open(uuid4())


def test_the_janitor_sees_finished_files_of_some_age(place: Storage) -> None:
    names = {stored(place, b"x") for _ in range(3)}

    assert set(place.names(LATER)) == names
    assert not list(place.names(HOUR))


def test_what_a_killed_writer_left_is_never_seen_and_is_swept_in_time(place: Storage, kind: str, told: list[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, kind, *told], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        name = UUID(hex=writer.stdout.readline().strip())
        writer.send_signal(signal.SIGKILL)

    with pytest.raises(Missing):
        place.open(name)
    assert not list(place.names(LATER))
    assert place.sweep(HOUR) == 0  # nobody knows yet that it is dead
    assert place.sweep(LATER) == 1
    assert place.sweep(LATER) == 0


def test_reading_and_seeking_is_that_of_a_file(place: Storage) -> None:
    data = some(3_000_000)
    draw = Random(7)
    with place.open(stored(place, data)) as file:
        judge = io.BytesIO(data)
        for _ in range(200):
            offset, size = draw.randrange(3_100_000), draw.choice([0, 1, 100, 70_000, 1_500_000])
            assert file.seek(offset) == judge.seek(offset)
            assert file.read(size) == judge.read(size)
            assert file.tell() == judge.tell()
        assert file.seek(-10, io.SEEK_END) == judge.seek(-10, io.SEEK_END)
        assert file.seek(3, io.SEEK_CUR) == judge.seek(3, io.SEEK_CUR)
        assert file.read() == judge.read()
        assert file.read() == b""
        with pytest.raises((ValueError, OSError)):
            file.seek(-1)


@pytest.fixture
def part(place: Storage) -> Iterator[PartReader]:
    """A part of the vault of some thirty frames, whose records tell their number."""
    number = uuid4()
    with place.put() as incoming, PartWriter(incoming, derived("test"), number, Kind.JSON) as writer:
        for first in range(0, 9_000, 1000):
            lines = [b'{"n":%d,"x":"%s"}' % (n, some(500 + n % 7).hex().encode()) for n in range(first, first + 1000)]
            writer.write(b"\n".join(lines) + b"\n", 1000)
    with place.open(incoming.name) as stream:
        yield PartReader(stream, derived("test"), number, writer.index)


def test_a_page_of_a_part_is_read_and_so_is_the_whole(part: PartReader) -> None:
    assert [record.split(b",")[0] for record in part.records(4_321, 3)] == [b'{"n":%d' % n for n in (4_321, 4_322, 4_323)]
    assert sum(len(text) for text in part.plain()) > 9_000_000

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.bundle.crc import combine
from requests_app.bundle.names import UnsafeName, ending, safe, stems
from requests_app.bundle.zip64 import Archive, NotAsAnnounced, TooBig
from requests_app.vault.frames import Block, PartReader, PartWriter
from requests_app.vault.rows import Kind

MADE_AT = datetime(2026, 11, 22, 10, 31, 8, tzinfo=UTC)
GIB = 1 << 30
HOSTILE = [
    "../a.json", "/a.json", "a/../b.json", "a//b.json", "C:/a.json", "c:a.json", "\\\\host\\a.json", "a\\b.json", "a.json\0",
    "a\n.json", "a\u202egnp.json", "Con.json", "con.json", "data/aux.csv", "nul.txt", "com1.bin", "data/lpt9.json",
    "prn.schema.json", "a.json.", "a.json ", " a.json", "a" * 65 + ".json", "a/b/c/d/e.json", "", ".", "..", ".json", "-a.json",
    "_a.json", "a.exe", "a.json.exe", "A.json", "ä.json", "a.JSON", "~/a.json", "%2e%2e/a.json", "a:b.json", "a*.json",
    "a?.json", "a|b.json", "a<b>.json", "readme.txt/a", "README.TXT", "a.svg", "a.json/", "data/.hidden.json", "a b.json",
    "a'.json", 'a".json', "$(x).json", "a;b.json", "check.py/x.json", "a.py", "k.pem",
]  # fmt: skip


def block(plain: bytes, level: int = 1) -> Block:
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Block(deflate.compress(plain) + deflate.flush(zlib.Z_FULL_FLUSH), zlib.crc32(plain), len(plain))


def facts(blocks: Iterable[Block]) -> list[tuple[int, int, int]]:
    return [(one.crc, one.length, len(one.deflated)) for one in blocks]


def archive(*steps: Callable[[Archive], Iterator[bytes]]) -> bytes:
    made = Archive(MADE_AT)
    return b"".join(data for step in (*steps, Archive.close) for data in step(made))


def packed(name: str, *content: bytes, small: bool = False) -> Callable[[Archive], Iterator[bytes]]:
    return lambda made: made.pack(name, content, small=small)


def copied(name: str, blocks: list[Block], header: bytes = b"", footer: bytes = b"") -> Callable[[Archive], Iterator[bytes]]:
    return lambda made: made.copy(name, blocks, facts(blocks), header=header, footer=footer)


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


SAMPLE = (
    packed("index.html", b"<p>", b"hello", b"</p>", small=True),
    packed("README.txt", b"read me"),
    copied("data/orders/items.json", [block(b'{"a":1}'), block(b',\n{"b":2}')], b"[\n", b"\n]\n"),
    copied("data/orders/items.csv", []),
    packed("data/orders/empty.txt", small=True),
)


class Virtual(io.RawIOBase):
    """A file of many gigabytes, made of few pieces that repeat."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._starts, self._end, self._at = list[bytes](), list[int](), 0, 0
        for piece in pieces:
            self._pieces.append(piece)
            self._starts.append(self._end)
            self._end += len(piece)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._end}[whence]
        return self._at

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        if self._at >= self._end:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        data = self._pieces[number][self._at - self._starts[number] :][: len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_the_checksum_of_a_whole_follows_from_its_parts(texts: list[bytes]) -> None:
    crc = 0
    for text in texts:
        crc = combine(crc, zlib.crc32(text), len(text))

    assert crc == zlib.crc32(b"".join(texts))


def test_the_checksum_of_five_gigabytes_of_nothing_is_known() -> None:
    crc, piece = 0, zlib.crc32(bytes(1 << 20))
    for _ in range(64):
        crc = combine(crc, piece, 1 << 20)

    assert crc == zlib.crc32(bytes(64 << 20))
    assert combine(zlib.crc32(b"x"), combine(crc, crc, 64 << 20), 128 << 20) == combine(
        combine(zlib.crc32(b"x"), crc, 64 << 20), crc, 64 << 20
    )


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=500), max_size=6),
    st.lists(st.binary(max_size=500), max_size=6),
    st.binary(max_size=9),
    st.binary(max_size=9),
)
def test_members_read_back(texts: list[bytes], plains: list[bytes], header: bytes, footer: bytes) -> None:
    data = archive(
        packed("one.txt", *texts),
        packed("two.txt", *texts, small=True),
        copied("three.bin", [block(plain) for plain in plains], header, footer),
    )

    whole = b"".join(texts)
    assert opened(data) == {"one.txt": whole, "two.txt": whole, "three.bin": header + b"".join(plains) + footer}


@pytest.mark.parametrize(
    "judge",
    [["unzip", "-t"], ["7z", "t"], ["zip", "-T"], ["zipinfo", "-v"], [sys.executable, "-m", "zipfile", "-t"]],
    ids=["unzip", "7z", "zip", "zipinfo", "python"],
)
def test_other_programs_agree(judge: list[str], tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(archive(*SAMPLE))
    sane = subprocess.run([*judge, str(path)], check=False, capture_output=True, text=True)
    path.write_bytes(archive(*SAMPLE).replace(b"read", b"reed", 1)[:-4])
    broken = subprocess.run([*judge, str(path)], check=False, capture_output=True, text=True)

    assert sane.returncode == 0, sane.stdout + sane.stderr
    assert "warning" not in (sane.stdout + sane.stderr).lower()
    assert broken.returncode != 0 or "Traceback" in broken.stderr


def test_a_reader_that_never_seeks_can_unpack() -> None:
    for step in (packed("a.txt", b"hello", small=True), copied("a.txt", [block(b"hel"), block(b"lo")])):
        assert subprocess.run(["funzip"], input=archive(step), check=True, capture_output=True).stdout == b"hello"


def test_same_members_same_bytes() -> None:
    assert archive(*SAMPLE) == archive(*SAMPLE)


def test_the_time_is_the_one_given_and_members_are_ordinary_files() -> None:
    with zipfile.ZipFile(io.BytesIO(archive(*SAMPLE))) as file:
        infos = file.infolist()

    assert {info.date_time for info in infos} == {(2026, 11, 22, 10, 31, 8)}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_small_archives_need_no_program_that_knows_zip64() -> None:
    data = archive(packed("index.html", b"x", small=True), copied("a.json", [block(b"{}")]))

    assert b"PK\6\6" not in data
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {info.extract_version for info in file.infolist()} == {20}


def test_parts_of_the_vault_become_members_without_compressing_again() -> None:
    sink, part = io.BytesIO(), UUID(int=7)
    with PartWriter(sink, bytes(32), part, Kind.JSON) as writer:
        for number in range(50):
            writer.write(b'{"n":%d,"t":"%s"}\n' % (number, b"x" * 90_000), 1)
    reader = PartReader(sink, bytes(32), part, writer.index)
    data = archive(lambda made: made.copy("a.json", reader.blocks(), reader.facts(), header=reader.header, footer=reader.footer))

    assert len(writer.index.frames) > 4
    assert opened(data)["a.json"] == reader.header + b"".join(reader.plain()) + reader.footer
    assert all(one.deflated in data for one in reader.blocks())


def test_a_member_of_more_than_four_gigabytes_is_read_by_others(tmp_path: Path) -> None:
    path, zeros = tmp_path / "big.zip", block(bytes(8 << 20), 9)
    path.write_bytes(archive(copied("big.bin", [zeros] * 513), packed("after.txt", b"here")))
    tested = subprocess.run(["7z", "t", str(path)], check=False, capture_output=True, text=True)

    assert tested.returncode == 0, tested.stdout
    assert path.stat().st_size < 40_000_000
    with zipfile.ZipFile(path) as file:
        assert file.getinfo("big.bin").file_size == 513 * (8 << 20) > 4 * GIB
        assert file.read("after.txt") == b"here"


def test_more_than_four_gigabytes_stored_push_what_follows_beyond_the_old_limit() -> None:
    stored = block(bytes(16 << 20), 0)
    made = Archive(MADE_AT)
    steps = (copied("big.bin", [stored] * 257), packed("after.txt", b"here", small=True), Archive.close)
    with zipfile.ZipFile(Virtual(data for step in steps for data in step(made))) as file:
        big, after = file.infolist()

        assert (big.file_size, big.compress_size) == (257 * (16 << 20), 257 * len(stored.deflated) + 2)
        assert after.header_offset > 4 * GIB
        assert file.read("after.txt") == b"here"
        with file.open("big.bin") as member:
            assert member.read(100) == bytes(100)


def test_more_than_65535_members(tmp_path: Path) -> None:
    path, one = tmp_path / "many.zip", block(b"x")
    path.write_bytes(archive(*(copied(f"files/a/b-{number}.txt", [one]) for number in range(65_600))))
    tested = subprocess.run(["unzip", "-tq", str(path)], check=False, capture_output=True, text=True)

    assert tested.returncode == 0, tested.stdout
    with zipfile.ZipFile(path) as file:
        assert len(file.namelist()) == 65_600
        assert file.read("files/a/b-65599.txt") == b"x"


def test_a_streamed_member_of_unknown_size_has_room_for_more_than_four_gigabytes() -> None:
    data = archive(packed("a.txt", bytes(1000)))

    assert struct.unpack_from("<I", data, 18)[0] == 0xFFFFFFFF
    assert struct.unpack_from("<4sIQQ", data, data.index(b"PK\7\x08"))[3] == 1000


def test_a_long_member_goes_out_while_it_comes_in() -> None:
    random = Random(7)
    read: list[int] = []

    def content() -> Iterator[bytes]:
        for number in range(20):
            read.append(number)
            yield random.randbytes(100_000)

    sent = [(len(data), len(read)) for data in Archive(MADE_AT).pack("a.bin", content())]

    assert max(size for size, _ in sent) < 300_000
    assert len([size for size, known in sent if known < 20 and size > 10_000]) > 10


def test_a_broken_promise_to_stay_small_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.bundle.zip64.LIMIT", 1000)

    with pytest.raises(TooBig):
        archive(packed("a.txt", bytes(1001), small=True))


@pytest.mark.parametrize("wrong", [(1, 3, 5), (zlib.crc32(b"abc"), 4, 5), (zlib.crc32(b"abc"), 3, 99)])
def test_blocks_that_differ_from_their_facts_are_noticed(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(NotAsAnnounced):
        archive(lambda made: made.copy("a.json", [block(b"abc")], [wrong]))


def test_two_members_never_share_a_name() -> None:
    with pytest.raises(ValueError, match="one name"):
        archive(packed("a.txt"), packed("a.txt"))


@pytest.mark.threat("5.01")
@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_could_harm_are_refused(name: str) -> None:
    with pytest.raises(UnsafeName):
        archive(packed(name))


@pytest.mark.threat("5.01")
@given(st.lists(st.text(max_size=90) | st.sampled_from(HOSTILE), max_size=20, unique=True))
def test_whatever_a_source_calls_things_their_stems_are_safe_and_differ(names: list[str]) -> None:
    given_stems = stems(names)

    assert len({stem.lower() for stem in given_stems.values()}) == len(names)
    for stem in given_stems.values():
        safe(f"data/{stem}/{stem}.schema.json")


def test_what_a_browser_might_run_gets_an_ending_that_does_nothing() -> None:
    assert [ending(kind) for kind in ("text/html", "image/svg+xml", "application/x-msdownload", "", "../x")] == ["bin"] * 5
    assert [ending(kind) for kind in ("application/pdf", "IMAGE/JPEG; q=1", "audio/mpeg")] == ["pdf", "jpg", "mp3"]

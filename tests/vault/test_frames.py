import csv
import hashlib
import io
import json
import zlib
from dataclasses import replace
from itertools import accumulate
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.vault.frames import FRAME_BYTES, Frame, PartIndex, PartReader, PartWriter, Unreadable
from requests_app.vault.rows import Kind, NotWholeRecords, csv_header, split

KEY = bytes(range(32))
PART = UUID("5f0c2f8e-1f5b-4b5e-9a58-0d3f3c1e7a11")
OTHER = UUID("5f0c2f8e-1f5b-4b5e-9a58-0d3f3c1e7a12")

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
records = st.lists(st.dictionaries(words, st.none() | st.integers() | words, max_size=4), max_size=50)
tables = st.lists(st.lists(words, min_size=2, max_size=2), max_size=50)


def lines(rows: list[dict[str, object]]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows]


def csv_rows(rows: list[list[str]]) -> list[bytes]:
    return [(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n").encode() for row in rows]


def written(
    texts: list[bytes], kind: Kind = Kind.JSON, *, batch: int = 7, header: bytes = b"", level: int = 1
) -> tuple[io.BytesIO, PartIndex]:
    sink = io.BytesIO()
    with PartWriter(sink, KEY, PART, kind, header=header, level=level) as writer:
        for at in range(0, len(texts), batch):
            group = texts[at : at + batch]
            writer.write(b"".join(group), 0 if kind is Kind.FILE else len(group))
    return sink, writer.index


def read(sink: io.BytesIO, index: PartIndex) -> PartReader:
    return PartReader(sink, KEY, PART, index)


def file_of(reader: PartReader) -> bytes:
    return reader.header + b"".join(reader.plain()) + reader.footer


def big(count: int, size: int) -> list[bytes]:
    return lines([{"n": number, "text": chr(97 + number % 26) * size} for number in range(count)])


@given(records)
def test_a_json_part_is_a_json_array_of_what_was_written(rows: list[dict[str, object]]) -> None:
    assert json.loads(file_of(read(*written(lines(rows))))) == rows


@given(tables)
def test_a_csv_part_with_line_feeds_and_quotes_in_its_cells_reads_back(rows: list[list[str]]) -> None:
    header = csv_header(["one", "two"])
    reader = read(*written(csv_rows(rows), Kind.CSV, header=header))

    assert file_of(reader) == header + b"".join(csv_rows(rows))
    assert [record + b"\n" for record in reader.records(0, len(rows))] == csv_rows(rows)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_a_file_comes_back_byte_for_byte(chunks: list[bytes]) -> None:
    assert file_of(read(*written(chunks, Kind.FILE))) == b"".join(chunks)


@given(records, st.integers(0, 60), st.integers(0, 60))
def test_any_page_is_what_a_list_would_give(rows: list[dict[str, object]], first: int, count: int) -> None:
    page = [json.loads(record) for record in read(*written(lines(rows))).records(first, count)]

    assert page == rows[first : first + count]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from([10, 1000, FRAME_BYTES - 40, FRAME_BYTES, 3 * FRAME_BYTES]), min_size=1, max_size=6), st.integers(1, 6)
)
def test_records_longer_than_a_frame_are_cut_and_joined_again(sizes: list[int], batch: int) -> None:
    rows: list[dict[str, object]] = [{"n": number, "text": "x" * size} for number, size in enumerate(sizes)]
    reader = read(*written(lines(rows), batch=batch))

    assert json.loads(file_of(reader)) == rows
    assert max(frame.length for frame in reader.index.frames) <= FRAME_BYTES
    for number, row in enumerate(rows):
        assert [json.loads(record) for record in reader.records(number, 1)] == [row]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from([10, 1000, FRAME_BYTES // 2, FRAME_BYTES, 2 * FRAME_BYTES]), min_size=1, max_size=5), st.integers(1, 5)
)
def test_long_cells_full_of_line_feeds_are_cut_and_joined_again(sizes: list[int], batch: int) -> None:
    rows = csv_rows([[str(number), ("a" * 60 + '\n"\n') * (size // 63)] for number, size in enumerate(sizes)])
    reader = read(*written(rows, Kind.CSV, batch=batch))

    assert file_of(reader) == b"".join(rows)
    assert max(frame.length for frame in reader.index.frames) <= FRAME_BYTES
    assert [next(reader.records(number, 1)) + b"\n" for number in range(len(rows))] == rows


def test_a_batch_of_more_short_records_than_a_frame_has_bytes_is_cut_in_frames() -> None:
    count = FRAME_BYTES
    sink = io.BytesIO()
    with PartWriter(sink, KEY, PART) as writer:
        writer.write(b"{}\n" * count, count)

    assert max(frame.length for frame in writer.index.frames) <= FRAME_BYTES
    assert len(json.loads(file_of(read(sink, writer.index)))) == count


def test_a_page_is_read_without_the_rest() -> None:
    sink, index = written(big(3000, 2000), batch=100)
    seen: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.append(size or 0)
            return super().read(size)

    reader = PartReader(Watched(sink.getvalue()), KEY, PART, index)
    seen.clear()
    page = [json.loads(record)["n"] for record in reader.records(1500, 10)]

    assert page == list(range(1500, 1510))
    assert len(index.frames) > 5
    assert len(seen) <= 2


def test_every_block_inflates_alone_and_all_together_are_one_deflate_stream() -> None:
    reader = read(*written(big(600, 5000), batch=50))
    blocks = list(reader.blocks())
    plains = [zlib.decompressobj(-15).decompress(block.deflated) for block in blocks]

    assert len(blocks) > 2
    assert [zlib.crc32(plain) for plain in plains] == [block.crc for block in blocks]
    assert [len(plain) for plain in plains] == [block.length for block in blocks]
    joined = b"".join(block.deflated for block in blocks) + b"\x03\x00"
    assert zlib.decompress(joined, -15) == b"".join(plains) == b"".join(reader.plain())
    assert list(reader.facts()) == [(block.crc, block.length, len(block.deflated)) for block in blocks]


def test_size_and_digest_are_those_of_the_whole_file() -> None:
    for kind, header in ((Kind.JSON, b""), (Kind.CSV, csv_header(["a"])), (Kind.FILE, b"")):
        reader = read(*written([b'"x"\n', b'"y"\n'], kind, header=header))
        whole = file_of(reader)

        assert reader.sha256 == hashlib.sha256(whole).hexdigest()
        assert reader.size == len(whole)


@pytest.mark.parametrize(
    "start", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES - 1, 3 * FRAME_BYTES, 5 * FRAME_BYTES]
)
def test_a_download_goes_on_where_it_stopped(start: int) -> None:
    data = bytes(range(256)) * (3 * FRAME_BYTES // 256)
    reader = read(*written([data], Kind.FILE, level=0))

    assert b"".join(reader.plain(start)) == data[start:]


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_part_is_an_answer_too(kind: Kind) -> None:
    reader = read(*written([], kind))

    assert b"".join(reader.plain()) == b""
    assert reader.index.records == 0
    assert not list(reader.records(0, 10))
    assert file_of(reader) == {Kind.JSON: b"[\n\n]\n"}.get(kind, b"")


def test_the_index_survives_json() -> None:
    sink, index = written(big(300, 8000))
    again = PartIndex.from_json(json.loads(json.dumps(index.as_json())))

    assert again == index
    assert again.records == 300
    assert again.offsets[-1] == len(sink.getvalue())
    assert again.firsts == tuple(accumulate((frame.records for frame in index.frames[:-1]), initial=0))
    assert len(list(read(sink, again).records(0, 300))) == 300


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"version": 2, "kind": "json", "frames": [], "seal": ""},
        {"version": 1, "kind": "xml", "frames": [], "seal": ""},
        {"version": 1, "kind": "json", "frames": [[1, 2]], "seal": ""},
        {"version": 1, "kind": "json", "frames": [["a", 2, 3]], "seal": ""},
        {"version": 1, "kind": "json", "frames": 7, "seal": ""},
        {"version": 1, "kind": "json", "frames": [], "seal": "%"},
    ],
)
def test_what_is_no_index_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        PartIndex.from_json(value)


def test_a_part_without_frames_is_refused() -> None:
    sink, index = written(big(1, 1))

    with pytest.raises(Unreadable):
        read(sink, replace(index, frames=()))


@settings(max_examples=200)
@given(st.data())
def test_one_changed_bit_anywhere_makes_the_part_unreadable(data: st.DataObject) -> None:
    sink, index = written(lines([{"n": 1}, {"n": 2}]))
    stored = bytearray(sink.getvalue())
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unreadable):
        list(read(io.BytesIO(stored), index).plain())


@settings(max_examples=50)
@given(st.integers(0, 1_000))
def test_a_shortened_file_is_unreadable(kept: int) -> None:
    sink, index = written(lines([{"n": number} for number in range(100)]))
    stored = sink.getvalue()

    with pytest.raises(Unreadable):
        list(read(io.BytesIO(stored[: min(kept, len(stored) - 1)]), index).blocks())


def test_frames_cannot_change_places() -> None:
    sink, index = written([b"a" * FRAME_BYTES, b"b" * FRAME_BYTES, b"c"], Kind.FILE, level=0)
    start, second, third, _ = index.offsets
    stored = sink.getvalue()
    swapped = stored[:start] + stored[second:third] + stored[start:second] + stored[third:]

    assert len(swapped) == len(stored)
    with pytest.raises(Unreadable):
        next(read(io.BytesIO(swapped), index).blocks())


def test_an_index_that_forgets_the_last_frame_is_refused() -> None:
    sink, index = written([b"a" * FRAME_BYTES, b"b"], Kind.FILE)

    with pytest.raises(Unreadable):
        read(sink, replace(index, frames=index.frames[:-1]))


def test_an_index_that_lies_about_counts_or_kind_is_refused() -> None:
    sink, index = written(big(3, 10))
    (frame,) = index.frames

    for lie in (replace(index, frames=(Frame(2, frame.stored, frame.length),)), replace(index, kind=Kind.CSV)):
        with pytest.raises(Unreadable):
            read(sink, lie)


def test_a_part_opens_under_its_own_name_and_key_only() -> None:
    sink, index = written(big(1, 1))

    with pytest.raises(Unreadable):
        PartReader(sink, KEY, OTHER, index)
    with pytest.raises(Unreadable):
        PartReader(sink, bytes(32), PART, index)
    with pytest.raises(ValueError, match="32 bytes"):
        PartReader(sink, b"short", PART, index)


def test_a_file_of_an_earlier_try_does_not_fit_a_later_index() -> None:
    first, _ = written(big(2, 50))
    _, index = written(big(2, 50))

    with pytest.raises(Unreadable):
        read(first, index)


def test_a_writer_that_sealed_nonsense_is_found_out() -> None:
    def spoil(writer: PartWriter, deflated: bytes, crc: int) -> None:
        cipher, text = writer._cipher, b"abc"
        writer._sink.write(cipher.encrypt(bytes(12), deflated, PART.bytes + bytes(8) + b"\0"))
        writer._frames.append(Frame(0, len(deflated) + 16, len(text)))
        writer._crcs.append(crc)

    for deflated, crc in (
        (b"\xff\xff", 0),
        (zlib.compress(b"abc", wbits=-15), 0),
        (zlib.compress(b"abcd", wbits=-15), zlib.crc32(b"abc")),
    ):
        sink = io.BytesIO()
        with PartWriter(sink, KEY, PART, Kind.FILE) as writer:
            spoil(writer, deflated, crc)

        with pytest.raises(Unreadable):
            list(read(sink, writer.index).plain())


def test_two_parts_of_the_same_text_share_no_byte_of_cipher_text() -> None:
    (first, index), (second, _) = written(big(9, 90)), written(big(9, 90))
    start = index.offsets[0]

    assert first.getvalue()[start:] != second.getvalue()[start:]


def test_neither_file_nor_index_tells_the_content() -> None:
    canary = b"canary-7f3a91"
    sink, index = written([b'{"name":"' + canary + b'"}\n'], level=0)

    assert canary not in sink.getvalue()
    assert canary not in index.seal
    assert b"".join(read(sink, index).plain()).count(canary) == 1


def test_the_stored_form_is_the_documented_one() -> None:
    """Read a part by hand: a change of the format must be noticed, for stored parts outlive a release."""
    sink, index = written([b'{"a":1}\n', b'{"b":2}\n'])
    stored = sink.getvalue()
    key = HKDF(SHA256(), 32, stored[8:40], b"vault part 1" + PART.bytes).derive(KEY)
    deflated = AESGCM(key).decrypt(bytes(12), stored[40:], PART.bytes + bytes(8) + b"\x01")

    assert stored[:8] == b"VAULT\0\0\x01"
    assert zlib.decompressobj(-15).decompress(deflated) == b'{"a":1},\n{"b":2}'
    assert deflated.endswith(b"\0\0\xff\xff")
    assert index.as_json()["frames"] == [[2, len(deflated) + 16, 16]]


@pytest.mark.parametrize(("text", "count"), [(b'{"a":1}', 1), (b'{"a":1}\n', 2), (b'{"a":1}\n{}\n', 1), (b"", 1)])
def test_half_records_and_wrong_counts_are_refused(text: bytes, count: int) -> None:
    with PartWriter(io.BytesIO(), KEY, PART) as writer, pytest.raises(NotWholeRecords):
        writer.write(text, count)


@pytest.mark.parametrize("count", [1, 3])
def test_wrong_counts_of_rows_are_refused_when_a_batch_is_cut(count: int) -> None:
    rows = csv_rows([["a\nb" * FRAME_BYTES, "c"], ["d", "e"]])

    with PartWriter(io.BytesIO(), KEY, PART, Kind.CSV) as writer, pytest.raises(NotWholeRecords):
        writer.write(b"".join(rows), count)


def test_an_open_quote_is_refused_when_a_batch_is_cut() -> None:
    with PartWriter(io.BytesIO(), KEY, PART, Kind.CSV) as writer, pytest.raises(NotWholeRecords):
        writer.write(b'"' + b"a\n" * FRAME_BYTES, 1)


def test_a_writer_that_failed_has_no_index() -> None:
    writer = PartWriter(io.BytesIO(), KEY, PART)

    with pytest.raises(RuntimeError), writer:
        raise RuntimeError
    assert not hasattr(writer, "index")


def test_rows_are_told_apart_to_the_last_one() -> None:
    assert list(split(Kind.CSV, [b'"a\n', b'b"\n\n', b'"c"\n'])) == [b'"a\nb"', b"", b'"c"']
    assert list(split(Kind.JSON, [b'{"a":1},\n{"b"', b":2}"])) == [b'{"a":1}', b'{"b":2}']


def test_the_header_of_a_table_is_quoted_and_guarded() -> None:
    header = csv_header(["id", 'a "b"', "=cmd", " +x", "\t", "naïve", "＝x"])

    assert header == '"id","a ""b""","\'=cmd","\' +x","\'\t","naïve","\'＝x"\n'.encode()
    assert next(csv.reader(io.StringIO(header.decode(), newline="")))[0] == "id"

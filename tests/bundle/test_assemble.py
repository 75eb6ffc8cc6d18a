import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.utils import translation

from requests_app.bundle.assemble import assemble
from requests_app.bundle.material import CollectionPart, FilePart, Material, NotThisPart, Opener, SystemPart
from requests_app.bundle.names import safe
from requests_app.vault.frames import PartReader, PartWriter, Unreadable
from requests_app.vault.rows import Kind
from tests.bundle.conftest import ORDERS, ROWS, a_collection, a_field, a_part, a_system, as_line, held

Unpack = Callable[[Material], Path]


def members(material: Material) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(assemble(material)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest(material: Material) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(members(material)["manifest.json"])
    return value


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, check=False, capture_output=True, text=True)


def with_orders(material: Material, part: CollectionPart) -> Material:
    return replace(material, systems=(a_system("orders", part),))


def test_a_bundle_has_this_layout(material: Material) -> None:
    assert list(members(material)) == [
        "index.html",
        "information.html",
        "README.txt",
        "data/orders/orders.json",
        "data/orders/orders.csv",
        "schemas/orders/orders.schema.json",
        "context/orders/orders.jsonld",
        "data/orders/warranties.json",
        "data/orders/warranties.csv",
        "files/orders/warranties-1.pdf",
        "schemas/orders/warranties.schema.json",
        "context/orders/warranties.jsonld",
        "public-key.pem",
        "check.py",
        "manifest.json",
        "manifest.json.sig",
    ]


def test_every_record_comes_back_in_both_forms(material: Material) -> None:
    got = members(material)
    rows = list(csv.reader(io.StringIO(got["data/orders/orders.csv"].decode(), newline="")))

    assert json.loads(got["data/orders/orders.json"]) == ROWS
    assert rows[0] == [field.name for field in ORDERS.fields]
    assert [row[1] for row in rows[1:]] == ["OJ-1", "OJ-2"]
    assert got["files/orders/warranties-1.pdf"] == b"%PDF-1.4 scan"


def test_same_material_same_bytes(material: Material) -> None:
    assert b"".join(assemble(material)) == b"".join(assemble(material))


def test_the_schema_names_every_field_and_its_type(material: Material) -> None:
    schema = json.loads(members(material)["schemas/orders/orders.schema.json"])

    assert list(schema["items"]["properties"]) == list(ROWS[0]) == schema["items"]["required"]
    assert schema["items"]["properties"]["total"]["type"] == ["number", "null"]
    assert schema["title"] == "Your orders"


def test_the_schema_says_nothing_about_what_the_description_leaves_open(material: Material) -> None:
    part = held(a_collection("notes", a_field("a", "", categories=())), [{"a": 1}])
    schema = json.loads(members(with_orders(material, part))["schemas/orders/notes.schema.json"])

    assert schema["items"]["properties"]["a"] == {"title": "A"}


def test_records_that_are_files_alone_have_no_tables(material: Material) -> None:
    call = FilePart(0, "recording", "call", "audio/wav", a_part(Kind.FILE, [b"RIFF"]))
    got = members(with_orders(material, CollectionPart(a_collection("calls", a_field("recording")), 1, files=(call,))))

    assert [name for name in got if "calls" in name] == ["files/orders/calls-1.wav"]


def test_the_manifest_lists_every_member_with_digest_size_and_records(material: Material) -> None:
    got = members(material)
    listed = {member["name"]: member for member in json.loads(got["manifest.json"])["members"]}

    assert set(listed) == set(got) - {"manifest.json", "manifest.json.sig"}
    for name, member in listed.items():
        assert member["sha256"] == hashlib.sha256(got[name]).hexdigest()
        assert member["size"] == len(got[name])
    assert listed["data/orders/orders.csv"]["records"] == 2
    assert "records" not in listed["index.html"]


@pytest.mark.promise("J3")
def test_the_manifest_tells_whose_it_is_what_was_searched_and_what_was_withheld(material: Material) -> None:
    told = manifest(material)
    orders, marketing = told["searched"]

    assert (told["reference"], told["subject"], told["complete"], told["records"]) == ("DSR-7K4M-92", "5b" * 32, True, 3)
    assert [(part["collection"], part["records"], part["files"]) for part in orders["collections"]] == [
        ("orders", 2, 0),
        ("warranties", 1, 1),
        ("wishes", 0, 0),
    ]
    assert marketing["records"] == 0
    assert orders["description_sha256"] == "d1" * 32
    assert told["withheld"] == [
        {"system": "orders", "collection": "orders", "fields": ["recipient_name"], "why": "These fields are about other people."}
    ]


def test_the_manifest_tells_what_was_not_searched_and_why(partial: Material) -> None:
    told = manifest(partial)

    assert told["complete"] is False
    assert [system["system"] for system in told["searched"]] == ["orders"]
    assert told["not_searched"] == [
        {
            "system": "marketing",
            "title": "Marketing",
            "code": "unreachable",
            "why": "This system could not be reached. The server moves.",
        }
    ]


def test_a_copy_can_be_checked_without_us(material: Material, unpacked: Unpack) -> None:
    done = checked(unpacked(material))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("GOOD: 14 files")


def changed(folder: Path) -> None:
    with (folder / "data/orders/orders.csv").open("ab") as file:
        file.write(b" ")


def lost(folder: Path) -> None:
    (folder / "files/orders/warranties-1.pdf").unlink()


def added(folder: Path) -> None:
    (folder / "data/orders/more.json").write_text("[]")


def forged(folder: Path) -> None:
    listed = folder / "manifest.json"
    listed.write_text(listed.read_text().replace("DSR-7K4M-92", "DSR-7K4M-93"))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (changed, "changed: data/orders/orders.csv"),
        (lost, "missing: files/orders/warranties-1.pdf"),
        (added, "not ours: data/orders/more.json"),
        (forged, "manifest.json is not what was signed"),
    ],
)
def test_a_copy_that_was_touched_is_found_out(
    material: Material, unpacked: Unpack, harm: Callable[[Path], None], said: str
) -> None:
    folder = unpacked(material)
    harm(folder)
    done = checked(folder)

    assert done.returncode == 1
    assert said in done.stderr


def test_openssl_agrees_about_the_signature(material: Material, unpacked: Unpack) -> None:
    folder = unpacked(material)
    command = next(line for line in (folder / "README.txt").read_text().splitlines() if line.startswith("  openssl")).split()
    assert shutil.which("openssl")

    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0
    forged(folder)
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode != 0


def test_the_readme_tells_how_to_get_the_exact_text_of_a_cell_and_the_fingerprint(material: Material) -> None:
    readme = members(material)["README.txt"].decode()

    assert "take away one '" in " ".join(readme.split())
    assert "9f2d" not in readme
    assert (
        len([line for line in readme.splitlines() if len(line.split()) == 16 and all(len(word) == 4 for word in line.split())]) == 1
    )
    assert all(len(line) <= 120 for line in readme.splitlines())


@pytest.mark.threat("5.05")
def test_a_part_that_is_not_the_announced_one_stops_the_build(material: Material) -> None:
    json_part, csv_part = a_part(Kind.JSON, [b"{}\n"]), a_part(Kind.CSV, [b'"x"\n'])
    info = a_collection("orders", a_field("id"))

    for part in (CollectionPart(info, 2, json_part), CollectionPart(info, 1, csv_part), CollectionPart(info, 1, None, json_part)):
        with pytest.raises(NotThisPart):
            b"".join(assemble(with_orders(material, part)))


@pytest.mark.threat("5.05")
def test_a_part_under_another_requests_key_stops_the_build(material: Material) -> None:
    sink, name = io.BytesIO(), uuid4()
    with PartWriter(sink, bytes(32), name) as writer:
        writer.write(as_line({"id": "canary"}), 1)

    @contextmanager
    def opened() -> Iterator[PartReader]:
        yield PartReader(sink, bytes(range(32)), name, writer.index)

    with pytest.raises(Unreadable):
        b"".join(assemble(with_orders(material, CollectionPart(a_collection("orders", a_field("id")), 1, opened))))


@pytest.mark.threat("5.01")
def test_names_of_systems_collections_and_files_never_become_paths(material: Material) -> None:
    evil = ["../../etc/passwd", "C:\\x", "con", "CON", "a\0b", "\u202egnp", "ünï", "", ".", "x" * 300]
    systems = tuple(
        a_system(
            name,
            *(
                held(
                    a_collection(inner, a_field("id")),
                    [{"id": 1}],
                    (FilePart(0, "id", f"../{name}.exe", "text/html", a_part(Kind.FILE, [b"x"])),),
                )
                for inner in evil
            ),
        )
        for name in evil
    )
    names = list(members(replace(material, systems=systems)))

    assert len(names) == 7 + len(evil) ** 2 * 5
    assert len({name.lower() for name in names}) == len(names)
    assert [safe(name) for name in names] == names
    assert not any("passwd.exe" in name or (name.endswith(".html") and name.startswith("files")) for name in names)


def test_parts_are_open_one_at_a_time(material: Material) -> None:
    seen, now_open = [0], [0]

    def counted(opener: Opener) -> Opener:
        @contextmanager
        def opened() -> Iterator[PartReader]:
            now_open[0] += 1
            seen[0] = max(seen[0], now_open[0])
            with opener() as reader:
                yield reader
            now_open[0] -= 1

        return opened

    part = held(ORDERS, ROWS)
    files = tuple(FilePart(0, "note", "x", "text/plain", counted(a_part(Kind.FILE, [b"x"]))) for _ in range(20))
    assert part.json
    assert part.csv
    watched = replace(part, json=counted(part.json), csv=counted(part.csv), files=files)

    assert len(members(with_orders(material, watched))) == 7 + 4 + 20
    assert (seen, now_open) == ([1], [0])


def test_the_language_of_the_caller_stays_as_it_is_between_pieces(material: Material) -> None:
    with translation.override("en"):
        languages = {translation.get_language() for _ in assemble(replace(material, language="fr"))}

    assert languages == {"en"}


def test_words_of_the_description_are_in_the_customers_language(material: Material) -> None:
    got = members(replace(material, language="fr"))

    assert "Vos orders" in got["index.html"].decode()
    assert json.loads(got["schemas/orders/orders.schema.json"])["title"] == "Vos orders"
    assert b'lang="fr"' in got["index.html"]


def long_part(folder: Path, count: int) -> SystemPart:
    path, name = folder / f"{count}.part", uuid4()
    with path.open("wb") as sink, PartWriter(sink, bytes(32), name) as writer:
        for first in range(0, count, 500):
            rows = b"".join(
                as_line({"id": number, "note": f"note {number} " * 20}) for number in range(first, min(first + 500, count))
            )
            writer.write(rows, rows.count(b"\n"))

    @contextmanager
    def opened() -> Iterator[PartReader]:
        with path.open("rb") as source:
            yield PartReader(source, bytes(32), name, writer.index)

    return a_system("orders", CollectionPart(a_collection("orders", a_field("id", "integer"), a_field("note")), count, opened))


def test_memory_does_not_grow_with_the_records(material: Material, tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 2_000, 100_000):  # the first one fills the caches
        systems = (long_part(tmp_path, count),)
        tracemalloc.start()
        with tempfile.TemporaryFile() as out:
            for piece in assemble(replace(material, systems=systems)):
                out.write(piece)
            assert out.tell() > count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert (tmp_path / "100000.part").stat().st_size > 500_000
    assert peaks[2] < peaks[1] * 1.2 + 1_000_000

"""Files come along with their records, whole, and never from outside their folder."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from requests_app.connectors.base import Attachment, Batch, Misconfigured, MissingFile
from requests_app.connectors.sql.files import opened
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, ours, refer, roots

ANN = known_by("ann@mail.example")
BINARY = {"postgresql": "bytea", "mysql": "longblob", "sqlite": "BLOB"}


@pytest.fixture
def papers(shop: Shop, tmp_path: Path) -> Shop:
    """A shop whose repairs hold photographs and name scans."""
    shop.files = tmp_path / "files"
    (shop.files / "scans").mkdir(parents=True)
    shop.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50))",
        "INSERT INTO customers VALUES (1, 'ann@mail.example'), (2, 'bob@mail.example')",
        f"CREATE TABLE repairs (id int PRIMARY KEY, customer_id int, scan varchar(200), photo {BINARY[shop.backend]})",
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        repairs={
            "id": KEY,
            "customer_id": refer("customers.id"),
            "scan": ours(file={"media_type": "application/pdf"}),
            "photo": ours(file={"media_type": "image/png"}),
        },
    )
    return shop


def repairs(shop: Shop, *rows: tuple[int, int, str | None, bytes | None]) -> None:
    mark = {"sqlite": "?"}.get(shop.backend, "%s")
    with shop.connected() as connection:
        for row in rows:
            connection.exec_driver_sql(f"INSERT INTO repairs VALUES ({mark}, {mark}, {mark}, {mark})", row)


def keep(shop: Shop, path: str, content: bytes) -> None:
    assert shop.files
    (shop.files / path).write_bytes(content)


@pytest.mark.promise("C4")
def test_files_come_with_the_number_of_their_record(papers: Shop) -> None:
    keep(papers, "scans/a.pdf", b"%PDF a")
    keep(papers, "b.pdf", b"")
    keep(papers, "scans/bob.pdf", b"Canary")
    repairs(
        papers,
        (10, 1, None, None),
        (11, 1, "scans/a.pdf", b"\x89PNG\0"),
        (12, 2, "scans/bob.pdf", b"Canary"),
        (13, 1, "", b""),
        (14, 1, "b.pdf", b"second"),
    )

    found = papers.find(ANN, roots(1))

    assert found.files == [
        ("repairs", 1, "scan", "a.pdf", "application/pdf", b"%PDF a"),
        ("repairs", 3, "scan", "b.pdf", "application/pdf", b""),
        ("repairs", 1, "photo", "photo.png", "image/png", b"\x89PNG\0"),
        ("repairs", 2, "photo", "photo.png", "image/png", b""),
        ("repairs", 3, "photo", "photo.png", "image/png", b"second"),
    ]
    cells = [(record["scan"], record["photo"]) for record in found.records["repairs"]]
    assert cells == [(None, None), ("scans/a.pdf", "photo.png"), ("", "photo.png"), ("b.pdf", "photo.png")]


def test_contents_of_any_size_and_number_are_streamed(papers: Shop) -> None:
    contents = {
        number: os.urandom(size) for number, size in enumerate([7_000_001, 0, 2_000_000, 300_000, 2_097_152, 1] + [50] * 1200)
    }
    repairs(papers, *((number, 1, None, content) for number, content in contents.items()))

    sizes, digests = [], []
    for item in SQL.find(papers.config, ANN, roots(1)):
        if isinstance(item, Attachment):
            chunks = list(item.chunks)
            sizes.append(max(map(len, chunks), default=0))
            digests.append((item.record, sha256(b"".join(chunks)).digest()))

    assert digests == [(number, sha256(content).digest()) for number, content in contents.items()]
    assert max(sizes) <= 2 * 1024 * 1024


NOWHERE = ("missing.pdf", "scans", "scans/missing/a.pdf", "scans//a.pdf", "./scans/a.pdf", "pipe", "a\tb")
OUTSIDE = ("/etc/hostname", "../outside.pdf", "scans/../../outside.pdf", "link.pdf", "links/outside.pdf")


@pytest.mark.parametrize("path", [*NOWHERE, *OUTSIDE])
def test_a_path_that_leads_nowhere_or_out_is_a_fault_of_its_own(papers: Shop, path: str, tmp_path: Path) -> None:
    assert papers.files
    (tmp_path / "outside.pdf").write_bytes(b"Canary")
    keep(papers, "scans/a.pdf", b"%PDF")
    (papers.files / "link.pdf").symlink_to(tmp_path / "outside.pdf")
    (papers.files / "links").symlink_to(tmp_path)
    os.mkfifo(papers.files / "pipe")
    repairs(papers, (10, 1, path, None))

    with pytest.raises(MissingFile) as caught:
        papers.find(ANN, roots(1))

    assert "repairs.scan" in str(caught.value)
    assert path not in str(caught.value)


def test_files_need_a_folder(papers: Shop, tmp_path: Path) -> None:
    repairs(papers, (10, 1, "a.pdf", None))

    papers.files = tmp_path / "elsewhere"
    assert [problem.code for problem in papers.check() if problem.fatal] == ["no_files"]
    with pytest.raises(MissingFile):
        papers.find(ANN, roots(1))

    papers.files = None
    assert "no_files" in papers.codes()
    with pytest.raises(Misconfigured):
        papers.find(ANN, roots(1))


def test_files_about_others_stay(shop: Shop) -> None:
    shop.run(
        f"CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), scan varchar(50), photo {BINARY[shop.backend]})",
        "INSERT INTO customers VALUES (1, 'ann@mail.example', 'a.pdf', NULL)",
    )
    hidden = ours(file={"media_type": "image/png"}, about="other")
    shop.describe(customers={"id": KEY, "email": EMAIL, "scan": hidden, "photo": hidden})

    assert shop.find(ANN, roots(1)).files == []


def test_an_attachment_that_is_not_read_leaves_no_open_file(papers: Shop) -> None:
    keep(papers, "scans/a.pdf", b"%PDF" * 100_000)
    repairs(papers, *((number, 1, "scans/a.pdf", None) for number in range(50)))
    assert all(isinstance(item, Batch | Attachment) for item in SQL.find(papers.config, ANN, roots(1)))
    before = len(list(Path("/dev/fd").iterdir()))  # with the connection that is kept for the next question

    assert all(isinstance(item, Batch | Attachment) for item in SQL.find(papers.config, ANN, roots(1)))

    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_the_media_type_may_be_guessed(tmp_path: Path, sqlite: Shop) -> None:
    sqlite.files = tmp_path
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    sqlite.run("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, call TEXT)")
    sqlite.run("INSERT INTO customers VALUES (1, 'ann@mail.example', 'a.wav')")
    sqlite.describe(customers={"id": KEY, "email": EMAIL, "call": ours(file={})})

    assert sqlite.find(ANN, roots(1)).files[0][3:5] == ("a.wav", "audio/x-wav")


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "sub").symlink_to(tmp_path)
    (tmp_path / "secret").write_bytes(b"Canary")

    with pytest.raises(OSError, match=r"."):
        opened(tmp_path / "root", "sub/secret")

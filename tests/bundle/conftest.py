"""Material for bundles: a small shop's systems, with parts that lie in memory."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from requests_app.brands.look import stylesheet
from requests_app.bundle.assemble import assemble
from requests_app.bundle.material import Brand, CollectionPart, FilePart, Material, Opener, SystemPart, SystemState
from requests_app.connectors.base import CollectionInfo, FieldInfo, Inventory, Origin, Purpose, Recipient
from requests_app.vault.frames import PartReader, PartWriter
from requests_app.vault.rows import Kind, csv_header

KEY: Final = bytes(range(32))
IDS: Final = UUID(int=1)
MADE_AT: Final = datetime(2026, 11, 22, 10, 31, 8, tzinfo=UTC)
Record = dict[str, Any]


def a_field(name: str, data_type: str = "string", **facts: Any) -> FieldInfo:
    title = facts.pop("title", name.replace("_", " ").capitalize())
    return FieldInfo(name, {"en": title, "fr": f"{title} (fr)"}, facts.pop("categories", ("user.account",)), data_type, **facts)


def a_collection(name: str, *fields: FieldInfo, **facts: Any) -> CollectionInfo:
    said = {
        "title": {"en": f"Your {name}", "fr": f"Vos {name}"},
        "topic": "orders",
        "withheld": (),
        "purposes": (Purpose({"en": "To sell and deliver"}, "contract"),),
        "recipients": (
            Recipient({"en": "Colis Direct"}, "shipping", "FR"),
            Recipient({"en": "Payline"}, "payment", "US", "standard contractual clauses"),
        ),
        "origins": (Origin({"en": "You gave it to us"}),),
        "retention_class": "order",
        "retention": {"en": "Five years"},
    }
    return CollectionInfo(name=name, fields=fields, **said | facts)


def a_part(kind: Kind, texts: Sequence[bytes], *, header: bytes = b"", name: str = "part") -> Opener:
    """Write a part into memory; its opener counts nothing and forgets nothing."""
    sink, part = io.BytesIO(), uuid5(IDS, name)
    with PartWriter(sink, KEY, part, kind, header=header) as writer:
        for text in texts:
            writer.write(text, 0 if kind is Kind.FILE else 1)

    @contextmanager
    def opened() -> Iterator[PartReader]:
        yield PartReader(sink, KEY, part, writer.index)

    return opened


def as_line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def as_row(record: Record) -> bytes:
    cells = ("" if cell is None else f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in record.values())
    return (",".join(cells) + "\n").encode()


def held(info: CollectionInfo, records: Sequence[Record], files: tuple[FilePart, ...] = ()) -> CollectionPart:
    names = [field.name for field in info.fields]
    rows = [{name: record.get(name) for name in names} for record in records]
    return CollectionPart(
        info,
        len(rows),
        a_part(Kind.JSON, [as_line(row) for row in rows]),
        a_part(Kind.CSV, [as_row(row) for row in rows], header=csv_header(names)),
        files,
    )


def a_system(name: str, *parts: CollectionPart, **facts: Any) -> SystemPart:
    inventory = Inventory(name, {"en": name.capitalize(), "fr": f"{name} (fr)"}, tuple(part.info for part in parts), "d1" * 32)
    state = SystemState.SEARCHED if any(part.records for part in parts) else SystemState.NOTHING
    return SystemPart(name, inventory, facts.pop("state", state), parts, answered_at=MADE_AT, **facts)


ORDERS: Final = a_collection(
    "orders",
    a_field("id", "integer", categories=("user.unique_id",)),
    a_field("number"),
    a_field("ordered_at"),
    a_field("total", "float"),
    a_field("gift", "boolean"),
    a_field("note"),
    withheld=(a_field("recipient_name", about="other"),),
)
ROWS: Final[list[Record]] = [
    {"id": 1, "number": "OJ-1", "ordered_at": "2024-06-30T07:22:00+00:00", "total": 1195.5, "gift": True, "note": None},
    {"id": 2, "number": "OJ-2", "ordered_at": "2025-01-02", "total": 20.0, "gift": False, "note": None},
]


@pytest.fixture
def material() -> Material:
    """One person with two orders, one scan, an empty collection and a system that holds nothing."""
    warranties = a_collection("warranties", a_field("id", "integer"), a_field("scan", is_file=True), topic="service")
    scan = FilePart(0, "scan", "my ring.pdf", "application/pdf", a_part(Kind.FILE, [b"%PDF-1.4 scan"], name="scan"))
    wishes = a_collection("wishes", a_field("id", "integer"), topic="preferences")
    systems = (
        a_system("orders", held(ORDERS, ROWS), held(warranties, [{"id": 7, "scan": "ring.pdf"}], (scan,)), held(wishes, [])),
        a_system("marketing", held(a_collection("letters", a_field("id", "integer"), topic="marketing"), [])),
    )
    brand = Brand(
        "o-jewels", "O Jewels", "privacy@o.example", "+33 1 99 00 10 10", "10 rue A\nParis", "https://o.example/privacy",
        "CNIL", "https://www.cnil.fr", stylesheet({"accent": "#7a3b12", "accent_dark": "#f0b184"}), "Europe/Paris",
    )  # fmt: skip
    return Material(
        brand=brand,
        reference="DSR-7K4M-92",
        person=(("name", "Ada Example"), ("email", "ada@example.com")),
        subject="5b" * 32,
        language="en",
        asked_on=date(2026, 11, 20),
        made_at=MADE_AT,
        systems=systems,
        signing_key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
        law="GDPR, Art. 15",
        rights=("erasure", "complaint"),
    )


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[Material], Path]:
    """Assemble a bundle and unpack it as a customer would; return the folder."""

    def unpack(material: Material) -> Path:
        folder = tmp_path / "bundle"
        with ZipFile(io.BytesIO(b"".join(assemble(material)))) as archive:
            archive.extractall(folder)
        return folder

    return unpack


@pytest.fixture
def nothing(material: Material) -> Material:
    empty = tuple(a_system(system.name, *(held(part.info, []) for part in system.collections)) for system in material.systems)
    return replace(material, systems=empty)


@pytest.fixture
def partial(material: Material) -> Material:
    orders, marketing = material.systems
    failed = replace(marketing, state=SystemState.FAILED, collections=(), fault="unreachable", reason="The server moves.")
    return replace(material, systems=(orders, failed))

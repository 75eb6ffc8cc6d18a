"""The judge of a bundle is blind to nothing: each fault planted in a good bundle is found."""

import csv
import io
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from demo.expected import Expected
from demo.verdict import judge

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PLANTED = Expected({"orders": {"orders": (("7",), ("8",)), "items": (("7", "1"),), "calls": ()}}, (sha256(b"scan").hexdigest(),))
CANARIES = ("Somebody Else",)
Records = dict[str, list[dict[str, Any]]]
Members = dict[str, bytes]


def good_records() -> Records:
    return {
        "orders": [{"id": 7, "number": "=7", "total": 1.50, "note": None}, {"id": 8, "number": "'8", "total": 2, "note": "a\nb"}],
        "items": [{"order_id": 7, "line": 1}],
        "calls": [],
    }


def members(records: Records) -> Members:
    made = {"files/orders/1.pdf": b"scan", "index.html": "<p>Vôtre</p>".encode()}
    for name, rows in records.items():
        made[f"data/orders/{name}.json"] = json.dumps(rows).encode()
        made[f"data/orders/{name}.csv"] = sheet(rows)
    return made


def sheet(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(rows[0] if rows else ["id"])
    for row in rows:
        writer.writerow([f"'{value}" if str(value)[:1] in tuple("=+-@'") else value for value in row.values()])
    return out.getvalue().encode()


def manifest(made: Members, records: Records) -> dict[str, Any]:
    counts = {f"data/orders/{name}.{form}": len(rows) for name, rows in records.items() for form in ("json", "csv")}
    listed = [
        {"name": name, "sha256": sha256(content).hexdigest(), "size": len(content)}
        | ({"records": counts[name]} if name in counts else {})
        for name, content in made.items()
    ]
    return {"members": listed, "complete": True, "not_searched": []}


def write(path: Path, made: Members, signed: bytes, signature: bytes) -> Path:
    with ZipFile(path, "w") as bundle:
        for name, content in made.items():
            bundle.writestr(name, content)
        bundle.writestr("manifest.json", signed)
        bundle.writestr("manifest.json.sig", signature)
    return path


def bundle(path: Path, records: Records | None = None, change: Callable[[Members], None] = lambda _: None) -> Path:
    """Write a bundle that is well made around `records`; `change` may add or swap members before it is sealed."""
    rows = good_records() if records is None else records
    made = members(rows) | {"public-key.pem": KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)}
    change(made)
    signed = json.dumps(manifest(made, rows)).encode()
    return write(path, made, signed, KEY.sign(signed))


def wrong(path: Path) -> str:
    return "\n".join(judge(path, PLANTED, CANARIES).wrong)


def test_a_good_bundle_holds(tmp_path: Path) -> None:
    verdict = judge(bundle(tmp_path / "good.zip"), PLANTED, CANARIES)
    assert verdict.wrong == ()
    assert [(line.collection, line.planted, line.came) for line in verdict.lines] == [
        ("orders", 2, 2),
        ("items", 1, 1),
        ("calls", 0, 0),
    ]
    assert verdict.files == 1


def test_a_missing_record_is_found(tmp_path: Path) -> None:
    records = good_records()
    records["orders"].pop()
    assert "orders.orders: 1 missing, such as ('8',)" in wrong(bundle(tmp_path / "b.zip", records))


def test_a_record_of_somebody_else_is_found(tmp_path: Path) -> None:
    records = good_records()
    records["items"].append({"order_id": 9, "line": 1})
    assert "orders.items: 1 that are not this person's" in wrong(bundle(tmp_path / "b.zip", records))


def test_a_record_that_came_twice_is_found(tmp_path: Path) -> None:
    records = good_records()
    records["items"] *= 2
    assert "orders.items: 1 that are not this person's, or twice" in wrong(bundle(tmp_path / "b.zip", records))


def test_a_collection_that_nobody_planted_is_found(tmp_path: Path) -> None:
    records = good_records() | {"secrets": [{"id": 1}]}
    assert "orders.secrets: nobody planted" in wrong(bundle(tmp_path / "b.zip", records))


FAULTS: dict[str, Callable[[Members], Any]] = {
    "files: 1 missing": lambda made: made.pop("files/orders/1.pdf"),
    "files: 1 that are not": lambda made: made.update({"files/orders/2.pdf": b"another"}),
    "index.html: holds words about somebody else": lambda made: made.update({"index.html": b"Somebody Else"}),
    "CSV and JSON differ": lambda made: made.update({"data/orders/items.csv": b"order_id,line\r\n7,2\r\n"}),
    "1 records as JSON, 0 as CSV": lambda made: made.update({"data/orders/items.csv": b"order_id,line\r\n"}),
    "items.csv: 0 records, the manifest says 1": lambda made: made.update({"data/orders/items.csv": b"order_id,line\r\n"}),
    "cannot be read": lambda made: made.update({"data/orders/items.json": b"{"}),
}


@pytest.mark.parametrize("said", FAULTS)
def test_a_fault_sealed_into_a_bundle_is_found(said: str, tmp_path: Path) -> None:
    def change(made: Members) -> None:
        FAULTS[said](made)

    assert said in wrong(bundle(tmp_path / "b.zip", change=change))


TAMPERINGS: dict[str, tuple[str, Callable[[Members], Any]]] = {
    "a changed member": ("not what the manifest says", lambda made: made.update({"index.html": b"<p>Other</p>!"})),
    "a member too many": ("extra.txt: not in the manifest", lambda made: made.update({"extra.txt": b""})),
    "a changed manifest": ("the signature does not fit", lambda made: made.update({"manifest.json": made["manifest.json"] + b" "})),
    "another signature": ("the signature does not fit", lambda made: made.update({"manifest.json.sig": bytes(64)})),
    "a lost member": ("cannot be read", lambda made: made.pop("index.html")),
    "a lost signature": ("cannot be read", lambda made: made.pop("manifest.json.sig")),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_with_a_sealed_bundle_is_found(tampering: str, tmp_path: Path) -> None:
    said, change = TAMPERINGS[tampering]
    with ZipFile(bundle(tmp_path / "good.zip")) as sealed:
        made = {name: sealed.read(name) for name in sealed.namelist()}
    change(made)
    with ZipFile(tmp_path / "bad.zip", "w") as forged:
        for name, content in made.items():
            forged.writestr(name, content)
    assert said in wrong(tmp_path / "bad.zip")


def test_a_bundle_that_owns_up_to_a_gap_does_not_hold(tmp_path: Path) -> None:
    made = members(good_records())
    made["public-key.pem"] = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = json.dumps(manifest(made, good_records()) | {"complete": False}).encode()
    assert "not complete" in wrong(write(tmp_path / "b.zip", made, signed, KEY.sign(signed)))


def test_what_is_no_zip_is_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"<html>please sign in</html>")
    assert "cannot be read" in wrong(tmp_path / "b.zip")

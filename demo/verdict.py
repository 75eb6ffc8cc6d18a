"""Judge a bundle as its receiver would: by its own signature and digests, and against what was planted."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from demo.expected import Expected, Key, key_columns

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
PUBLIC_KEY: Final = "public-key.pem"
NOT_LISTED: Final = frozenset({MANIFEST, SIGNATURE})
"""Members that the manifest cannot list: itself and its signature."""


@dataclass(frozen=True, slots=True)
class Line:
    """One collection: what was planted, what came, and when its system had answered (ISO 8601)."""

    system: str
    collection: str
    planted: int
    came: int
    answered_at: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bundle turned out to hold. It holds good when nothing is wrong with it."""

    lines: tuple[Line, ...]
    files: int
    wrong: tuple[str, ...]


def judge(path: Path, planted: Expected, canaries: tuple[str, ...]) -> Verdict:
    """Check signature, digests, counts and keys; every record planted must be there, and no other."""
    try:
        with ZipFile(path) as bundle:
            wrong = [*_structure(bundle)]
            lines = tuple(_lines(bundle, planted))
            wrong += [*_records(bundle, planted), *_files(bundle, planted), *_leaks(bundle, canaries)]
            came = sum(name.startswith("files/") and not name.endswith("/") for name in bundle.namelist())
    except (BadZipFile, KeyError, ValueError) as fault:
        return Verdict((), 0, (f"the bundle cannot be read: {fault!r}",))
    return Verdict(lines, came, tuple(wrong))


def _structure(bundle: ZipFile) -> Iterator[str]:
    if (bad := bundle.testzip()) is not None:
        yield f"{bad}: damaged"
    raw = bundle.read(MANIFEST)
    key = load_pem_public_key(bundle.read(PUBLIC_KEY))
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("the public key is no Ed25519 key")
    try:
        key.verify(bundle.read(SIGNATURE), raw)
    except InvalidSignature:
        yield "the signature does not fit the manifest"
    manifest = json.loads(raw)
    listed: dict[str, Mapping[str, Any]] = {member["name"]: member for member in manifest["members"]}
    for name in bundle.namelist():
        if name not in listed and name not in NOT_LISTED:
            yield f"{name}: not in the manifest"
    for name, member in listed.items():
        content = bundle.read(name)
        if sha256(content).hexdigest() != member["sha256"] or len(content) != member["size"]:
            yield f"{name}: not what the manifest says"
        if "records" in member and member["records"] != _count(name, content):
            yield f"{name}: {_count(name, content)} records, the manifest says {member['records']}"
    if not manifest["complete"] or manifest["not_searched"]:
        yield "the bundle says that it is not complete"


def _count(name: str, content: bytes) -> int:
    return len(_json(content)) if name.endswith(".json") else len(_csv(content)) - 1


def _json(content: bytes) -> list[dict[str, Any]]:
    value = json.loads(content, parse_float=str)
    if not isinstance(value, list):
        raise TypeError("no list of records")
    return value


def _csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _members(bundle: ZipFile, ending: str) -> dict[tuple[str, str], str]:
    """Return the data file of each system and collection."""
    found = {}
    for name in bundle.namelist():
        folder, _, rest = name.partition("/")
        system, _, last = rest.partition("/")
        if folder == "data" and last.endswith(ending) and "schema" not in last:
            found[system, last.removesuffix(ending)] = name
    return found


def _keys(bundle: ZipFile, system: str, collection: str, name: str) -> list[Key]:
    columns = key_columns(system, collection)
    return [tuple(str(record[column]) for column in columns) for record in _json(bundle.read(name))]


def _lines(bundle: ZipFile, planted: Expected) -> Iterator[Line]:
    members = _members(bundle, ".json")
    searched = json.loads(bundle.read(MANIFEST)).get("searched", [])
    answered = {system["system"]: str(system["answered_at"] or "") for system in searched}
    for system, collections in planted.keys.items():
        for collection, keys in collections.items():
            name = members.get((system, collection))
            came = len(_json(bundle.read(name))) if name else 0
            yield Line(system, collection, len(keys), came, answered.get(system, ""))


def _records(bundle: ZipFile, planted: Expected) -> Iterator[str]:
    members, sheets = _members(bundle, ".json"), _members(bundle, ".csv")
    for system, collection in members.keys() - {(s, c) for s, collections in planted.keys.items() for c in collections}:
        yield f"{system}.{collection}: nobody planted such a collection"
    for system, collections in planted.keys.items():
        for collection, wanted in collections.items():
            name = members.get((system, collection))
            keys = _keys(bundle, system, collection, name) if name else []
            yield from _compared(f"{system}.{collection}", Counter(wanted), Counter(keys))
            if name:
                yield from _same(f"{system}.{collection}", _json(bundle.read(name)), _csv(bundle.read(sheets[system, collection])))


def _compared(where: str, wanted: Counter[Key], came: Counter[Key]) -> Iterator[str]:
    if missing := wanted - came:
        yield f"{where}: {missing.total()} missing, such as {min(missing)}"
    if foreign := came - wanted:
        yield f"{where}: {foreign.total()} that are not this person's, or twice, such as {min(foreign)}"


def _same(where: str, records: list[dict[str, Any]], sheet: list[list[str]]) -> Iterator[str]:
    """Compare the two forms of a collection. A CSV cell is read back by taking away one leading apostrophe."""
    header, *rows = sheet
    if len(rows) != len(records):
        yield f"{where}: {len(records)} records as JSON, {len(rows)} as CSV"
    for record, row in zip(records, rows, strict=False):
        for name, cell in zip(header, row, strict=True):
            value = "" if record[name] is None else record[name]
            if not isinstance(value, bool) and cell.removeprefix("'") != str(value):
                yield f"{where}.{name}: CSV and JSON differ"
                return


def _files(bundle: ZipFile, planted: Expected) -> Iterator[str]:
    names = [name for name in bundle.namelist() if name.startswith("files/") and not name.endswith("/")]
    came = Counter(sha256(bundle.read(name)).hexdigest() for name in names)
    wanted = Counter(planted.files)
    if missing := wanted - came:
        yield f"files: {missing.total()} missing"
    if foreign := came - wanted:
        yield f"files: {foreign.total()} that are not this person's, or twice"


def _leaks(bundle: ZipFile, canaries: tuple[str, ...]) -> Iterator[str]:
    for name in bundle.namelist():
        text = bundle.read(name).decode("utf-8", "replace")
        if any(canary in text for canary in canaries):
            yield f"{name}: holds words about somebody else"

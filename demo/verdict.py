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


@dataclass(frozen=True, slots=True)
class Table:
    """One collection in both its forms, as read from the bundle."""

    records: list[dict[str, Any]]
    sheet: list[list[str]]


Tables = Mapping[tuple[str, str], Table]
"""By system and collection."""


def judge(path: Path, planted: Expected, canaries: tuple[str, ...]) -> Verdict:
    """Check signature, digests, counts and keys; every record planted must be there, and no other."""
    try:
        with ZipFile(path) as bundle:
            tables = {place: _table(bundle, *place) for place in sorted(_places(bundle))}
            wrong = [*_structure(bundle, tables), *_records(tables, planted), *_files(bundle, planted), *_leaks(bundle, canaries)]
            lines = tuple(_lines(bundle, tables, planted))
            came = len(_file_names(bundle))
    except (BadZipFile, KeyError, TypeError, ValueError) as fault:
        return Verdict((), 0, (f"the bundle cannot be read: {fault!r}",))
    return Verdict(lines, came, tuple(wrong))


def _places(bundle: ZipFile) -> set[tuple[str, str]]:
    """Return the system and collection of every data file; what they are called says so."""
    paths = [name.removesuffix(".json").split("/") for name in bundle.namelist() if _is_data(name)]
    return {(system, collection) for _, system, collection in paths}


def _is_data(name: str) -> bool:
    return name.startswith("data/") and name.endswith(".json") and not name.endswith(".schema.json")


def _table(bundle: ZipFile, system: str, collection: str) -> Table:
    return Table(_json(bundle.read(f"data/{system}/{collection}.json")), _csv(bundle.read(f"data/{system}/{collection}.csv")))


def _json(content: bytes) -> list[dict[str, Any]]:
    value = json.loads(content, parse_float=str)
    if not isinstance(value, list):
        raise TypeError("no list of records")
    return value


def _csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _structure(bundle: ZipFile, tables: Tables) -> Iterator[str]:
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
    if not manifest["complete"] or manifest["not_searched"]:
        yield "the bundle says that it is not complete"
    yield from _counts(listed, tables)


def _counts(listed: Mapping[str, Mapping[str, Any]], tables: Tables) -> Iterator[str]:
    for (system, collection), table in tables.items():
        for form, count in (("json", len(table.records)), ("csv", len(table.sheet) - 1)):
            name = f"data/{system}/{collection}.{form}"
            said = listed.get(name, {}).get("records")
            if said != count:
                yield f"{name}: {count} records, the manifest says {said}"


def _lines(bundle: ZipFile, tables: Tables, planted: Expected) -> Iterator[Line]:
    searched = json.loads(bundle.read(MANIFEST)).get("searched", [])
    answered = {system["system"]: str(system["answered_at"] or "") for system in searched}
    for system, collections in planted.keys.items():
        for collection, keys in collections.items():
            table = tables.get((system, collection))
            yield Line(system, collection, len(keys), len(table.records) if table else 0, answered.get(system, ""))


def _records(tables: Tables, planted: Expected) -> Iterator[str]:
    wanted = {
        (system, collection): keys for system, collections in planted.keys.items() for collection, keys in collections.items()
    }
    for system, collection in tables.keys() - wanted.keys():
        yield f"{system}.{collection}: nobody planted such a collection"
    for (system, collection), keys in wanted.items():
        table, columns = tables.get((system, collection), Table([], [[]])), key_columns(system, collection)
        came = Counter(tuple(str(record[column]) for column in columns) for record in table.records)
        yield from _compared(f"{system}.{collection}", Counter(keys), came)
        yield from _same(f"{system}.{collection}", table)


def _compared(where: str, wanted: Counter[Key], came: Counter[Key]) -> Iterator[str]:
    if missing := wanted - came:
        yield f"{where}: {missing.total()} missing, such as {min(missing)}"
    if foreign := came - wanted:
        yield f"{where}: {foreign.total()} that are not this person's, or twice, such as {min(foreign)}"


def _same(where: str, table: Table) -> Iterator[str]:
    """Compare the two forms of a collection. A CSV cell is read back by taking away one leading apostrophe."""
    header, *rows = table.sheet
    if len(rows) != len(table.records):
        yield f"{where}: {len(table.records)} records as JSON, {len(rows)} as CSV"
    for record, row in zip(table.records, rows, strict=False):
        for name, cell in zip(header, row, strict=True):
            if not _says(cell, record[name]):
                yield f"{where}.{name}: CSV and JSON differ"
                return


def _says(cell: str, value: Any) -> bool:
    """Tell whether a cell holds the value; lists and objects stand in it as JSON."""
    if isinstance(value, list | dict):
        return bool(json.loads(cell.removeprefix("'"), parse_float=str) == value)
    return isinstance(value, bool) or cell.removeprefix("'") == ("" if value is None else str(value))


def _file_names(bundle: ZipFile) -> list[str]:
    return [name for name in bundle.namelist() if name.startswith("files/") and not name.endswith("/")]


def _files(bundle: ZipFile, planted: Expected) -> Iterator[str]:
    came = Counter(sha256(bundle.read(name)).hexdigest() for name in _file_names(bundle))
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

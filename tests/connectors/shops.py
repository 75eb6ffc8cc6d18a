"""Small systems for the tests of connectors: tables, rows, and the file that describes them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import URL, Connection, MetaData, create_engine, text

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import NOTHING, Attachment, Batch, Candidate, Config, Form, Given, Problem
from requests_app.values import Claim, Identity, Root

SQL = CONNECTORS["sql"]
Spec = dict[str, Any]
KEY: Spec = {"fides_meta": {"primary_key": True}}
EMAIL: Spec = {"fides_meta": {"identity": "email"}}
Record = dict[str, Any]


def refer(target: str, direction: str = "from", **more: Any) -> Spec:
    reference = {"dataset": "shop", "field": target} | ({"direction": direction} if direction else {})
    return {"fides_meta": {"references": [reference], **more}}


def ours(**keys: Any) -> Spec:
    return {"dsar": keys}


def known_by(email: str, **claims: str) -> Identity:
    return Identity((Claim("email", email), *(Claim(kind, value) for kind, value in claims.items())))


def roots(*keys: Any, of: str = "customers") -> tuple[Root, ...]:
    return tuple(Root(of, tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)) for key in keys)


@dataclass
class Found:
    """A whole answer, read back from its JSON; `cells` holds the CSV, None for NULL."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    cells: dict[str, list[list[str | None]]] = field(default_factory=dict)
    files: list[tuple[str, int, str, str, str, bytes]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def keys(self, collection: str, key: str = "id") -> list[Any]:
        return [record[key] for record in self.records.get(collection, [])]


class Shop:
    """One system under test. `config` may be changed before it is asked."""

    def __init__(self, url: URL, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.engine = create_engine(url)
        self.metadata = MetaData()
        self.options: dict[str, str] = {}
        self.files: Path | None = None

    @property
    def backend(self) -> str:
        return self.url.get_backend_name()

    @property
    def config(self) -> Config:
        url = self.url.render_as_string(hide_password=False)
        return Config("shop", url, self.folder / "shop.yaml", self.files, self.options)

    def run(self, *statements: str) -> None:
        with self.connected() as connection:
            for statement in statements:
                connection.execute(text(statement.replace(":", r"\:")))

    def connected(self) -> Any:
        return self.engine.begin()

    def fill(self, **rows: Iterable[Record]) -> None:
        """Make the tables of `metadata` and fill them."""
        with self.connected() as connection:
            self.metadata.create_all(connection)
            for name, records in rows.items():
                self.insert(connection, name, list(records))

    def insert(self, connection: Connection, name: str, records: list[Record]) -> None:
        if records:
            connection.execute(self.metadata.tables[name].insert(), records)

    def describe(
        self, *, dsar: Spec | None = None, meta: Mapping[str, Spec] | None = None, **collections: Mapping[str, Spec]
    ) -> None:
        """Write the dataset file: for each collection its fields, `meta` adds keys to a collection."""
        described = [
            {"name": name, "fields": [{"name": column, **spec} for column, spec in fields.items()], **(meta or {}).get(name, {})}
            for name, fields in collections.items()
        ]
        dataset = {"fides_key": "shop", "name": "Shop", "collections": described} | ({"dsar": dsar} if dsar else {})
        self.write(yaml.safe_dump({"dataset": [dataset]}, sort_keys=False, allow_unicode=True))

    def write(self, description: str) -> None:
        (self.folder / "shop.yaml").write_text(description, encoding="utf-8")

    def check(self) -> tuple[Problem, ...]:
        return SQL.check(self.config).problems

    def codes(self) -> list[str]:
        return [problem.code for problem in self.check()]

    def candidates(self, identity: Identity) -> list[Candidate]:
        return list(SQL.candidates(self.config, identity))

    def candidate_keys(self, identity: Identity) -> list[tuple[str, ...]]:
        return [candidate.root.key for candidate in self.candidates(identity)]

    def find(self, identity: Identity, chosen: tuple[Root, ...], given: Given = NOTHING) -> Found:
        """Ask, read both forms back and insist that they say the same."""
        found = Found()
        parts: dict[tuple[str, Form], list[bytes]] = {}
        for item in SQL.find(self.config, identity, chosen, given):
            if isinstance(item, Attachment):
                content = b"".join(item.chunks)
                found.files.append((item.collection, item.record, item.field, item.name, item.media_type, content))
            else:
                assert item.text.endswith(b"\n")
                found.batches.append(item)
                parts.setdefault((item.collection, item.form), []).append(item.text)
        for (collection, form), texts in parts.items():
            whole = b"".join(texts).decode()
            if form is Form.JSON:
                found.records[collection] = [json.loads(line) for line in whole.removesuffix("\n").split("\n")]
            else:
                found.cells[collection] = [[*row] for row in csv_rows(whole)]
            counted = sum(batch.records for batch in found.batches if (batch.collection, batch.form) == (collection, form))
            assert counted == len(found.records[collection] if form is Form.JSON else found.cells[collection])
        for collection in found.records:
            lines = b"".join(parts[collection, Form.JSON]).decode().removesuffix("\n").split("\n")
            exact = [[*json.loads(line, parse_int=str, parse_float=str).values()] for line in lines]
            rows = list(csv_cells(b"".join(parts[collection, Form.CSV]).decode()))
            assert len(exact) == len(rows)
            assert all(
                same(value, cell) for record, row in zip(exact, rows, strict=True) for value, cell in zip(record, row, strict=True)
            )
        return found


@dataclass(frozen=True)
class Cell:
    """One cell of a CSV file; `text` is without the guard against formulas."""

    raw: str
    quoted: bool

    @property
    def text(self) -> str:
        return self.raw.removeprefix("'") if self.quoted else self.raw


def same(value: Any, cell: Cell | None) -> bool:
    """Tell whether a cell of the CSV says what the JSON says, whose numbers were read as text."""
    if value is None or cell is None:
        return value is None and cell is None
    if isinstance(value, bool):
        return cell.text == ("true" if value else "false")
    if isinstance(value, (dict, list)) and cell.text[:1] in "{[" and value not in ([], {}):
        return bool(json.loads(cell.text, parse_int=str, parse_float=str) == value)
    return cell.text == str(value)


def csv_cells(whole: str) -> Iterator[list[Cell | None]]:
    """RFC 4180, with the difference between an empty cell and an empty text that Python's own reader does not tell."""
    row: list[Cell | None] = []
    at = 0
    while at < len(whole):
        if whole[at] == '"':
            end = at + 1
            while whole[end : end + 2] == '""' or whole[end] != '"':
                end += 2 if whole[end : end + 2] == '""' else 1
            row.append(Cell(whole[at + 1 : end].replace('""', '"'), quoted=True))
            at = end + 1
        else:
            end = at
            while whole[end] not in ",\n":
                end += 1
            row.append(Cell(whole[at:end], quoted=False) if end > at else None)
            at = end
        if whole[at] == "\n":
            yield row
            row = []
        else:
            assert whole[at] == ","
            if whole[at + 1] == "\n":
                row.append(None)
                yield row
                row = []
                at += 1
        at += 1


def csv_rows(whole: str) -> Iterator[list[str | None]]:
    for row in csv_cells(whole):
        yield [None if cell is None else cell.raw for cell in row]

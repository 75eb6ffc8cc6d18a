"""The SQL in which fields are overwritten, where engines differ."""

import hashlib
import hmac
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BINARY, ColumnElement, LargeBinary, String, Text, case, cast, func, literal, null, type_coerce
from sqlalchemy.dialects.mysql import CHAR
from sqlalchemy.dialects.postgresql import JSONB

from requests_app.connectors.sql.postgres_speech import Declared
from requests_app.connectors.sql.speech import Column
from requests_app.connectors.sql.text import Family

Value = ColumnElement[Any]
_BLOCKS: Final = MappingProxyType({256: 64, 512: 128})  # bytes


class Tongue(ABC):
    """What overwriting needs of an engine. Texts are Unicode; digests are hexadecimal, in small letters."""

    @abstractmethod
    def text(self, value: Value, column: Column) -> Value:
        """A value of any column as text."""

    @abstractmethod
    def digest(self, text: Value, bits: int) -> Value:
        """SHA-2 of a text in UTF-8."""

    @abstractmethod
    def keyed(self, text: Value, key: bytes, bits: int) -> Value:
        """HMAC-SHA-2 of a text in UTF-8."""

    @abstractmethod
    def json(self, text: str) -> Value:
        """What stands in a document: `null`, or `[]`."""

    def json_of(self, text: Value) -> Value:
        return text

    def placed(self, document: Value, column: Column, path: Sequence[str], new: Value) -> Value:
        """A column's document with something else in a place that is there; what is no document becomes an empty one."""
        changed = func.json_replace(document, _dotted(path), new)
        kept = case((self.at(document, column, path).is_(None), document), else_=changed)
        return case((document.is_(None), null()), (func.json_valid(document) == 1, kept), else_=literal("{}"))

    @abstractmethod
    def at(self, document: Value, column: Column, path: Sequence[str]) -> Value:
        """What stands in a place of a column's document, as text; NULL for null and nothing."""

    def joined(self, *texts: Value) -> Value:
        first, *others = texts
        for one in others:
            first = first.concat(one)
        return first

    def typed(self, text: str, column: Column) -> Value:
        """A text as a value of the column."""
        return literal(text.encode(), LargeBinary()) if column.family is Family.BINARY else literal(text, Text())


class PostgresTongue(Tongue):
    def text(self, value: Value, column: Column) -> Value:
        del column
        return cast(value, Text)

    def digest(self, text: Value, bits: int) -> Value:
        return func.encode(_sha(bits, func.convert_to(text, "UTF8")), "hex")

    def keyed(self, text: Value, key: bytes, bits: int) -> Value:
        inner, outer = (cast(literal(pad, LargeBinary()), LargeBinary()) for pad in _pads(key, bits))
        within = _sha(bits, inner.op("||")(func.convert_to(text, "UTF8")))
        return func.encode(_sha(bits, outer.op("||")(within)), "hex")

    def json(self, text: str) -> Value:
        return cast(literal(text, Text()), JSONB)

    def json_of(self, text: Value) -> Value:
        return func.to_jsonb(cast(text, Text))

    def placed(self, document: Value, column: Column, path: Sequence[str], new: Value) -> Value:
        changed = func.jsonb_set(_jsonb(document, column), _steps(path), new, False)
        kept = case((self.at(document, column, path).is_(None), _jsonb(document, column)), else_=changed)
        return cast(kept, Text) if column.family is Family.TEXT else cast(kept, Declared(column.declared))

    def at(self, document: Value, column: Column, path: Sequence[str]) -> Value:
        return _jsonb(document, column).op("#>>", return_type=Text())(_steps(path))

    def typed(self, text: str, column: Column) -> Value:
        value = super().typed(text, column)
        return value if column.family in {Family.TEXT, Family.BINARY} else cast(value, Declared(column.declared))


def _sha(bits: int, value: Value) -> Value:
    return func.sha256(value) if bits == 256 else func.sha512(value)  # noqa: PLR2004  # a name of the algorithm


def _steps(path: Sequence[str]) -> Value:
    quoted = ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in path)
    return cast(literal(f"{{{quoted}}}", Text()), Declared("text[]"))


def _jsonb(document: Value, column: Column) -> Value:
    if column.family is Family.TEXT:
        is_one = document.op("~")(r"^\s*[\[{]")
        return case((is_one, cast(document, JSONB)), (document.is_(None), null()), else_=cast(literal("{}", Text()), JSONB))
    return cast(document, JSONB)


class MariaTongue(Tongue):
    def text(self, value: Value, column: Column) -> Value:
        return func.hex(value) if column.family is Family.BINARY else cast(value, CHAR(charset="utf8mb4"))

    def digest(self, text: Value, bits: int) -> Value:
        return cast(func.sha2(cast(text, CHAR(charset="utf8mb4")), bits), CHAR(charset="utf8mb4"))

    def keyed(self, text: Value, key: bytes, bits: int) -> Value:
        inner, outer = (literal(pad, LargeBinary()) for pad in _pads(key, bits))
        words = cast(cast(text, CHAR(charset="utf8mb4")), BINARY())
        within = func.unhex(func.sha2(func.concat(inner, words), bits))
        return cast(func.sha2(func.concat(outer, within), bits), CHAR(charset="utf8mb4"))

    def joined(self, *texts: Value) -> Value:
        return func.concat(*texts)

    def json(self, text: str) -> Value:
        return null() if text == "null" else func.json_array()

    def at(self, document: Value, column: Column, path: Sequence[str]) -> Value:
        del column
        found = func.json_extract(case((func.json_valid(document) == 1, document)), _dotted(path))
        return case((func.json_type(found) != "NULL", func.json_unquote(found)))


class SqliteTongue(Tongue):
    def text(self, value: Value, column: Column) -> Value:
        return func.hex(value) if column.family is Family.BINARY else cast(value, String)

    def digest(self, text: Value, bits: int) -> Value:
        return func.dsar_digest(text, bits)

    def keyed(self, text: Value, key: bytes, bits: int) -> Value:
        return func.dsar_keyed(text, literal(key, LargeBinary()), bits)

    def json(self, text: str) -> Value:
        return func.json(text)

    def at(self, document: Value, column: Column, path: Sequence[str]) -> Value:
        del column
        return type_coerce(func.json_extract(case((func.json_valid(document) == 1, document)), _dotted(path)), String())


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection the two functions of ours that SQLite lacks."""
    connection.create_function("dsar_digest", 2, _digest, deterministic=True)
    connection.create_function("dsar_keyed", 3, _keyed, deterministic=True)


TONGUES: Final[Mapping[str, Tongue]] = MappingProxyType(
    {"postgresql": PostgresTongue(), "mysql": MariaTongue(), "mariadb": MariaTongue(), "sqlite": SqliteTongue()}
)


def _pads(key: bytes, bits: int) -> tuple[bytes, bytes]:
    """The two pads of HMAC, as RFC 2104 makes them of a key that is no longer than a block."""
    block = key.ljust(_BLOCKS[bits], b"\0")
    return bytes(one ^ 0x36 for one in block), bytes(one ^ 0x5C for one in block)


def _dotted(path: Sequence[str]) -> str:
    return "$" + "".join('."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in path)


def _digest(text: object, bits: int) -> str | None:
    return None if text is None else hashlib.new(f"sha{bits}", _bytes(text)).hexdigest()


def _keyed(text: object, key: bytes, bits: int) -> str | None:
    return None if text is None else hmac.new(key, _bytes(text), f"sha{bits}").hexdigest()


def _bytes(text: object) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode()

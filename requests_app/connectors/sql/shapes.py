"""Columns of which only parts travel: the described values of an object, and those elements of an array that are the person's.

Works on one record at a time, where no engine's own functions would do the same in all of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from requests_app.connectors.base import NotAsDescribed
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.text import Line, document

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What of one column travels. `entered` are its fields whose elements travel only if they matched."""

    field: Field
    entered: tuple[Field, ...] = ()


def shape_of(field: Field, entered: Sequence[Field]) -> Shape | None:
    """Return the shape of a column, None where all of it travels."""
    own = tuple(one for one in entered if one.column == field.column and one.is_many and not _is_whole(field, one))
    return Shape(field, own) if field.parts or own else None


def _is_whole(column: Field, field: Field) -> bool:
    """Tell whether the field, or an array around it, is described to travel with all its elements."""
    return any(one.whole for one in column.every() if field.path[: len(one.path)] == one.path)


def shaped(line: Line, shapes: Mapping[str, Shape], shown: Sequence[Field], matched: Sequence[str]) -> Line:
    """Return `line` for rows whose last cells are lists of what matched, in the order of `matched`, the names of fields."""
    if not shapes:
        return line
    size, places = len(shown), [(index, shapes[field.name]) for index, field in enumerate(shown) if field.name in shapes]

    def cut(row: Sequence[Any]) -> bytes:
        lists = {name: set(json.loads(texts)) for name, texts in zip(matched, row[size:], strict=True) if texts is not None}
        cells = list(row[:size])
        for index, shape in places:
            wanted = {field.path[1:]: lists[field.name] for field in shape.entered if lists.get(field.name)}
            cells[index] = _cut(cells[index], shape, wanted)
        return line(cells)

    return cut


def _cut(cell: Any, shape: Shape, wanted: Mapping[Path, set[str]]) -> Any:
    text = None if cell is None else document(cell)
    if text is None and cell is not None and shape.field.parts:
        raise NotAsDescribed(
            f"the column `{shape.field.column}` is described with fields below it, but a record there holds no JSON"
        )
    if text is None:
        return cell
    value = json.loads(text, parse_int=_Number, parse_float=_Number)
    if wanted:
        value = _kept(value, wanted)
    if shape.field.parts:
        value = _described(value, shape.field)
    return _written(value)


class _Number(str):
    """A number as the source writes it."""

    __slots__ = ()


def _kept(value: Any, wanted: Mapping[Path, set[str]]) -> Any:
    """Leave out the elements of arrays in which nothing that is wanted lies."""
    if isinstance(value, list):
        return [_kept(one, wanted) for one in value if any(_holds(one, path, texts) for path, texts in wanted.items())]
    if isinstance(value, dict):
        below = {key: {path[1:]: texts for path, texts in wanted.items() if path[:1] == (key,)} for key in value}
        return {key: _kept(one, below[key]) if below[key] else one for key, one in value.items()}
    return value


def _holds(value: Any, path: Path, texts: set[str]) -> bool:
    if isinstance(value, list):
        return any(_holds(one, path, texts) for one in value)
    if path:
        return isinstance(value, dict) and path[0] in value and _holds(value[path[0]], path[1:], texts)
    return _text(value) in texts


def _text(value: Any) -> str:
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)


def _described(value: Any, field: Field) -> Any:
    """Leave out what is not described, or about others."""
    if isinstance(value, list):
        return [_described(one, field) for one in value]
    if not field.parts or not isinstance(value, dict):
        return value
    parts = {part.path[-1]: part for part in field.parts if part.travels}
    return {key: _described(one, parts[key]) for key, one in value.items() if key in parts}


def _written(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_written(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


_WORDS: Final = {True: "true", False: "false", None: "null"}

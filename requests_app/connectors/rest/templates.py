"""Texts with gaps: `/contacts/{email|lower|md5}` names what stands in a gap, and what is done to it first."""

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import md5, sha256
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

_GAP: Final = re.compile(r"\{([a-z_][a-z0-9_]*)((?:\|[a-z0-9]*)*)\}")


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")


FILTERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "lower": str.lower,
        "upper": str.upper,
        "md5": _md5,
        "sha256": lambda text: sha256(text.encode()).hexdigest(),
        "quoted": _quoted,
    }
)


def gaps(value: Any) -> Iterator[str]:
    """Yield the name in each gap of a text, or of every text in a structure."""
    for name, _ in _found(value):
        yield name


def unknown_filters(value: Any) -> Iterator[str]:
    for _, filters in _found(value):
        yield from (name for name in filters if name not in FILTERS)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Fill the gaps of `text`.

    Raises:
        KeyError: a gap's name is not among `values`.
    """
    return _GAP.sub(lambda gap: _value(gap, values), text)


def filled_path(text: str, values: Mapping[str, str]) -> str:
    """Fill the gaps of a path; what stands in one is one segment, whatever signs it has.

    Raises:
        KeyError: a gap's name is not among `values`.
        ValueError: a value is empty, `.` or `..`, which would be another path.
    """

    def segment(gap: re.Match[str]) -> str:
        value = _value(gap, values)
        if value in {"", ".", ".."}:
            raise ValueError("a value that is no segment of a path")
        return quote(value, safe="")

    return _GAP.sub(segment, text)


def filled_all(value: Any, values: Mapping[str, str]) -> Any:
    """Fill the gaps of every text in a structure of mappings and lists."""
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, Mapping):
        return {name: filled_all(inner, values) for name, inner in value.items()}
    return [filled_all(inner, values) for inner in value] if isinstance(value, list | tuple) else value


def _value(gap: re.Match[str], values: Mapping[str, str]) -> str:
    text = values[gap[1]]
    for name in filter(None, gap[2].split("|")):
        text = FILTERS[name](text)
    return text


def _found(value: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, str):
        yield from ((gap[1], list(filter(None, gap[2].split("|")))) for gap in _GAP.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _found(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _found(inner)

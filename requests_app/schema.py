"""Data files whose shape is a frozen dataclass: read strictly, and every mistake of a file told at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import yaml

Reader = Callable[[Any, str, list[str]], Any]
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that match `expression` as a whole; `name` says to people what is expected."""

    expression: str
    name: str


@dataclass(frozen=True, slots=True)
class Least:
    """A whole number, or a list, of at least `number`."""

    number: int


class BadFile(Exception):
    """A data file cannot be used. `mistakes` holds a line for each, naming file and field."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class _Loader(yaml.CSafeLoader):
    """YAML with its C parser; a key that stands twice is a mistake, not a choice."""


def _mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
        seen.add(str(key.value))
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parsed(path: Path) -> Any:
    """Return what the YAML file `path` holds.

    Raises:
        BadFile: it is no YAML, no UTF-8, or a key stands twice.
    """
    try:
        return yaml.load(path.read_bytes().decode(), _Loader)  # noqa: S506  # a safe loader
    except yaml.MarkedYAMLError as fault:
        raise BadFile((f"{path.name}: no YAML: {_told(fault)}",)) from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise BadFile((f"{path.name}: no YAML",)) from fault


def _told(fault: yaml.MarkedYAMLError) -> str:
    return f"line {fault.problem_mark.line + 1}: {fault.problem}" if fault.problem_mark else str(fault.problem)


def read(kind: Any, path: Path) -> Any:
    """Return the `kind` (a dataclass, or a mapping or tuple of such) that `path` describes.

    Raises:
        BadFile: every field that is unknown, missing, of a wrong kind or in contradiction to another.
    """
    return built(kind, parsed(path), path.name)


def built(kind: Any, data: Any, file: str) -> Any:
    """Return the `kind` that `data` describes; mistakes are told as those of `file`.

    Raises:
        BadFile: as above.
    """
    mistakes: list[str] = []
    value = _reader(kind)(data, "", mistakes)
    if mistakes:
        raise BadFile(tuple(f"{file}: {mistake}" for mistake in mistakes))
    return value


@cache
def _reader(hint: Any) -> Reader:
    origin = get_origin(hint)
    if origin is Annotated:
        return _limited(*get_args(hint)[:2])
    if origin in {Union, UnionType}:
        return _nullable(next(_reader(one) for one in get_args(hint) if one is not NoneType))
    if origin is tuple:
        return _listed(_reader(get_args(hint)[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapped(*(_reader(one) for one in get_args(hint)))
    return _record(hint) if is_dataclass(hint) else _plain(hint)


def _plain(hint: Any) -> Reader:
    if issubclass(hint, StrEnum):
        known = {member.value: member for member in hint}
        return _checked(lambda value: isinstance(value, str) and value in known, f"one of {', '.join(known)}", known.__getitem__)
    fit, words, made = _PLAIN[hint]
    return _checked(fit, words, made)


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(_DAY.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


_PLAIN: Final[Mapping[Any, tuple[Callable[[Any], bool], str, Callable[[Any], Any]]]] = MappingProxyType(
    {
        str: (lambda value: isinstance(value, str) and bool(value.strip()), "words", str),
        bool: (lambda value: isinstance(value, bool), "true or false", bool),
        int: (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number", int),
        date: (_is_day, "a quoted date 'YYYY-MM-DD'", date.fromisoformat),
    }
)


def _checked(fit: Callable[[Any], bool], words: str, made: Callable[[Any], Any]) -> Reader:
    def checked(value: Any, place: str, mistakes: list[str]) -> Any:
        if fit(value):
            return made(value)
        mistakes.append(f"{place or 'the file'} must be {words}")
        return None

    return checked


def _limited(hint: Any, limit: Pattern | Least) -> Reader:
    inner = _reader(hint)

    def limited(value: Any, place: str, mistakes: list[str]) -> Any:
        before = len(mistakes)
        found = inner(value, place, mistakes)
        if len(mistakes) == before and not _within(found, limit):
            mistakes.append(f"{place} must be {_limit(found, limit)}")
        return found

    return limited


def _within(value: Any, limit: Pattern | Least) -> bool:
    if isinstance(limit, Pattern):
        return bool(re.fullmatch(limit.expression, value))
    return (len(value) if isinstance(value, tuple) else value) >= limit.number


def _limit(value: Any, limit: Pattern | Least) -> str:
    if isinstance(limit, Pattern):
        return limit.name
    return f"a list of at least {limit.number}" if isinstance(value, tuple) else f"a whole number of at least {limit.number}"


def _nullable(inner: Reader) -> Reader:
    return lambda value, place, mistakes: None if value is None else inner(value, place, mistakes)


def _listed(inner: Reader) -> Reader:
    def listed(value: Any, place: str, mistakes: list[str]) -> Any:
        if isinstance(value, list):
            return tuple(inner(one, f"{place}[{number}]", mistakes) for number, one in enumerate(value))
        mistakes.append(f"{place or 'the file'} must be a list")
        return ()

    return listed


def _mapped(key: Reader, inner: Reader) -> Reader:
    def mapped(value: Any, place: str, mistakes: list[str]) -> Any:
        if isinstance(value, dict):
            pairs = ((key(name, _under(place, name), mistakes), name, one) for name, one in value.items())
            return MappingProxyType({made: inner(one, _under(place, name), mistakes) for made, name, one in pairs})
        mistakes.append(f"{place or 'the file'} must be a mapping")
        return MappingProxyType({})

    return mapped


def _under(place: str, name: Any) -> str:
    return f"{place}.{name}" if place else str(name)


def _record(kind: Any) -> Reader:
    """Read a dataclass: a field without default is required; `contradictions()`, where it has one, is asked at the end."""
    plan = _plan(kind)

    def record(value: Any, place: str, mistakes: list[str]) -> Any:
        if not isinstance(value, dict):
            mistakes.append(f"{place or 'the file'} must be a mapping")
            return None
        before = len(mistakes)
        mistakes.extend(f"unknown field {_under(place, name)}" for name in value if name not in plan)
        found = dict(_fields(plan, value, place, mistakes))
        if len(mistakes) > before:
            return None
        made = kind(**found)
        mistakes.extend(_under(place, told) if told[0] != "[" else f"{place}{told}" for told in _contradictions(made))
        return made

    return record


def _plan(kind: Any) -> dict[str, tuple[str, Reader, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        one.metadata.get("key", one.name): (one.name, _reader(hints[one.name]), one.default is one.default_factory is MISSING)
        for one in fields(kind)
    }


def _fields(plan: dict[str, tuple[str, Reader, Any]], value: Any, place: str, mistakes: list[str]) -> Iterator[tuple[str, Any]]:
    for key, (name, reader, required) in plan.items():
        if key in value:
            yield name, reader(value[key], _under(place, key), mistakes)
        elif required:
            mistakes.append(f"{_under(place, key)} is missing")


def _contradictions(made: Any) -> Iterator[str]:
    asked = getattr(made, "contradictions", None)
    return asked() if asked else iter(())

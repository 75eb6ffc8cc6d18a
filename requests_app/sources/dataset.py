"""A dataset file that somebody typed: first whether it may be read at all, then all that its own reader says, line by line."""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import BadDescription, Config, Problem, Written
from requests_app.connectors.people import PEOPLE_ENTRY
from requests_app.sources.models import PEOPLE

LARGEST: Final = 192 * 1024  # bytes; a form as a whole may have a third more (DATA_UPLOAD_MAX_MEMORY_SIZE)
DEEPEST: Final = 40  # levels
MOST: Final = 100_000  # values, those counted again that an alias repeats
KINDS: Final = (*sorted(CONNECTORS), PEOPLE)
_CODE: Final = "bad_description"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def problems(name: str, kind: str, text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the dataset file `text` of a system of that kind; none where it can be used."""
    content = text.encode("utf-8", "replace")
    if found := tuple(_unreadable(name, text, content)):
        return found
    try:
        if found := tuple(_dangerous(name, content)):
            return found
    except yaml.YAMLError:
        pass  # its own reader says where
    except _Overgrown as fault:
        return (Problem(_CODE, f"{name}:{fault.line}", str(fault)),)
    try:
        (PEOPLE_ENTRY if kind == PEOPLE else CONNECTORS[kind]).inventory(Config(name, "", Written(name, content)))
    except BadDescription as fault:
        return fault.problems
    return ()


class _Overgrown(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _unreadable(name: str, text: str, content: bytes) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(_CODE, name, "the file is empty")
    elif len(content) > LARGEST:
        yield Problem(_CODE, name, f"the file is larger than {LARGEST // 1024} KB")
    for number, line in enumerate(text.splitlines(), start=1):
        if any(sign in "\ufffd\0" or "\ud800" <= sign <= "\udfff" for sign in line):
            yield Problem(_CODE, f"{name}:{number}", "the file is not UTF-8")
            return


def _dangerous(name: str, content: bytes) -> Iterator[Problem]:
    """Yield keys that stand twice.

    Raises:
        _Overgrown: it is deeper, or with its aliases larger, than anything that a person writes.
        YAMLError: it is no YAML.
    """
    walk = _Walk()
    for event in yaml.parse(content, Loader=_LOADER):
        if repeated := walk.step(event):
            yield Problem(_CODE, f"{name}:{repeated[0]}: {repeated[1]}", "stands here twice")


class _Walk:
    """One pass over the events of a file; nothing is built, so that nothing can grow."""

    def __init__(self) -> None:
        self.size = 0
        self._anchors: dict[str | None, int] = {}
        self._open: list[tuple[str | None, int, bool]] = []
        self._keys: list[list[Any]] = []

    def step(self, event: Any) -> tuple[int, str] | None:
        line = event.start_mark.line + 1
        repeated = self._key(event, line)
        if isinstance(event, yaml.CollectionStartEvent):
            self._grow(1, line)
            self._open.append((event.anchor, self.size, isinstance(event, yaml.MappingStartEvent)))
            self._keys.append([set(), True])
            if len(self._open) > DEEPEST:
                raise _Overgrown(line, f"is nested deeper than {DEEPEST} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, began, _mapping = self._open.pop()
            self._keys.pop()
            self._anchors[anchor] = self.size - began + 1
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _Overgrown(line, f"`*{event.anchor}` repeats what holds it, or nothing")
            self._grow(self._anchors[event.anchor], line)
        elif isinstance(event, yaml.ScalarEvent):
            self._grow(1, line)
            self._anchors[event.anchor] = 1
        return repeated

    def _grow(self, by: int, line: int) -> None:
        self.size += by
        if self.size > MOST:
            raise _Overgrown(line, "repeats itself by aliases beyond all measure, or is too long")

    def _key(self, event: Any, line: int) -> tuple[int, str] | None:
        """Return the key that stands twice in its mapping, with its line; a key and a value take turns."""
        if not isinstance(event, yaml.NodeEvent) or not self._open or not self._open[-1][2]:
            return None
        known = self._keys[-1]
        is_key, known[1] = known[1], not known[1]
        if not is_key or not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            return None
        if event.value in known[0]:
            return line, str(event.value)
        known[0].add(event.value)
        return None

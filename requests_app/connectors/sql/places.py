"""A YAML file in which every value knows where it stands, so that a mistake can be told as `file:line: field`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from requests_app.connectors.base import BadDescription, Problem, Words

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE: Final = "tag:yaml.org,2002:merge"
_TRUE: Final = frozenset({"true", "yes", "on"})
_FALSE: Final = frozenset({"false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Place:
    """One value of the file, or the gap where it would stand.

    A wrong value is added to `mistakes` and then read as if it were absent, so that one reading finds all mistakes.
    Scalars are read as they are written: the country `NO` stays a word.
    """

    file: str
    line: int
    name: str
    node: Node | None
    mistakes: list[Problem] = field(repr=False)

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}: {self.name}" if self.name else f"{self.file}:{self.line}"

    def wrong(self, message: str) -> None:
        self.mistakes.append(Problem("bad_description", self.where, message))

    def __bool__(self) -> bool:
        return self.node is not None and not (isinstance(self.node, ScalarNode) and self.node.tag.endswith(":null"))

    def pairs(self) -> Iterator[tuple[str, "Place"]]:
        """Yield the keys of a mapping with their values, in the file's order."""
        node = self._as(MappingNode, "a mapping of keys to values")
        seen: set[str] = set()
        for key, value in _flat(node):
            at = self._at(value, key.value, key.start_mark.line + 1)
            if key.value in seen:
                at.wrong("stands here twice")
            seen.add(key.value)
            yield key.value, at

    def get(self, *keys: str) -> "Place":
        """Return the value under the first of `keys` that is there, or the gap."""
        node = self.node if isinstance(self.node, MappingNode) else None
        for wanted in keys:
            for key, value in _flat(node):
                if key.value == wanted:
                    return self._at(value, wanted, key.start_mark.line + 1)
        return self._at(None, keys[0], self.line)

    def first(self, *keys: str) -> "Place":
        """Return the first of `keys` that has a value, or the gap."""
        return next((found for key in keys if (found := self.get(key))), self.get(*keys))

    def one_or_more(self) -> Iterator["Place"]:
        """Yield the items of a list, or the value itself."""
        if isinstance(self.node, SequenceNode):
            yield from self.items()
        elif self:
            yield self

    def plain(self) -> object:
        """Return the value as lists, mappings and texts; None for a gap."""
        if isinstance(self.node, SequenceNode):
            return [item.plain() for item in self.items()]
        if isinstance(self.node, MappingNode):
            return {key: value.plain() for key, value in self.pairs()}
        return self.text() if self else None

    def items(self) -> Iterator["Place"]:
        node = self._as(SequenceNode, "a list")
        for value in node.value if node else ():
            yield Place(self.file, value.start_mark.line + 1, self.name, value, self.mistakes)

    def named(self, name: str) -> "Place":
        """Return the same value under a name that says more."""
        return Place(self.file, self.line, name, self.node, self.mistakes)

    def text(self) -> str:
        node = self._as(ScalarNode, "a text")
        return str(node.value) if node else ""

    def needed(self) -> str:
        """Return the text, which must be there."""
        text = self.text()
        if not text:
            self.wrong("is missing")
        return text

    def texts(self) -> tuple[str, ...]:
        return tuple(item.needed() for item in self.items())

    def flag(self) -> bool:
        text = self.text().lower()
        if text and text not in _TRUE | _FALSE:
            self.wrong("must be true or false")
        return text in _TRUE

    def whole(self) -> int:
        """Return a whole number above 0; 0 for a gap."""
        text = self.text()
        if text and not (text.isascii() and text.isdecimal() and int(text)):
            self.wrong("must be a whole number above 0")
            return 0
        return int(text or 0)

    def one_of(self, *choices: str) -> str:
        """Return the text, one of `choices`; the first stands for a gap."""
        text = self.text()
        if text and text not in choices:
            self.wrong(f"must be one of: {', '.join(choice for choice in choices if choice)}")
        return text if text in choices else choices[0]

    def words(self, besides: str = "") -> Words:
        """Return words by language; a plain text is English. The key `besides` is no language."""
        if not self or isinstance(self.node, ScalarNode):
            return {"en": self.text()}
        words = {language: value.needed() for language, value in self.pairs() if language != besides}
        if "en" not in words:
            self.wrong("needs words in English (en)")
        return {"en": ""} | words

    def only(self, *keys: str) -> None:
        """Refuse every other key of this mapping."""
        for key, value in self.pairs() if self else ():
            if key not in keys:
                value.wrong(f"is no key that we know; known here are: {', '.join(keys)}")

    def _at(self, node: Node | None, key: str, line: int) -> "Place":
        return Place(self.file, line, f"{self.name}.{key}".strip("."), node, self.mistakes)

    def _as(self, kind: type[Any], wanted: str) -> Any:
        if self and not isinstance(self.node, kind):
            self.wrong(f"must be {wanted}")
        return self.node if self and isinstance(self.node, kind) else None


def _flat(node: MappingNode | None) -> Iterator[tuple[ScalarNode, Node]]:
    for key, value in node.value if node else ():
        if isinstance(key, ScalarNode):
            yield key, value


def read(name: str, content: bytes) -> Place:
    """Read the bytes of the YAML file `name` as one place, its merge keys (`<<`) resolved.

    Raises:
        BadDescription: it is no YAML.
    """
    try:
        root = yaml.compose(content.decode("utf-8"), Loader=_Loader)
        _merge(root, set())
    except UnicodeDecodeError:
        problem = Problem("bad_description", name, "the file is not UTF-8")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = Problem("bad_description", name + line, f"is no YAML: {getattr(error, 'problem', None) or 'unreadable'}")
    else:
        return Place(name, 1, "", root, [])
    raise BadDescription(problem)


def _merge(node: Node | None, seen: set[int]) -> None:
    if node is None or id(node) in seen or isinstance(node, ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, MappingNode) and any(key.tag == _MERGE for key, _ in node.value):
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        names = {key.value for key, _ in own if isinstance(key, ScalarNode)}
        SafeConstructor().flatten_mapping(node)
        merged = node.value[: len(node.value) - len(own)]
        node.value = [(key, value) for key, value in merged if key.value not in names] + own
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            _merge(part, seen)

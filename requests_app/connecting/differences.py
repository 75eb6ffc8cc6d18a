"""What differs between two versions, for a person to read."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from requests_app.sources.versions import SourceVersion

SETTINGS: Final = ("title", "connector", "address", "secret", "may_erase", "erase_secret", "files", "paused")
AROUND: Final = 3  # lines before and behind a change


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that differs."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of two dataset files: `kind` is `same`, `gone`, `new` or `between` where lines are left out. Numbers from 1."""

    kind: str
    text: str
    before: int | None = None
    after: int | None = None


def settings(one: SourceVersion | None, other: SourceVersion) -> list[Setting]:
    """Return the settings in which `other` differs from `one`; all that are set where there is no `one`."""
    told = [(name, _shown(getattr(one, name)) if one else "", _shown(getattr(other, name))) for name in SETTINGS]
    return [Setting(name, before, after) for name, before, after in told if before != after]


def lines(one: SourceVersion | None, other: SourceVersion) -> list[Line]:
    """Return how the dataset files differ; nothing where they are the same."""
    before, after = (one.dataset.splitlines() if one else []), other.dataset.splitlines()
    if before == after:
        return []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    return [line for group in matcher.get_grouped_opcodes(AROUND) for line in _group(group, before, after)]


def _group(group: list[tuple[str, int, int, int, int]], before: list[str], after: list[str]) -> Iterator[Line]:
    yield Line("between", "")
    for tag, a, z, b, y in group:
        if tag == "equal":
            yield from (Line("same", before[at], at + 1, b + at - a + 1) for at in range(a, z))
        else:
            yield from (Line("gone", before[at], at + 1) for at in range(a, z))
            yield from (Line("new", after[at], None, at + 1) for at in range(b, y))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " · ".join(f"{key}: {text}" for key, text in value.items()) if isinstance(value, dict) else str(value)

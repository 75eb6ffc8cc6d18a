"""Everything that is wrong with the duties' files, at once."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

from requests_app import schema
from requests_app.duties.base import AttachesTo, Duty, Kind, OnErasure, Until
from requests_app.duties.shelf import FOLDER, KINDS, rows, table

_EXPLAINED: Final[Mapping[str, type[StrEnum]]] = {
    "kind": Kind, "attaches_to": AttachesTo, "on_erasure": OnErasure, "until": Until,
}  # fmt: skip


def mistakes(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return a line for every mistake in the files below `folder`, each naming file and field."""
    found: list[str] = []
    files = {path.name: _noted(found, partial(rows, path)) for path in sorted(folder.glob("*.yaml"))}
    about = {name: _noted(found, partial(table, name, folder)) for name in KINDS}
    if not found:
        duties = [(file, number, duty) for file, there in files.items() for number, duty in enumerate(there)]
        found.extend(chain.from_iterable(_of_row(f"{file}: [{number}]", duty, about) for file, number, duty in duties))
        found.extend(_twice(duties))
        found.extend(_of_words(about["words"], {duty.start.event for _, _, duty in duties}))
        used = {duty.minimise_profile for _, _, duty in duties}
        found.extend(f"profiles.yaml: {name} is used by no row" for name in about["profiles"] if name not in used)
    return tuple(found)


def _noted(found: list[str], reading: Callable[[], Any]) -> Any:
    try:
        return reading()
    except schema.BadFile as fault:
        found.extend(fault.mistakes)
        return ()
    except OSError as fault:
        found.append(f"{Path(fault.filename).name}: cannot be read")
        return ()


def _of_row(where: str, duty: Duty, about: Mapping[str, Any]) -> Iterator[str]:
    if duty.minimise_profile not in about["profiles"]:
        yield f"{where}.minimise_profile {duty.minimise_profile} is in no table of profiles"
    if duty.start.event not in about["words"].get("event", {}):
        yield f"{where}.start.event {duty.start.event} is in no table of words"


def _twice(duties: list[tuple[str, int, Duty]]) -> Iterator[str]:
    seen: set[str] = set()
    for file, number, duty in duties:
        if duty.id in seen:
            yield f"{file}: [{number}].id {duty.id} stands twice"
        seen.add(duty.id)


def _of_words(words: Mapping[str, Mapping[str, str]], events: set[str]) -> Iterator[str]:
    known = {**{name: {word.value for word in kind} for name, kind in _EXPLAINED.items()}, "event": events}
    for name, expected in known.items():
        there = set(words.get(name, {}))
        yield from (f"words.yaml: {name}.{word} is missing" for word in sorted(expected - there))
        yield from (f"words.yaml: {name}.{word} is used by no row" for word in sorted(there - expected))
    yield from (f"words.yaml: unknown field {name}" for name in words if name not in known)

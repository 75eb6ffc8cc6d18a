"""Everything that is wrong with the laws' files, at once: what one file can say of itself, and what it says of others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from requests_app import schema
from requests_app.jurisdictions import tables
from requests_app.jurisdictions.base import Regime, read
from requests_app.jurisdictions.shelf import FOLDER, territory


def mistakes(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return a line for every mistake in the files below `folder`, each naming file and field."""
    found: list[str] = []
    regimes = {path.stem: law for path in sorted(folder.glob("*.yaml")) if (law := _noted(found, partial(_read, path)))}
    about = {name: _noted(found, partial(tables.read, name, folder / "tables")) for name in tables.KINDS}
    if not found:
        found.extend(chain.from_iterable(_of_regime(law, regimes, about) for law in regimes.values()))
        found.extend(_of_tables(regimes, about))
    return tuple(found)


def _noted(found: list[str], reading: Callable[[], Any]) -> Any:
    try:
        return reading()
    except schema.BadFile as fault:
        found.extend(fault.mistakes)
        return None
    except OSError as fault:
        found.append(f"{Path(fault.filename).name}: cannot be read")
        return None


def _read(path: Path) -> Regime:
    territory(path)
    return read(path)


def _of_regime(law: Regime, regimes: Mapping[str, Regime], about: Mapping[str, Any]) -> Iterator[str]:
    file = f"{law.id}.yaml: "
    for number, clock in enumerate(law.clocks):
        if clock.calendar not in about["calendars"]:
            yield f"{file}clocks[{number}].calendar {clock.calendar} is in no table of calendars"
    for place, codes in _codes(law):
        yield from (
            f"{file}{place} names {code}, which is in no table of content" for code in codes if code not in about["content"]
        )
    yield from (file + told for told in _parent(law, regimes))
    known = {one.country for one in about["authorities"]}
    if law.regulator.list is not None:
        yield from (f"{file}territory {place} has no authority in the table" for place in law.territory if place not in known)


def _codes(law: Regime) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "response_must_include", law.response_must_include
    yield "refusal_must_include", law.refusal_must_include
    for number, clock in enumerate(law.clocks):
        yield f"clocks[{number}].must_include", clock.must_include
        if clock.extension is not None:
            yield f"clocks[{number}].extension.notice_must_include", clock.extension.notice_must_include


def _parent(law: Regime, regimes: Mapping[str, Regime]) -> Iterator[str]:
    if not law.is_overlay:
        return
    parent = regimes.get(law.parent or "")
    if parent is None or parent.is_overlay:
        yield f"parent {law.parent} is no regime"
    elif not set(law.territory) <= set(parent.territory):
        yield f"territory lies outside that of {parent.id}"


def _of_tables(regimes: Mapping[str, Regime], about: Mapping[str, Any]) -> Iterator[str]:
    for number, clock in enumerate(about["marketing"]):
        if clock.calendar not in about["calendars"]:
            yield f"marketing.yaml: [{number}].calendar {clock.calendar} is in no table of calendars"
    for number, scope in enumerate(about["scope"]):
        yield from (
            f"scope.yaml: [{number}].regimes names {name}, which is no regime" for name in scope.regimes if name not in regimes
        )
    yield from _twice("marketing.yaml", "id", (one.id for one in about["marketing"]))
    yield from _twice("authorities.yaml", "country", (one.country for one in about["authorities"]))
    yield from _of_letters(about)
    yield from _unused(regimes, about)


def _of_letters(about: Mapping[str, Any]) -> Iterator[str]:
    for number, row in enumerate(about["letters"]):
        unknown = [code for code in (*row.codes, *row.instead) if code not in about["content"]]
        yield from (f"letters.yaml: [{number}] names {code}, which is in no table of content" for code in unknown)


def _unused(regimes: Mapping[str, Regime], about: Mapping[str, Any]) -> Iterator[str]:
    """Yield contents that no letter can need, and contents that a law lists but no row of the table takes up."""
    in_rows = {code for row in about["letters"] for code in row.codes}
    yield from (f"content.yaml: {code} is needed by no letter" for code in about["content"] if code not in in_rows)
    territories = {place.partition("-")[0] for law in regimes.values() for place in law.territory}
    yield from (f"places.yaml: {place} is missing" for place in sorted(territories - set(about["places"])))
    yield from (
        f"authorities.yaml: {one.country} lies in no law's territory"
        for one in about["authorities"]
        if one.country not in territories
    )


def _twice(file: str, field: str, names: Iterable[str]) -> Iterator[str]:
    there = list(names)
    yield from (f"{file}: {field} {name} stands twice" for name in sorted({one for one in there if there.count(one) > 1}))

"""Reading what a dataset file says about keeping and erasing a collection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from requests_app.connectors.base import Problem
from requests_app.connectors.keeping import Hold, Keeping
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.places import Place

KEYS: Final = ("keep_as", "dates", "holds", "part_of", "erase", "suppress")
DEEDS: Final = ("record", "blank", "never")
_MOMENTS: Final = frozenset({"", "string", "date", "datetime"})


def keeping(ours: Place, fields: Sequence[Field]) -> Keeping:
    """Read the keys of a collection; `part_of` is as written until `part_of` has looked for it."""
    return Keeping(
        tuple(at.needed() for at in ours.get("keep_as").one_or_more()),
        {event: _moment(at, fields) for event, at in ours.get("dates").pairs()},
        tuple(_hold(at, fields) for at in ours.get("holds").items()),
        ours.get("part_of").text(),
        ours.get("erase").one_of(*DEEDS),
        next((one.name for one in fields if one.fact == "order_number"), ""),
    )


def collected(ours: Place, fields: Sequence[Field]) -> str:
    """Return the field that holds the day on which a record was collected; empty where none is named."""
    at = ours.get("collected")
    return _moment(at, fields) if at else ""


def part_of(collections: Sequence[Collection], mistakes: list[Problem]) -> Iterator[Collection]:
    """Yield the collections, `part_of` being the name of another one of this system."""
    named = {one.name: one for one in collections} | {f"{one.dataset}.{one.table}": one for one in collections}
    whole = {one.name: _whole(one, named, mistakes) for one in collections}
    for one in collections:
        above = _above(one.name, whole)
        if one.name in above:
            _wrong(one, f"goes round: {' → '.join([one.name, *above])}", mistakes)
        yield replace(one, info=replace(one.info, keeping=replace(one.info.keeping, part_of=whole[one.name])))


def _whole(one: Collection, named: Mapping[str, Collection], mistakes: list[Problem]) -> str:
    wanted = one.info.keeping.part_of
    other = named.get(f"{one.dataset}.{wanted}") or named.get(wanted)
    if not wanted:
        return ""
    if other is None:
        _wrong(one, f"`{wanted}` is no collection of this system", mistakes)
    elif other is not one and not (_points(one, other) or _points(other, one)):
        _wrong(one, f"neither has a reference to the other: `{wanted}`", mistakes)
    return other.name if other else ""


def _points(one: Collection, other: Collection) -> bool:
    return any(
        reference.collection == other.name and not reference.outside for field in one.every for reference in field.references
    )


def _above(name: str, whole: dict[str, str]) -> list[str]:
    """Return what `name` is part of, step by step, up to where it goes round."""
    found: list[str] = []
    while (name := whole[name]) and name not in found:
        found.append(name)
    return found


def _wrong(one: Collection, message: str, mistakes: list[Problem]) -> None:
    mistakes.append(Problem("bad_description", f"{one.where}.dsar.part_of", message))


def _moment(place: Place, fields: Sequence[Field]) -> str:
    found = _described(place, fields)
    if found and found.info.data_type not in _MOMENTS:
        place.wrong(f"`{found.name}` is described as {found.info.data_type}: it holds no day")
    return place.needed()


def _hold(place: Place, fields: Sequence[Field]) -> Hold:
    place.only("kind", "when")
    when = place.get("when")
    when.only("field", "in")
    _described(when.get("field"), fields)
    return Hold(place.get("kind").needed(), when.get("field").text(), when.get("in").texts())


def _described(place: Place, fields: Sequence[Field]) -> Field | None:
    found = next((one for one in fields if one.name == place.text()), None)
    if place and found is None:
        place.wrong(f"`{place.text()}` is no field of this collection")
    return found

"""Reading what a dataset file says about correcting fields, and about restricting records."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from requests_app.connectors.correctable import Restriction, Rule, by_category
from requests_app.connectors.inventories import FieldInfo
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.places import Place

KEYS: Final = ("correct", "restrict")
_ISSUED: Final = "document_date"
"""The date of a document that was given out, such as an invoice: it says what was so then, and is never changed."""


def ruled(place: Place, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields of a collection, each with the rule about correcting it."""
    ours = place.get("dsar")
    places = {at.get("name").text(): at for at in place.get("fields").items()}
    closed = _closed(ours)
    return tuple(replace(one, info=replace(one.info, correct=_rule(places[one.name], one, closed))) for one in fields)


def restriction(ours: Place, fields: tuple[Field, ...]) -> Restriction | None:
    """Read how a record is restricted; None where the file does not say."""
    place = ours.get("restrict")
    if not place:
        return None
    place.only("field", "value", "release")
    name, value = place.get("field").needed(), place.get("value").needed()
    found = next((one for one in fields if one.name == name), None)
    if found is None or _is_bound(found):
        place.get("field").wrong(f"`{name}` is no field of this collection whose value could be changed")
    return Restriction(name, value, place.get("release").text())


def _closed(ours: Place) -> str:
    """Return why no field of a collection may be corrected, empty where some may."""
    if ours.get("correct").one_of("", Rule.NEVER):
        return "the collection says so"
    return "it is a document of its day (`document_date`)" if _ISSUED in dict(ours.get("dates").pairs()) else ""


def _rule(place: Place, one: Field, closed: str) -> Rule:
    said = place.get("dsar").get("correct")
    wanted = said.one_of("", *Rule)
    reasons = [*([closed] if closed else []), *_bound(one)]
    if wanted and wanted != Rule.NEVER and reasons:
        said.wrong(f"is never corrected: {reasons[0]}")
    if reasons:
        return Rule.NEVER
    return Rule(wanted) if wanted else _default(one)


def _default(one: Field) -> Rule:
    """A field by which the person is found is never changed without somebody having checked it."""
    rule = by_category(one.info.categories)
    return Rule.OFFICER if one.identity and rule is Rule.YES else rule


def _is_bound(one: Field) -> bool:
    return one.info.is_key or bool(one.references or one.parts or one.info.is_file)


def _bound(one: Field) -> Iterator[str]:
    if _is_bound(one):
        yield "it is a key, a reference, a file or holds other fields"
    if not one.travels:
        yield "it is about somebody else"
    if one.read_only:
        yield "the file says that it is read only"
    if _is_many(one.info):
        yield "it is a list"


def _is_many(info: FieldInfo) -> bool:
    return info.data_type.endswith("[]") or info.data_type in {"object", "json", "binary"}

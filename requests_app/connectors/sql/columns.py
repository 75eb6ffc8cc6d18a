"""Reading the fields of a collection: columns, and the values inside them."""

from collections.abc import Iterator
from typing import Final, TypeVar

from requests_app.connectors.base import DATA_TYPES, FieldInfo, Problem, Words
from requests_app.connectors.sql.description import Collection, Field, Masking, Reference
from requests_app.connectors.sql.naming import Named
from requests_app.connectors.sql.places import Place

FACTS: Final = ("name", "postcode", "birth_date", "order_number", "phone_number", "street", "city", "country")
_T = TypeVar("_T", Field, Collection)


def meta(place: Place) -> Place:
    """Return what stands under the format's own key, in the spelling of any of its versions."""
    return place.first("fides_meta", "fidesops_meta", "fidesctl_meta")


def title(place: Place, fallback: str) -> Words:
    words = place.words()
    return words if words["en"] else {**words, "en": fallback.replace("_", " ").strip().capitalize()}


def masking(place: Place) -> Masking | None:
    if not place:
        return None
    configuration = place.get("configuration").plain()
    return Masking(place.get("strategy").needed(), configuration if isinstance(configuration, dict) else {})


def field(place: Place, names: Named, categories: tuple[str, ...], above: tuple[str, ...] = ()) -> Field:
    name = place.get("name").needed()
    place, path = place.named(f"{place.name}.{name}"), (*above, name)
    own = place.get("data_categories").texts()
    parts = tuple(
        distinct((field(at.named(place.name), names, own or categories, path) for at in place.get("fields").items()), place)
    )
    ours, standard = place.get("dsar"), meta(place)
    ours.only("title", "fact", "about", "file", "type", "keep_as", "purposes", "origins", "recipients", "correct")
    file = ours.get("file")
    file.only("media_type")
    if file and (above or parts):
        file.wrong("a value inside a column is no file, nor is a column with fields below it")
    return Field(
        _info(place, names, own or _of_parts(parts) or categories, path, parts),
        path,
        standard.get("identity").text(),
        ours.get("fact").one_of("", *FACTS),
        file.get("media_type").text(),
        tuple(_reference(at) for at in standard.get("references").items()),
        place.where,
        parts,
        standard.get("return_all_elements").flag(),
        masking(standard.get("masking_strategy_override")),
        standard.get("read_only").flag(),
        standard.get("length").whole(),
        standard.get("custom_request_field").text(),
    )


def _info(place: Place, names: Named, categories: tuple[str, ...], path: tuple[str, ...], parts: tuple[Field, ...]) -> FieldInfo:
    ours, standard = place.get("dsar"), meta(place)
    kind = _data_type(ours.get("type")) or _data_type(standard.get("data_type")) or ("object" if parts else "")
    if parts and kind.removesuffix("[]") not in {"object", "json"}:
        place.get("fields").wrong(f"a field of type {kind} has no fields below it")
    return FieldInfo(
        ".".join(path),
        title(ours.get("title"), path[-1]),
        categories,
        kind,
        ours.get("about").one_of("subject", "other", "both", "secret"),
        bool(ours.get("file")),
        standard.get("primary_key").flag() and len(path) == 1,
        tuple(part.info for part in parts if part.travels),
        ours.get("keep_as").text(),
        names.purposes_at(ours),
        names.origins_at(ours),
        recipients=names.recipients_at(ours),
    )


def _of_parts(parts: tuple[Field, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(category for part in parts if part.travels for category in part.info.categories))


def _data_type(place: Place) -> str:
    text = place.text()
    if text and text.removesuffix("[]") not in DATA_TYPES:
        place.wrong(f"must be one of: {', '.join(sorted(DATA_TYPES))}")
    return text


def _reference(place: Place) -> Reference:
    dataset, target = place.get("dataset").needed(), place.get("field")
    collection, dot, name = target.needed().partition(".")
    if not (dot and collection and name):
        target.wrong("must be `collection.field`")
    return Reference(dataset, collection, name, place.get("direction").one_of("", "from", "to"), place.where)


def distinct(found: Iterator[_T], place: Place) -> Iterator[_T]:
    """Yield what has a name of its own; the second of one name is a mistake."""
    seen: set[str] = set()
    for one in found:
        if one.name in seen:
            place.mistakes.append(Problem("bad_description", one.where, f"`{one.name}` is described twice"))
        elif one.name:
            yield one
        seen.add(one.name)

"""How single values are changed over HTTP, as the `change` block of an endpoint says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from requests_app.connectors.rest.deeds import Read, read_one
from requests_app.connectors.rest.endpoints import Call
from requests_app.connectors.rest.parts import read_path, read_statuses, read_texts, read_tree, refuse_filters
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.places import Place

CHANGE: Final = ("method", "path", "query", "headers", "inside", "as", "fields", "may_be_empty", "refused", "read", "idempotency")
REFUSED: Final = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Correct:
    """`fields` are those that the system takes, `may_be_empty` those of them that may hold nothing.

    What is sent is a structure with the field where the record has it, below `inside`; as a form, the dotted path with brackets.
    `refused`: statuses that say that a value cannot stand there.
    """

    call: Call
    inside: tuple[str, ...]
    as_form: bool
    fields: frozenset[str]
    may_be_empty: frozenset[str]
    refused: frozenset[int]
    read: Read
    idempotency: str


def read_corrects(endpoints: Place, data: Description, values: tuple[str, ...]) -> Mapping[str, Correct]:
    """Read the `change` blocks by collection."""
    names = {collection.name: collection for collection in data.collections}
    return {name: _correct(at, names[name], values) for name, at in endpoints.pairs() if at.get("change") and name in names}


def _correct(endpoint: Place, collection: Collection, values: tuple[str, ...]) -> Correct:
    place = endpoint.get("change")
    place.only(*CHANGE)
    refuse_filters(place)
    path = place.get("path")
    if not path.needed().startswith("/"):
        path.wrong("must begin with `/`: it goes on from the address")
    reading = place.get("read") or endpoint.get("erase").get("read")
    if not reading:
        place.wrong("must say how a record is read back: `read`")
    method = place.get("method").one_of("PATCH", "PUT", "POST")
    query, headers = read_texts(place.get("query")), read_texts(place.get("headers"))
    found = Correct(
        Call(method, path.text(), query, headers, read_tree(place.get("json")), {}),
        read_path(place.get("inside")),
        place.get("as").one_of("json", "form") == "form",
        frozenset(_known(place.get("fields"), collection)),
        frozenset(_known(place.get("may_be_empty"), collection)),
        read_statuses(place.get("refused")) or REFUSED,
        read_one(reading),
        place.get("idempotency").text(),
    )
    _refuse_unknown(place, found, collection, values)
    return found


def _known(place: Place, collection: Collection) -> tuple[str, ...]:
    for at in place.items():
        if not collection.has(at.text()):
            at.wrong("is no field of the collection")
    return place.texts()


def _refuse_unknown(place: Place, found: Correct, collection: Collection, values: tuple[str, ...]) -> None:
    keys = {one.name for one in collection.key}
    if not keys:
        place.wrong("records of a collection without a primary key cannot be changed")
    if not found.fields:
        place.get("fields").wrong("must name the fields that the system takes")
    for gap in (found.call.gaps | found.read.call.gaps) - keys - set(values):
        place.wrong(f"`{{{gap}}}` is neither one of `values` nor a part of the primary key")

"""How the records of one collection are erased over HTTP, as the `erase` block of its endpoint says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from requests_app.connectors.rest.endpoints import Call
from requests_app.connectors.rest.parts import read_path, read_statuses, read_texts, read_tree, refuse_filters
from requests_app.connectors.rest.templates import gaps
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.places import Place

ERASE: Final = ("delete", "gone", "blank", "read", "idempotency", "pending", "goes_with")
DELETE: Final = ("method", "path", "query", "headers", "json", "form")
BLANK: Final = ("method", "path", "query", "headers", "masks", "inside", "as")
READ: Final = ("path", "query", "headers", "record", "none", "erased")
PENDING: Final = ("path", "job", "until", "failed", "patience", "ask_again")
GONE: Final = frozenset({404, 410})
PATIENCE: Final = 60  # seconds for which a job is waited for
ASK_AGAIN: Final = 3600  # seconds after which a job that takes longer is asked for again


@dataclass(frozen=True, slots=True)
class Blank:
    """How fields are overwritten: `masks` by field, JSON values whose texts may have gaps.

    What is sent is a structure with each field where the record has it, below `inside`; as a form, the dotted paths with brackets.
    """

    call: Call
    masks: Mapping[str, Any]
    inside: tuple[str, ...]
    as_form: bool


@dataclass(frozen=True, slots=True)
class Read:
    """How one record is asked for by its key; `erased` maps a path to what stands there in a record that is gone."""

    call: Call
    record: tuple[str, ...]
    none: frozenset[int]
    erased: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pending:
    """What the system does later: a job that is asked for at `call`, or (no path) only a record that is gone one day.

    `job` is where the answer names it, `until` and `failed` map paths to what says that it ended. `patience`: seconds for which
    it is waited for; `ask_again`: seconds until it is asked for again.
    """

    call: Call
    job: tuple[str, ...]
    until: Mapping[str, Any]
    failed: Mapping[str, Any]
    patience: float
    ask_again: float


@dataclass(frozen=True, slots=True)
class Erase:
    """`delete`: calls, one after the other, that make a record go. `goes_with`: the collection whose records take these along."""

    delete: tuple[Call, ...] = ()
    gone: frozenset[int] = GONE
    blank: Blank | None = None
    read: Read | None = None
    idempotency: str = ""
    pending: Pending | None = None
    goes_with: str = ""

    def gaps(self) -> frozenset[str]:
        """Return the names of the fields whose values a call needs."""
        blank = self.blank.call.gaps if self.blank else frozenset[str]()
        return self.lasting().union(blank, *(call.gaps for call in self.delete))

    def lasting(self) -> frozenset[str]:
        """Return the names of the fields whose values reading back needs."""
        masks = frozenset(gaps(self.blank.masks)) if self.blank else frozenset[str]()
        return masks | (self.read.call.gaps if self.read else frozenset[str]())


def read_erases(endpoints: Place, data: Description, values: tuple[str, ...]) -> Mapping[str, Erase]:
    """Read the `erase` blocks by collection. What lies within another record goes with it, said or not."""
    found: dict[str, Erase] = {}
    names = {collection.name: collection for collection in data.collections}
    for name, at in endpoints.pairs():
        around = at.get("within").text().partition(".")[0]
        if at.get("erase") and name in names:
            found[name] = _erase(at.get("erase"), names[name], values)
            if found[name].goes_with and found[name].goes_with not in names:
                at.get("erase").wrong(f"`{found[name].goes_with}` is not described")
        elif around in names:
            found[name] = Erase(goes_with=around)
        if around and name in found and not found[name].goes_with:
            found[name] = replace(found[name], goes_with=around)
    return found


def _erase(place: Place, collection: Collection, values: tuple[str, ...]) -> Erase:
    place.only(*ERASE)
    found = Erase(
        tuple(_delete(at, "DELETE") for at in place.get("delete").one_or_more()),
        read_statuses(place.get("gone")) or GONE,
        _blank(place.get("blank"), collection) if place.get("blank") else None,
        read_one(place.get("read")) if place.get("read") else None,
        place.get("idempotency").text(),
        _pending(place.get("pending")) if place.get("pending") else None,
        place.get("goes_with").text(),
    )
    _refuse_unknown(place, found, collection, values)
    return found


def _delete(place: Place, *methods: str) -> Call:
    place.only(*DELETE)
    return _call(place, *methods, "POST", "PUT", "PATCH")


def _blank(place: Place, collection: Collection) -> Blank:
    place.only(*BLANK)
    masks = read_tree(place.get("masks")) or {}
    for name in masks:
        if not collection.has(name):
            place.get("masks").wrong(f"`{name}` is no field of the collection")
    return Blank(
        _call(place, "PATCH", "PUT", "POST"),
        masks,
        read_path(place.get("inside")),
        place.get("as").one_of("json", "form") == "form",
    )


def read_one(place: Place) -> Read:
    """Read how one record is asked for by its key."""
    place.only(*READ)
    erased = read_tree(place.get("erased")) or {}
    return Read(_call(place, "GET"), read_path(place.get("record")), read_statuses(place.get("none")) or GONE, erased)


def _pending(place: Place) -> Pending:
    place.only(*PENDING)
    call = _call(place, "GET") if place.get("path") else Call("GET", "", {}, {}, None, {})
    if call.path and not (place.get("job") and place.get("until")):
        place.wrong("a job is named by the answer (`job`) and ends with `until`")
    until, failed = (read_tree(place.get(name)) or {} for name in ("until", "failed"))
    patience, again = place.get("patience").whole() or PATIENCE, place.get("ask_again").whole() or ASK_AGAIN
    return Pending(call, read_path(place.get("job")), until, failed, patience, again)


def _call(place: Place, *methods: str) -> Call:
    refuse_filters(place)
    path = place.get("path")
    if not path.needed().startswith("/"):
        path.wrong("must begin with `/`: it goes on from the address")
    return Call(
        place.get("method").one_of(*methods),
        path.text(),
        read_texts(place.get("query")),
        read_texts(place.get("headers")),
        read_tree(place.get("json")),
        read_texts(place.get("form")),
    )


def _refuse_unknown(place: Place, erase: Erase, collection: Collection, values: tuple[str, ...]) -> None:
    """Refuse gaps that no record fills, and deeds that could never be read back."""
    keys = {one.name for one in collection.key}
    for gap in erase.gaps() - set(values):
        if not collection.has(gap):
            place.wrong(f"`{{{gap}}}` is neither one of `values` nor a field of the collection")
    for gap in erase.lasting() - keys - set(values):
        place.wrong(f"`{{{gap}}}` in `read` or `masks` is no part of the primary key: no more is known of what is gone")
    if not (erase.delete or erase.blank or erase.goes_with):
        place.wrong("says neither `delete` nor `blank` nor `goes_with`")
    if (erase.delete or erase.blank) and not erase.read:
        place.wrong("must say how a record is read back: `read`")
    if not keys:
        place.wrong("a collection without a primary key cannot be erased from")
    if not erase.delete and erase.pending:
        place.get("pending").wrong("belongs to `delete`")
    if erase.pending and erase.pending.call.path and erase.pending.call.gaps - {"job", *values}:
        place.get("pending").wrong("has no other gap than `{job}`")

"""What the `rest` block beside a dataset says: how each described collection is asked for over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from yaml.nodes import MappingNode

from requests_app.connectors.base import BadDescription, File
from requests_app.connectors.rest.correcting import read_corrects
from requests_app.connectors.rest.deeds import read_erases
from requests_app.connectors.rest.endpoints import Api, Call, Endpoint, Feed
from requests_app.connectors.rest.parts import (
    ANSWER,
    CALL,
    read_auth,
    read_beside,
    read_call,
    read_number,
    read_paging,
    read_path,
    read_statuses,
    read_texts,
    read_tree,
    refuse_filters,
)
from requests_app.connectors.rest.refusals import refuse_unknown_values, refuse_unreachable, refuse_wrong_groups
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.places import Place, read
from requests_app.connectors.sql.reading import describe

CLAIMS: Final = ("email", "phone_number", "customer_id")
SYSTEM: Final = ("address", "values", "hosts", "headers", "auth", "limits", "probe", "endpoints", "shelves")
ENDPOINT: Final = (
    *("path", "method", "query", "headers", "json", "form", "with", "within", "records", "one", "paging", "none", "failed"),
    *("belongs", "others", "fields", "optional", "only", "needed", "at_least", "also", "beside", "erase", "change", "suppress"),
)
FEED: Final = ("dataset", "field", "batch", "join", "shelf")


def describe_api(path: File) -> Api:
    """Read a dataset file with its `rest` block.

    Raises:
        BadDescription: with every mistake of the file.
    """
    describe(path)
    return _api(path, path.read_bytes())


@lru_cache(maxsize=32)
def _api(path: File, content: bytes) -> Api:
    root, data = read(path.name, content), describe(path)
    place = root.get("rest")
    if not place:
        place.wrong("is missing: it says how the collections are asked for")
        raise BadDescription(*root.mistakes)
    place.only(*SYSTEM)
    limits = place.get("limits")
    limits.only("per_second")
    values = place.get("values").texts()
    api = Api(
        data,
        place.get("address").text(),
        values,
        place.get("hosts").texts(),
        read_texts(place.get("headers")),
        read_auth(place.get("auth")),
        read_number(limits.get("per_second"), 0),
        read_call(place.get("probe")) if place.get("probe") else None,
        tuple(_endpoints(place.get("endpoints"), data, values)),
        {name: _shelf(at.named(name), name) for name, at in place.get("shelves").pairs()},
    )
    read_erases(place.get("endpoints"), data, values)
    read_corrects(place.get("endpoints"), data, values)
    refuse_unknown_values(place, api)
    refuse_unreachable(place.get("endpoints"), api)
    refuse_wrong_groups(place.get("endpoints"), api)
    if root.mistakes:
        raise BadDescription(*root.mistakes)
    return api


def _endpoints(place: Place, data: Description, values: tuple[str, ...]) -> Iterator[Endpoint]:
    described = {collection.name: collection for collection in data.collections}
    for name, at in place.pairs():
        if name in described:
            yield _endpoint(at.named(name), described[name], data, values)
        else:
            at.wrong("is no collection of the dataset")
    for name in described.keys() - {key for key, _ in place.pairs()}:
        place.wrong(f"`{name}` is described as a collection, but not how to ask for it")


def _endpoint(place: Place, collection: Collection, data: Description, values: tuple[str, ...]) -> Endpoint:
    place.only(*ENDPOINT)
    within = place.get("within")
    call = Call("", "", {}, {}, None, {}) if within else read_call(place)
    feeds = tuple(_feed(at, name, data) for name, at in place.get("with").pairs())
    belongs = read_texts(place.get("belongs"))
    claims = _claims(place, call, belongs, data, {feed.name for feed in feeds} | set(values))
    names = {field.name for field in collection.fields}
    for name, at in place.get("fields").pairs():
        if name not in names:
            at.wrong("is no field of the collection")
    for at in place.get("needed").items():
        if at.text() not in names:
            at.wrong("is no field of the collection")
    endpoint = Endpoint(
        collection.name,
        call,
        _within(within, data),
        feeds,
        claims,
        read_path(place.get("records")),
        place.get("one").flag(),
        read_paging(place.get("paging")),
        read_statuses(place.get("none")),
        read_path(place.get("failed")),
        _belongs(place.get("belongs"), {*claims, *(feed.name for feed in feeds)}),
        place.get("others").one_of("refuse", "drop"),
        {field.name: read_path(place.get("fields").get(field.name)) or (field.name,) for field in collection.fields},
        frozenset(place.get("optional").texts()),
        read_tree(place.get("only")) or {},
        frozenset(place.get("needed").texts()),
        _at_least(place.get("at_least"), data, feeds),
        place.where,
        beside={name: read_beside(at) for name, at in place.get("beside").pairs()},
    )
    known = {feed.name for feed in feeds} | set(values)
    return replace(endpoint, also=tuple(_also(at, endpoint, data, known) for at in place.get("also").items()))


def _claims(place: Place, call: Call, belongs: Mapping[str, str], data: Description, filled: set[str]) -> tuple[str, ...]:
    """Return the kinds of claim that are asked with, or that records are compared with."""
    claims = tuple(sorted({*call.gaps, *belongs.values()} - filled))
    known = {*CLAIMS, *(field.identity for one in data.collections for field in one.identities)}
    for claim in claims:
        if claim not in known:
            place.wrong(f"`{{{claim}}}` is neither one of `values`, nor of `with`, nor a kind of claim")
    return claims


def _also(place: Place, endpoint: Endpoint, data: Description, filled: set[str]) -> Endpoint:
    """Read another question for the same records; what it does not say is as in the first."""
    place.only(*CALL, *ANSWER)
    refuse_filters(place)
    told = {name for name, _ in place.pairs()}
    if "path" in told and not place.get("path").text().startswith("/"):
        place.get("path").wrong("must begin with `/`: it goes on from the address")
    read = {name: reader(place.get(name)) for name, reader in CALL.items() if name in told}
    call = replace(endpoint.call, **read)
    more = {name: reader(place.get(name)) for name, reader in ANSWER.items() if name in told}
    return replace(endpoint, call=call, claims=_claims(place, call, endpoint.belongs, data, filled), where=place.where, **more)


def _at_least(place: Place, data: Description, feeds: tuple[Feed, ...]) -> tuple[str, tuple[str, ...]]:
    if not place:
        return "", ()
    collection, path = _source(place, data, "")
    if [(feed.dataset, feed.collection, feed.batch) for feed in feeds] != [("", collection, 1)]:
        place.wrong("must name a field of the collection that leads here, one value at a time")
    return collection, path


def _feed(place: Place, name: str, data: Description) -> Feed:
    if not isinstance(place.node, MappingNode):
        return Feed(name, "", *_source(place, data, ""), 1, ",")
    place.only(*FEED)
    if place.get("shelf"):
        collection, _, path = place.get("shelf").needed().partition(".")
        return Feed(name, "", collection, tuple(filter(None, path.split("."))), 1, ",", shelf=True)
    dataset = place.get("dataset").text()
    foreign = "" if dataset == data.key else dataset
    batch = int(read_number(place.get("batch"), 1)) or 1
    return Feed(name, foreign, *_source(place.get("field"), data, foreign), batch, place.get("join").text() or ",")


def _shelf(place: Place, name: str) -> Endpoint:
    """Read a list that is nobody's: the places in which somebody's records may lie."""
    place.only(*CALL, *ANSWER)
    call, none = read_call(place), read_statuses(place.get("none"))
    failed, paging = read_path(place.get("failed")), read_paging(place.get("paging"))
    return Endpoint(
        name, call, ("", ()), (), (), read_path(place.get("records")), False, paging, none, failed, {}, "drop", {}, frozenset(), {},
        frozenset(), ("", ()), place.where,
    )  # fmt: skip


def _source(place: Place, data: Description, dataset: str) -> tuple[str, tuple[str, ...]]:
    """Read `collection.path`, in this dataset or in another."""
    collection, _, path = place.needed().partition(".")
    if not path:
        place.wrong("must be `collection.field`")
    elif not dataset and collection not in {one.name for one in data.collections}:
        place.wrong(f"`{collection}` is not described")
    return collection, tuple(path.split("."))


def _within(place: Place, data: Description) -> tuple[str, tuple[str, ...]]:
    return _source(place, data, "") if place else ("", ())


def _belongs(place: Place, known: set[str]) -> Mapping[str, str]:
    told = read_texts(place)
    for path, gap in told.items():
        if gap not in known:
            place.get(path).wrong(f"`{gap}` is neither one of `with` nor a kind of claim")
    return told

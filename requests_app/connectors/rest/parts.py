"""The parts that questions are described with: how to sign, what to ask, how pages follow each other."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from requests_app.connectors.rest.endpoints import Auth, Beside, Call, Mark, Paging
from requests_app.connectors.rest.templates import unknown_filters
from requests_app.connectors.sql.places import Place

AUTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "none": (),
    "bearer": ("token",),
    "basic": ("user", "password"),
    "header": ("name", "value"),
    "query": ("name", "value"),
    "oauth2": ("token_url", "client_id", "client_secret"),
}
OAUTH2_MORE: Final = ("scope", "audience", "send")
PAGINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "none": (),
    "page": ("param",),
    "offset": ("param",),
    "cursor": ("param",),
    "url": ("next",),
    "link": (),
}
PAGING: Final = ("kind", "param", "first", "size_param", "size", "total", "pages", "more", "next", "last", "next_may_lack")


def read_auth(place: Place) -> Auth:
    kind = place.get("kind").one_of(*AUTHS) if place else "none"
    extra = OAUTH2_MORE if kind == "oauth2" else ()
    place.only("kind", *AUTHS[kind], *extra)
    parts = {name: place.get(name).needed() if place else "" for name in AUTHS[kind] if name != "password"}
    parts |= {name: place.get(name).text() for name in ("password", *extra) if place.get(name)}
    return Auth(kind, parts)


def read_call(place: Place) -> Call:
    refuse_filters(place)
    path = place.get("path")
    if not path.needed().startswith("/"):
        path.wrong("must begin with `/`: it goes on from the address")
    return Call(
        place.get("method").one_of("GET", "POST"),
        path.text(),
        read_texts(place.get("query")),
        read_texts(place.get("headers")),
        read_tree(place.get("json")),
        read_texts(place.get("form")),
    )


def read_statuses(place: Place) -> frozenset[int]:
    return frozenset(int(text) for text in place.texts() if text.isdecimal())


def read_beside(place: Place) -> Beside:
    place.only("records", "where", "equals")
    for name in ("records", "where", "equals"):
        place.get(name).needed()
    return Beside(read_path(place.get("records")), read_path(place.get("where")), read_path(place.get("equals")))


def read_paging(place: Place) -> Paging:
    kind = place.get("kind").one_of(*PAGINGS) if place else "none"
    place.only(*PAGING)
    for name in PAGINGS[kind]:
        place.get(name).needed()
    if kind == "cursor" and not (place.get("next") or place.get("last")):
        place.wrong("a cursor is either told by the answer (`next`) or taken from the last record (`last`)")
    if kind == "cursor" and place.get("last") and not place.get("more"):
        place.wrong("a cursor taken from the last record needs `more`: what says that there is more")
    return Paging(
        kind,
        place.get("param").text(),
        int(read_number(place.get("first"), 1)),
        place.get("size_param").text(),
        int(read_number(place.get("size"), 0)),
        _mark(place.get("total")),
        _mark(place.get("pages")),
        _mark(place.get("more")),
        _mark(place.get("next")),
        read_path(place.get("last")),
        place.get("next_may_lack").flag(),
    )


def _mark(place: Place) -> Mark:
    text = place.text()
    header = text.removeprefix("header:").strip() if text.startswith("header:") else ""
    return Mark(header, () if header else tuple(filter(None, text.split("."))))


def read_path(place: Place) -> tuple[str, ...]:
    return tuple(filter(None, place.text().split(".")))


def read_texts(place: Place) -> Mapping[str, str]:
    return {name: at.text() for name, at in place.pairs()} if place else {}


def read_number(place: Place, default: float) -> float:
    try:
        return float(place.text()) if place else default
    except ValueError:
        place.wrong("must be a number")
        return default


def read_tree(place: Place) -> Any:
    """Return a structure as JSON has it; plain scalars keep their type."""
    node = place.node
    if isinstance(node, MappingNode):
        return {name: read_tree(at) for name, at in place.pairs()}
    if isinstance(node, SequenceNode):
        return [read_tree(at) for at in place.items()]
    if isinstance(node, ScalarNode):
        kind = node.tag.rpartition(":")[2]
        return _SCALARS.get(kind, Place.text)(place)
    return None


def _int(place: Place) -> int:
    return int(read_number(place, 0))


def _nothing(_: Place) -> None:
    return None


def _method(place: Place) -> str:
    return place.one_of("GET", "POST")


def refuse_filters(place: Place) -> None:
    for name in ("path", "query", "headers", "json", "form"):
        for found in unknown_filters(read_tree(place.get(name))):
            place.get(name).wrong(f"`{found}` is no filter")


CALL: Final[Mapping[str, Callable[[Place], Any]]] = {
    "method": _method, "path": Place.text, "query": read_texts, "headers": read_texts, "json": read_tree, "form": read_texts,
}  # fmt: skip
ANSWER: Final[Mapping[str, Callable[[Place], Any]]] = {
    "records": read_path, "paging": read_paging, "none": read_statuses, "failed": read_path, "one": Place.flag,
}  # fmt: skip
_SCALARS: Final[Mapping[str, Callable[[Place], Any]]] = {"int": _int, "bool": Place.flag, "null": _nothing}

"""What one search brings along: claims, roots and given values, parted into a shape that decides the SQL, and values to fill in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from requests_app.connectors.base import Pointer
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.speech import Column
from requests_app.connectors.sql.text import Family
from requests_app.emails import NotAnAddress, spellings
from requests_app.values import Identity, Root

Token = tuple[str, str]
"""The name of a slot, and how its text becomes a value of the column."""


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides the text of the statements, and nothing of the values: two searches of one shape ask the same.

    `claims` maps collection and identity field to the slots of the claims that can meet it. `roots` has for each root its
    collection and the slots of its key, none for a root that stands for a claim. `inline`: given values come as parameters.
    """

    claims: tuple[tuple[tuple[str, str], tuple[Token, ...]], ...]
    roots: tuple[tuple[str, tuple[Token, ...]], ...] = ()
    given: tuple[Pointer, ...] = ()
    inline: bool = True

    def of(self, collection: str, field: str) -> tuple[Token, ...]:
        return dict(self.claims).get((collection, field), ())


@dataclass(frozen=True, slots=True)
class Slots:
    """A shape, and the value of every slot."""

    shape: Shape
    values: Mapping[str, Any]


def slots(fitted: Fitted, identity: Identity, roots: Sequence[Root] = (), gifts: Gifts | None = None) -> Slots:
    """Part a question into its shape and its values."""
    values: dict[str, Any] = {}
    texts = list(_texts(identity))
    claims = tuple(
        ((collection.name, field.name), tuple(_claims(fitted, collection, field, texts, values)))
        for collection in fitted.persons
        for field in collection.identities
    )
    chosen = tuple(_roots(fitted, roots, values))
    if gifts is not None:
        values |= gifts.parameters()
    return Slots(Shape(claims, chosen, gifts.pointers if gifts else (), not (gifts and gifts.are_many)), values)


def _texts(identity: Identity) -> Iterator[tuple[str, str, str]]:
    """Yield name of the slot, kind and text of every claim; an e-mail address in each of its spellings."""
    for number, claim in enumerate(identity.claims):
        if claim.kind == "email":
            try:
                for place, spelling in enumerate(spellings(claim.value)):
                    yield f"claim_{number}_{place}", "email", spelling
            except NotAnAddress:
                continue
        else:
            yield f"claim_{number}", claim.kind, claim.value


def _claims(
    fitted: Fitted, collection: Collection, field: Field, texts: Sequence[tuple[str, str, str]], values: dict[str, Any]
) -> Iterator[Token]:
    column = fitted.held(collection.name, field)
    for name, kind, text in texts:
        if kind == field.identity == "email":
            if fitted.speech.can_hold(text, column):
                values[name] = text
                yield name, "email"
        elif kind == field.identity and (token := _token(fitted, text, column)):
            own = f"{name}_{column.family}"
            values[own] = fitted.speech.wire(text, column)
            yield own, token


def _token(fitted: Fitted, text: str, column: Column) -> str:
    """Of a number only its usual digits count: 77, and not 077."""
    plain = text.removeprefix("-")
    if column.family is Family.NUMBER and plain.isdecimal() and plain != str(int(plain)):
        return ""
    return fitted.speech.token(text, column)


def key_slots(
    fitted: Fitted, collection: Collection, keys: Sequence[Sequence[str]], name: str = "key"
) -> tuple[tuple[tuple[Token, ...], ...], dict[str, Any]]:
    """Return the slots of keys, given as text, and their values."""
    values: dict[str, Any] = {}
    tokens = tuple(tuple(_key(fitted, collection, key, f"{name}_{number}", values)) for number, key in enumerate(keys))
    return tokens, values


def _roots(fitted: Fitted, roots: Sequence[Root], values: dict[str, Any]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    persons = {collection.name: collection for collection in fitted.persons}
    for number, root in enumerate(roots):
        if root.collection in persons and root.key:
            yield root.collection, tuple(_key(fitted, persons[root.collection], root.key, f"root_{number}", values))
        else:
            yield root.collection, ()


def _key(fitted: Fitted, collection: Collection, key: Sequence[str], name: str, values: dict[str, Any]) -> Iterator[Token]:
    """Yield the slots of a key; one without a token where the text cannot be a key."""
    if len(key) != len(collection.key):
        yield "", ""
        return
    for place, (field, text) in enumerate(zip(collection.key, key, strict=True)):
        column = fitted.live[collection.name][field.column]
        token = fitted.speech.token(text, column)
        if token:
            values[f"{name}_{place}"] = fitted.speech.wire(text, column)
        yield (f"{name}_{place}", token) if token else ("", "")
